"""Brings the public collections of `collections.toml` to this machine and reads their files at the named commit.

A directory with clones (`--from DIR` or RESCUE_COLLECTIONS) is used where it has one; else the one commit is fetched
from its public address into a cache outside of the repository."""

import os
import subprocess
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
QUIET = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}


def git(at, *arguments, **more):
    return subprocess.run(["git", "-C", at, *arguments], check=True, stdout=subprocess.PIPE, env={**os.environ, **QUIET}, **more).stdout


def collections():
    with open(os.path.join(HERE, "collections.toml"), "rb") as file:
        return tomllib.load(file)["collection"]


def places(collection, directory):
    """Where a directory of clones may hold this one."""
    owner, name = collection["repository"].rsplit("/", 2)[-2:]
    for shape in (f"{owner}/{name}", f"{owner}/{name}.git", f"{owner}+{name}/repo", f"{owner}+{name}", f"{name}.git", name):
        yield os.path.join(directory, shape)


def has(place, commit):
    if not os.path.isdir(place):
        return False
    asked = ["git", "-C", place, "cat-file", "-e", commit + "^{commit}"]
    return subprocess.run(asked, stderr=subprocess.DEVNULL, check=False, env={**os.environ, **QUIET}).returncode == 0


def brought(collection, directory):
    """A repository on this machine that has the commit."""
    commit = collection["commit"]
    for place in places(collection, directory) if directory else ():
        if has(place, commit):
            return place
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    place = os.path.join(cache, "rescue-figures", collection["name"])
    if not has(place, commit):
        os.makedirs(place, exist_ok=True)
        git(place, "init", "-q", "--bare")
        git(place, "fetch", "-q", "--depth", "1", collection["repository"], commit)
    return place


class Checkout:
    """The files of one collection, read from its objects."""

    def __init__(self, collection, directory):
        self.collection = collection
        self.place = brought(collection, directory)

    def files(self, under=None):
        """(path, bytes) of every file below the collection's folder, in order of path."""
        under = self.collection["under"] if under is None else under
        listed = git(self.place, "ls-tree", "-r", "-z", self.collection["commit"], "--", under)
        rows = [row.split(b"\t", 1) for row in listed.split(b"\0") if row]
        rows = [(path.decode("utf-8", "replace"), left.split(b" ")[2]) for left, path in rows if left.split(b" ")[1] == b"blob"]
        told = git(self.place, "cat-file", "--batch", input=b"".join(name + b"\n" for _, name in rows))
        at = 0
        for path, _ in rows:
            end = told.index(b"\n", at)
            head = told[at:end].split(b" ")
            if head[-1] == b"missing":
                at = end + 1
                continue
            size = int(head[2])
            yield path, told[end + 1:end + 1 + size]
            at = end + 1 + size + 1
