#!/usr/bin/env python3
"""Scores secret scanners on public labelled samples: recall of true secrets, and the share of false alarms.

Reads the samples out of the collections of collections.toml, writes each into a file of its own under a neutral name,
lets every tool run once over all, and counts the files with an alarm. Python 3.11 or later, standard library and git.
"""

import argparse
import fnmatch
import json
import os
import shutil
import sys
import tempfile
import tomllib

sys.dont_write_bytecode = True

import extract  # noqa: E402
import sources  # noqa: E402
import tools  # noqa: E402
from unreal import unreal  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def kinds():
    """(class, kind, collection or None, pattern), in the order in which they are asked."""
    with open(os.path.join(HERE, "kinds.toml"), "rb") as file:
        told = tomllib.load(file)
    for group in ("identifier", "secret", "named"):
        for kind, patterns in told[group].items():
            for pattern in patterns:
                collection, _, rule = pattern.rpartition(":")
                yield group, kind, collection or None, rule


def classed(sample, table):
    rule = sample.rule.removeprefix("kingfisher.").removeprefix("np.")
    for group, kind, collection, pattern in table:
        if collection in (None, sample.collection) and fnmatch.fnmatchcase(rule, pattern):
            return group, kind
    return "other", sample.rule


class Row:
    """One sample with what is known of it."""

    def __init__(self, sample, group, kind, half, family):
        self.sample, self.group, self.kind, self.half, self.family = sample, group, kind, half, family
        self.number = None


def gathered(directory, only):
    table = list(kinds())
    rows = []
    print(f"{'collection':<16}{'half':<13}{'secrets':>9}{'not':>7}{'not read':>10}   commit")
    for collection in sources.collections():
        if only and collection["half"] != only:
            continue
        tally = extract.Tally()
        found = extract.samples(sources.Checkout(collection, directory), tally)
        rows += [Row(it, *classed(it, table), collection["half"], collection["family"]) for it in found]
        yes = sum(it.secret for it in found)
        print(f"{collection['name']:<16}{collection['half']:<13}{yes:>9}{len(found) - yes:>7}{tally.unread:>10}   {collection['commit'][:12]}")
    known = {row.sample.text for row in rows if row.half == "development"}
    kept = [row for row in rows if row.half == "development" or row.sample.text not in known]
    print(f"{len(rows) - len(kept)} held-out samples stand in the development half too and are left out of the held-out half\n")
    return kept


def written(rows, directory):
    """Each sample in a file of its own; its number is its folder."""
    for number, row in enumerate(rows):
        row.number = number
        folder = os.path.join(directory, f"{number:06}")
        os.mkdir(folder)
        name = row.sample.name if row.sample.name != "sample.txt" else "file.txt"
        with open(os.path.join(folder, name), "wb") as file:
            file.write(row.sample.text)


def once(rows):
    """Every text once, so that collections which copy each other do not count twice."""
    return list({(row.sample.text, row.sample.secret): row for row in reversed(rows)}.values())


def share(rows, alarms):
    hit = sum(row.number in alarms for row in rows)
    return f"{100 * hit / len(rows):5.1f} %" if rows else "    –  "


def report(rows, results):
    """The tables of one half."""
    columns = [(name, sure) for name, found in results.items() for sure in found]
    titles = [name + (" sure" if sure else "") for name, sure in columns]
    width = 15

    def line(title, chosen):
        cells = "".join(f"{share(chosen, results[name][sure]):>{width}}" for name, sure in columns)
        print(f"  {title:<34}{len(chosen):>6}{cells}")

    print(f"  {'':<34}{'':>6}{''.join(f'{it:>{width}}' for it in titles)}")
    for words, wanted, groups in (("recall, our kinds", True, ("secret",)), ("false alarms, our kinds", False, ("secret",)),
                                  ("recall, named values", True, ("named",)), ("false alarms, named values", False, ("named",)),
                                  ("false alarms, all that is no secret", False, ("secret", "named", "identifier", "other")),
                                  ("recall, kinds that are not ours", True, ("other",)),
                                  ("alarms on identifiers", True, ("identifier",))):
        chosen = [row for row in rows if row.sample.secret == wanted and row.group in groups]
        line(words, once(chosen))
        if wanted and groups == ("secret",) or not wanted and groups in (("secret",), ("secret", "named", "identifier", "other")):
            for name in dict.fromkeys(row.sample.collection for row in chosen):
                line("    " + name, [row for row in chosen if row.sample.collection == name])
            for tool in results:
                outside = once([row for row in chosen if tool not in row.family])
                if len(outside) != len(once(chosen)):
                    cells = "".join(f"{share(outside, results[name][sure]) if name == tool else '':>{width}}" for name, sure in columns)
                    print(f"  {'    outside of ' + tool + chr(39) + 's family':<34}{len(outside):>6}{cells}")
        if wanted and groups == ("secret",):
            line("  without what cannot be real", once([row for row in chosen if not unreal(row.sample.text)]))


def excerpt(row):
    text = row.sample.text.decode("utf-8", "replace")
    return json.dumps({"collection": row.sample.collection, "kind": row.kind, "class": row.group, "rule": row.sample.rule,
                       "file": row.sample.name, "text": text[:1500]}, ensure_ascii=False)


def development(rows, alarms, directory):
    """What a rule writer may look at: misses and false alarms of rescue in the development half, each text once."""
    os.makedirs(directory, exist_ok=True)
    mine = once([row for row in rows if row.half == "development"])
    lists = {"dev-misses.txt": [row for row in mine if row.sample.secret and row.group in ("secret", "named") and row.number not in alarms],
             "dev-false.txt": [row for row in mine if not row.sample.secret and row.number in alarms]}
    for name, chosen in lists.items():
        chosen.sort(key=lambda row: (row.group != "secret", row.kind, row.sample.collection, row.sample.text))
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            file.writelines(excerpt(row) + "\n" for row in chosen)
    with open(os.path.join(directory, "dev-kinds.txt"), "w", encoding="utf-8") as file:
        file.write("kind, secrets, missed, not secrets, false alarms\n")
        for group, kind in sorted({(row.group, row.kind) for row in mine if row.group != "other"}):
            same = [row for row in mine if (row.group, row.kind) == (group, kind)]
            true, none = [it for it in same if it.sample.secret], [it for it in same if not it.sample.secret]
            missed, false = sum(it.number not in alarms for it in true), sum(it.number in alarms for it in none)
            file.write(f"{group:<11}{kind:<26}{len(true):>6}{missed:>6}{len(none):>6}{false:>6}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="directory", default=os.environ.get("RESCUE_COLLECTIONS"), help="a directory with clones of the collections")
    parser.add_argument("--half", choices=("development", "held-out"), help="only this half")
    parser.add_argument("--write-development", metavar="DIR", help="write rescue's misses and false alarms of the development half there")
    for name in tools.NAMES:
        parser.add_argument(f"--{name}", default=shutil.which(name), help="where it is; left out if it is nowhere")
    parser.add_argument("--only", help="tools by name, separated by commas")
    choice = parser.parse_args()
    rows = gathered(choice.directory, choice.half)
    results = {}
    with tempfile.TemporaryDirectory(prefix="files-") as directory:
        directory = os.path.realpath(directory)
        written(rows, directory)
        for name in choice.only.split(",") if choice.only else tools.NAMES:
            command = getattr(choice, name)
            if not command:
                print(f"{name}: not installed, left out")
                continue
            print(f"{name}: {tools.version(command)}", flush=True)
            results[name] = tools.alarms(name, os.path.abspath(command), directory)
    for half in ("development", "held-out"):
        mine = [row for row in rows if row.half == half]
        if mine:
            print(f"\nThe {half} half")
            report(mine, results)
    if choice.write_development and "rescue" in results:
        development(rows, results["rescue"][""], choice.write_development)


if __name__ == "__main__":
    main()
