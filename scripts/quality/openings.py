#!/usr/bin/env python3
"""Shows which scanner sees a key in a UTF-16 file, and one that only a merge commit ever held.

Builds a repository in which made-up GitHub tokens stand in several places, runs every tool over the files and over the
history, and prints what each found. The token is the same kind everywhere, and one stands in a plain file as a control:
a tool that misses that one says nothing about the others. Standard library and git only.
"""

import argparse
import json
import os
import random
import re
import shutil
import string
import subprocess
import sys
import tempfile
import zlib

sys.dont_write_bytecode = True

import tools  # noqa: E402

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def token(seed):
    """A classic token of GitHub's form with a right checksum, made here and valid nowhere."""
    body = "".join(random.Random(seed).choices(DIGITS, k=30))
    check, rest = "", zlib.crc32(body.encode())
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        check = DIGITS[digit] + check
    return "_".join(("ghp", body + check))


class Repository:
    """A repository with made-up people and dates."""

    def __init__(self, place):
        self.place = place
        self.when = 1_700_000_000
        os.mkdir(place)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments):
        self.when += 60
        who = {"GIT_AUTHOR_NAME": "A Person", "GIT_AUTHOR_EMAIL": "person@example.com", "GIT_COMMITTER_NAME": "A Person",
               "GIT_COMMITTER_EMAIL": "person@example.com", "GIT_AUTHOR_DATE": f"{self.when} +0000", "GIT_COMMITTER_DATE": f"{self.when} +0000"}
        quiet = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", "-C", self.place, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **quiet, **who})

    def file(self, path, text, encoding="utf-8", mark=b""):
        os.makedirs(os.path.dirname(os.path.join(self.place, path)) or self.place, exist_ok=True)
        with open(os.path.join(self.place, path), "wb") as file:
            file.write(mark + text.encode(encoding))

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)


def lines(value):
    return f"# What the deployment needs\nREGION=eu-central-1\nGITHUB_TOKEN={value}\nLOG_LEVEL=info\n"


# Number, what it is, whether it is in the files of HEAD.
CASES = ((1, "plain file (control)", True), (2, "UTF-16, little end first, with mark", True), (3, "UTF-16, little end first, no mark", True),
         (4, "UTF-16, big end first, with mark", True), (5, "UTF-16, big end first, no mark", True), (6, "plain file, removed later (control)", False),
         (7, "only in a merge commit, removed later", False))


def path(number):
    return f"{number:06}/deploy.env"


def built(place):
    repository = Repository(place)
    repository.file("README.md", "An invented application.\n")
    repository.commit("Begin")
    repository.file(path(1), lines(token(1)))
    repository.file(path(2), lines(token(2)), "utf-16-le", b"\xff\xfe")
    repository.file(path(3), lines(token(3)), "utf-16-le")
    repository.file(path(4), lines(token(4)), "utf-16-be", b"\xfe\xff")
    repository.file(path(5), lines(token(5)), "utf-16-be")
    repository.file(path(6), lines(token(6)))
    repository.commit("Add what the deployment needs")
    os.remove(os.path.join(place, path(6)))
    repository.commit("Remove a file")
    repository.git("checkout", "-q", "-b", "side")
    repository.file("side.txt", "One side.\n")
    repository.commit("Work aside")
    repository.git("checkout", "-q", "main")
    repository.file("main.txt", "The other side.\n")
    repository.commit("Work on")
    repository.git("merge", "-q", "--no-commit", "--no-ff", "side")
    repository.file(path(7), lines(token(7)))  # in neither parent
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "Bring both together")
    os.remove(os.path.join(place, path(7)))
    repository.commit("Remove another file")


def history(name, command, place, home):
    """Numbers of the cases that a tool finds in the history; None if it reads none."""
    report = os.path.join(home, "report")
    if name == "rescue":
        told = tools.run([command, "scan", place, "--json"], (0, 3, 5), home).decode()
    elif name == "kingfisher":
        tools.run([command, "scan", "--no-validate", "--no-update-check", "--no-dedup", "--git-history", "full", "--format", "jsonl",
                   "--output", report, place], (0, 200, 205), home)
        with open(report, encoding="utf-8") as file:
            told = file.read()
    elif name == "betterleaks":
        report += ".json"
        tools.run([command, "git", "--no-banner", "--no-color", "--log-level", "error", "--exit-code", "0", "--output", report, place], (0,), home)
        with open(report, encoding="utf-8") as file:
            told = json.dumps(json.load(file)["findings"])
    else:
        return None
    return {int(it) for it in re.findall(r"(\d{6})/deploy\.env", told)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in tools.NAMES:
        parser.add_argument(f"--{name}", default=shutil.which(name), help="where it is; left out if it is nowhere")
    parser.add_argument("--keep", metavar="DIR", help="build the repository there and leave it")
    choice = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="files-") as scratch:
        place = os.path.abspath(choice.keep) if choice.keep else os.path.join(os.path.realpath(scratch), "repository")
        built(place)
        found = {}
        for name in tools.NAMES:
            command = getattr(choice, name)
            if not command:
                print(f"{name}: not installed, left out")
                continue
            command = os.path.abspath(command)
            print(f"{name}: {tools.version(command)}")
            in_files = tools.alarms(name, command, place)[""]
            with tempfile.TemporaryDirectory(prefix="home-") as home:
                found[name] = (in_files, history(name, command, place, home))
    print(f"\n{'':<42}" + "".join(f"{name:>24}" for name in found))
    print(f"{'':<42}" + "".join(f"{'files':>13}{'history':>11}" for _ in found))
    for number, words, in_head in CASES:
        cells = "".join(f"{said(number, files) if in_head else '–':>13}{said(number, past):>11}" for files, past in found.values())
        print(f"{words:<42}{cells}")


def said(number, found):
    return "–" if found is None else "found" if number in found else "missed"


if __name__ == "__main__":
    main()
