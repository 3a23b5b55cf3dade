"""Runs one scanner over a directory of samples and tells in which files it gave an alarm. Nothing is validated over a
network, and no configuration of the user is read."""

import json
import os
import re
import subprocess
import sys
import tempfile

# The tools that share rules or samples with a collection name themselves there (`family`).
NAMES = ("rescue", "kingfisher", "betterleaks", "ripsecrets")


def environment(home):
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home, "XDG_DATA_HOME": home, "XDG_STATE_HOME": home,
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


def run(command, codes, at):
    """The standard output of a tool that must end with one of `codes`."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment(at), cwd=at, check=False)
    if done.returncode not in codes:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-2000:]}")
    return done.stdout


def version(command):
    said = subprocess.run([command, "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout.decode("utf-8", "replace")
    return said.strip().splitlines()[0] if said.strip() else "unknown"


def number(path, directory):
    """The number of the sample that a path is about."""
    path = os.path.relpath(path, directory) if os.path.isabs(path) else path
    match = re.search(r"(?:^|/)(\d{6})/", path)
    return int(match.group(1)) if match else None


def alarms(name, command, directory):
    """Numbers of the samples with an alarm, by how sure it is: {"": all} and, for rescue, also {"surely": …}."""
    with tempfile.TemporaryDirectory(prefix="home-") as home:
        return {"rescue": rescue, "kingfisher": kingfisher, "betterleaks": betterleaks, "ripsecrets": ripsecrets}[name](command, directory, home)


def numbers(paths, directory):
    return {it for it in (number(path, directory) for path in paths) if it is not None}


def rescue(command, directory, home):
    told = run([command, "scan", directory, "--no-history", "--json"], (0, 3, 5), home)
    found = [it for it in json.loads(told)["findings"] if not it["public"]]
    sure = [it["path"] for it in found if it["confidence"] in ("proven", "strong")]
    shown = [it["path"] for it in found if it["confidence"] in ("proven", "strong", "contextual")]
    return {"": numbers(shown, directory), "surely": numbers(sure, directory)}


def kingfisher(command, directory, home):
    report = os.path.join(home, "report.jsonl")
    # Without --no-dedup a value that stands in several samples would count in one only.
    run([command, "scan", "--no-validate", "--no-update-check", "--no-dedup", "--git-history", "none", "--format", "jsonl", "--output", report,
         directory], (0, 200, 205), home)
    paths = []
    with open(report, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            finding = row.get("finding", {})
            paths += [finding["path"]] if "path" in finding else []
    return {"": numbers(paths, directory)}


def betterleaks(command, directory, home):
    report = os.path.join(home, "report.json")
    run([command, "filesystem", "--no-banner", "--no-color", "--log-level", "error", "--exit-code", "0", "--output", report, directory], (0,), home)
    with open(report, encoding="utf-8") as file:
        rows = json.load(file)["findings"]
    return {"": numbers([row["location"]["path"] for row in rows], directory)}


def ripsecrets(command, directory, home):
    told = run([command, directory], (0, 1), home)
    return {"": numbers([row.split(b":", 1)[0].decode("utf-8", "replace") for row in told.splitlines()], directory)}
