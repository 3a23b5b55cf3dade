#!/usr/bin/env python3
"""Makes the bare repository and the checkout that the speed figures are measured on, from a clone or a URL.

Takes all branches and tags. A copy that lacks blobs (a partial copy, or one without its largest files) is rewritten
without the paths of the missing blobs, so that every tool can read all of it; a full clone is taken as it is.
Standard library and git only.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

QUIET = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


def git(*arguments, at=None, text=True, **more):
    """Runs git without the user's configuration and gives its output."""
    command = ["git"] + (["-C", at] if at else []) + list(arguments)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, **QUIET}, **more)
    return done.stdout.decode("utf-8", "replace") if text else done.stdout


def branches_and_tags(source):
    listed = git("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags", at=source)
    return [line.split(" ", 1) for line in listed.splitlines()]


def missing_blobs(source):
    listed = git("rev-list", "--objects", "--branches", "--tags", "--missing=print", at=source)
    return {line[1:].encode() for line in listed.splitlines() if line.startswith("?")}


def bare_over(source, out):
    """An empty bare repository at `out` that reads the objects of `source` and has its branches and tags."""
    git("init", "-q", "--bare", out)
    objects = git("rev-parse", "--git-path", "objects", at=source).strip()
    objects = os.path.abspath(os.path.join(source, objects))
    with open(os.path.join(out, "objects", "info", "alternates"), "w", encoding="utf-8") as file:
        file.write(objects + "\n")
    with open(os.path.join(out, "packed-refs"), "w", encoding="utf-8") as file:
        file.writelines(f"{name} {ref}\n" for name, ref in sorted(branches_and_tags(source), key=lambda it: it[1]))
    head = subprocess.run(["git", "-C", source, "symbolic-ref", "HEAD"], stdout=subprocess.PIPE, check=False).stdout.decode().strip()
    if not head:
        at = git("rev-parse", "HEAD", at=source).strip()
        head = next((ref for name, ref in branches_and_tags(source) if name == at and ref.startswith("refs/heads/")), "")
    if head:
        git("symbolic-ref", "HEAD", head, at=out)
    else:
        git("update-ref", "--no-deref", "refs/heads/main", git("rev-parse", "HEAD", at=source).strip(), at=out)
        git("symbolic-ref", "HEAD", "refs/heads/main", at=out)


def without(lines, missing, write):
    """Copies a fast-export stream without the paths of missing blobs. Returns how many changes were left out."""
    dropped = 0
    for line in lines:
        if line.startswith(b"data "):
            write(line)
            rest = int(line[5:])
            write(lines.read(rest))
        elif line.startswith(b"M ") and line.split(b" ", 3)[2] in missing:
            path = line.split(b" ", 3)[3]
            write(b"D " + path)
            dropped += 1
        else:
            write(line)
    return dropped


def rewritten(source, out, missing):
    git("init", "-q", "--bare", out)
    shutil.copy(os.path.join(source, "objects", "info", "alternates"), os.path.join(out, "objects", "info", "alternates"))
    environment = {**os.environ, **QUIET}
    export = subprocess.Popen(
        ["git", "-C", source, "fast-export", "--all", "--no-data", "--signed-tags=strip", "--tag-of-filtered-object=rewrite", "--reencode=no"],
        stdout=subprocess.PIPE, env=environment)
    read = subprocess.Popen(["git", "-C", out, "fast-import", "--quiet", "--force"], stdin=subprocess.PIPE, env=environment)
    dropped = without(export.stdout, missing, read.stdin.write)
    read.stdin.close()
    if export.wait() or read.wait():
        sys.exit("the history could not be rewritten")
    head = git("symbolic-ref", "HEAD", at=source).strip()
    git("symbolic-ref", "HEAD", head, at=out)
    return dropped


def size(bare):
    listed = git("rev-list", "--objects", "--all", at=bare)
    names = "".join(line.split(" ", 1)[0] + "\n" for line in listed.splitlines()).encode()
    kinds = git("cat-file", "--batch-check=%(objecttype) %(objectsize)", at=bare, input=names)
    commits = blobs = total = 0
    for line in kinds.splitlines():
        kind, _, length = line.partition(" ")
        commits += kind == "commit"
        if kind == "blob":
            blobs += 1
            total += int(length)
    return commits, blobs, total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", help="a clone (bare or not), or a URL that git can clone")
    parser.add_argument("--history", help="where the bare repository is made")
    parser.add_argument("--tree", help="where the checkout of HEAD is made (without its history)")
    choice = parser.parse_args()
    if not choice.history and not choice.tree:
        parser.error("name --history or --tree")
    for path in filter(None, (choice.history, choice.tree)):
        if os.path.exists(path):
            parser.error(f"{path} exists")
    with tempfile.TemporaryDirectory() as scratch:
        source = choice.source
        if not os.path.isdir(source):
            source = os.path.join(scratch, "clone")
            git("clone", "-q", "--bare", choice.source, source)
        if choice.history:
            missing = missing_blobs(source)
            over = os.path.join(scratch, "over")
            bare_over(source, over)
            if missing:
                dropped = rewritten(over, choice.history, missing)
                print(f"{len(missing)} missing blobs: {dropped} changes of files left out")
            else:
                shutil.copytree(over, choice.history)
            git("repack", "-a", "-d", "-q", at=choice.history)
            os.remove(os.path.join(choice.history, "objects", "info", "alternates"))
            git("pack-refs", "--all", at=choice.history)
            git("fsck", "--connectivity-only", at=choice.history)
            commits, blobs, total = size(choice.history)
            print(f"{choice.history}: {commits} commits, {blobs} blobs, {total / 1e9:.2f} GB of blobs")
        if choice.tree:
            checkout(source, choice.tree)


def checkout(source, tree):
    """The files of HEAD without `.git`: one of the tools would read the objects in it as files."""
    listed = git("ls-tree", "-r", "-z", "HEAD", at=source)
    names = [line.split("\t", 1)[0].split(" ")[2] for line in listed.split("\0") if line and " blob " in line]
    known = git("cat-file", "--batch-check", at=source, input="".join(name + "\n" for name in names).encode())
    lost = {line.split(" ")[0] for line in known.splitlines() if line.endswith(" missing")}
    os.makedirs(tree)
    git("init", "-q", at=tree)
    total = count = 0
    objects = git("rev-parse", "--git-path", "objects", at=source).strip()
    with open(os.path.join(tree, ".git", "objects", "info", "alternates"), "w", encoding="utf-8") as file:
        file.write(os.path.abspath(os.path.join(source, objects)) + "\n")
    raw = git("ls-tree", "-r", "-z", "HEAD", at=source, text=False)
    kept = b"".join(entry + b"\0" for entry in raw.split(b"\0") if entry and entry.split(b"\t")[0].split(b" ")[2].decode() not in lost
                    and entry.split(b" ")[1] == b"blob")
    git("update-index", "-z", "--index-info", at=tree, input=kept)
    git("checkout-index", "-a", "-q", at=tree)
    shutil.rmtree(os.path.join(tree, ".git"))
    for folder, _, files in os.walk(tree):
        for name in files:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                count += 1
                total += os.path.getsize(path)
    print(f"{tree}: {count} files, {total / 1e6:.1f} MB" + (f", {len(lost)} missing files left out" if lost else ""))


if __name__ == "__main__":
    main()
