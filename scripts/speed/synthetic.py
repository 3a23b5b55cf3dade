#!/usr/bin/env python3
"""Makes a bare repository of a wanted size, the same for everybody: for measuring without a network.

Text like that of a web application (sources, lock files, translations) is changed a few lines at a time, in commits on
a main line with side branches that are merged. Now and then a commit adds a made-up key, and the next takes it away
again. The text is drawn from a seed, and dates and names are fixed, so that the same sizes give the same commit names.
Standard library and git only; 31 000 commits with 3.8 GB of blobs take some minutes and 1 GB of disk.
"""

import argparse
import os
import random
import shutil
import string
import subprocess
import sys

QUIET = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
WORDS = """account action address amount api app array async await balance batch body boolean branch bucket build button cache call
card cart catalog category channel charge chart check class client code color column config const context cookie count country currency
customer data date default delete detail device dialog directory domain draft edit element email entry error event export fetch field
file filter final folder font form format function gateway global grid group handler header height hook host icon image import index
input insert interface invoice item join key label language layout length level limit link list loader locale location lock log map
market media member menu message method mobile model module month name number object offer option order owner page panel parent path
payment period permission person phone photo plan player policy post price private product profile project promise props provider public
query queue range rate reader record region release remove report request response result return role root route row rule sale sample
schema scope screen search section select sender server service session setting shape share shop size slot source stack stage start
state status step storage store stream string style submit subject table target task team template tenant text theme time title token
total trace tree type unit update upload user valid value variable vendor version video view visit wallet week width window word write
zone""".split()
SHAPES = (
    "  const {a} = await {b}.{c}({{ {d}: {e}.{f} }});", "export function {a}{B}({c}: {D}): {E} {{", "  if (!{a}.{b}) return {c}.{d}({e});", "}}",
    "import {{ {A}{B} }} from \"../{c}/{d}\";", "    <{A} {b}={{{c}}} className=\"{d}-{e} {f}\" />", "  // {a} {b} of the {c} is {d} before {e}",
    "  \"{a}.{b}\": \"{C} {d} {e} {f}\",", "  return {a}.map(({b}) => {b}.{c} ?? {d}[{n}]);", "  {a}_{b}: {n},",
    "    resolved \"https://registry.example.com/{a}-{b}/-/{a}-{b}-{n}.tgz#{h}\"", "    integrity sha512-{s}==",
)


class Text:
    """Lines from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        # Lines are drawn from a stock: making each anew would take longer than everything else.
        self.stock = [self.line() for _ in range(60_000)]

    def line(self):
        chosen = [self.random.choice(WORDS) for _ in range(6)]
        shape = self.random.choice(SHAPES)
        names = dict(zip("abcdef", chosen)) | dict(zip("ABCDEF", (it.capitalize() for it in chosen)))
        return shape.format(**names, n=self.random.randint(0, 999), h=self.drawn(string.hexdigits.lower()[:16], 40),
                            s=self.drawn(string.ascii_letters + string.digits + "+/", 86)) + "\n"

    def drawn(self, alphabet, count):
        return "".join(self.random.choices(alphabet, k=count))

    def key(self):
        return "STRIPE_SECRET_KEY=" + "_".join(("sk", "live", self.drawn(string.ascii_letters + string.digits, 24))) + "\n"


class Maker:
    """Writes a fast-import stream."""

    EXTENSIONS = ("ts", "tsx", "json", "css", "md", "lock")

    def __init__(self, sink, commits, total, seed):
        self.sink, self.commits, self.total = sink, commits, total
        self.text = Text(seed)
        self.random = self.text.random
        self.files, self.bytes, self.blobs, self.mark = [], 0, 0, 0

    def new_file(self):
        lines = self.random.choices(self.text.stock, k=int(min(6000, self.random.lognormvariate(5.4, 1.1))) + 5)
        folder = "/".join(self.random.choices(WORDS, k=self.random.randint(1, 4)))
        number = len(self.files)
        self.files.append([f"{folder}/{self.random.choice(WORDS)}{number}.{self.EXTENSIONS[number % 6]}", lines])
        return number

    def edit(self, number):
        lines = self.files[number][1]
        for _ in range(self.random.randint(1, 6)):
            lines[self.random.randrange(len(lines))] = self.random.choice(self.text.stock)
        if self.random.random() < 0.5:
            lines.insert(self.random.randrange(len(lines)), self.random.choice(self.text.stock))

    def size(self, number):
        """About: lines are some fifty bytes long."""
        return 50 * len(self.files[number][1])

    def change(self, number):
        path, lines = self.files[number]
        body = "".join(lines).encode()
        self.bytes += len(body)
        self.blobs += 1
        self.write(f"M 100644 inline {path}\ndata {len(body)}\n".encode() + body + b"\n")

    def write(self, data):
        self.sink.write(data)

    def commit(self, at, parents, message, numbers):
        self.mark += 1
        when = 1_600_000_000 + at * 600
        head = f"commit refs/heads/work\nmark :{self.mark}\ncommitter A Person <person@example.com> {when} +0000\ndata {len(message)}\n{message}\n"
        self.write(head.encode())
        for word, parent in zip(("from", *("merge" for _ in parents)), parents):
            self.write(f"{word} :{parent}\n".encode())
        for number in dict.fromkeys(numbers):
            self.change(number)
        return self.mark

    def run(self):
        main, side = [], []
        leaked = None
        for at in range(self.commits):
            # As many files in each commit as the wanted size still asks for.
            rest = self.commits - at
            wanted = max(self.total - self.bytes, 0) / rest
            numbers = []
            if at == 0 or self.random.random() < 0.1:
                numbers.append(self.new_file())
            if leaked is not None:
                self.files[leaked][1].pop()
                numbers.append(leaked)
                leaked = None
            elif at % 1000 == 500:
                leaked = self.random.randrange(len(self.files))
                self.files[leaked][1].append(self.text.key())
                numbers.append(leaked)
            size = sum(self.size(it) for it in numbers)
            while size < wanted and len(numbers) < 60:
                number = self.random.randrange(len(self.files))
                self.edit(number)
                numbers.append(number)
                size += self.size(number)
            if not numbers:
                numbers.append(self.random.randrange(len(self.files)))
                self.edit(numbers[0])
            parents = main[-1:]
            if side and at % 40 == 5:  # the side branch comes back
                parents = [main[-1], side[-1]]
                side = []
            elif main and at % 40 < 5:
                parents = side[-1:] or main[-1:]
                side.append(self.commit(at, parents, f"Change {at} aside", numbers))
                continue
            main.append(self.commit(at, parents, f"Change {at}", numbers))
            if at % 500 == 499:
                self.write(f"reset refs/tags/v{at // 500}\nfrom :{main[-1]}\n\n".encode())
        self.write(f"reset refs/heads/main\nfrom :{main[-1]}\n\n".encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", help="where the bare repository is made")
    parser.add_argument("--commits", type=int, default=31_000)
    parser.add_argument("--gigabytes", type=float, default=3.8, help="of blobs, before compression")
    parser.add_argument("--seed", type=int, default=1)
    choice = parser.parse_args()
    if os.path.exists(choice.out):
        parser.error(f"{choice.out} exists")
    environment = {**os.environ, **QUIET}
    subprocess.run(["git", "init", "-q", "--bare", choice.out], check=True, env=environment)
    importing = subprocess.Popen(["git", "-C", choice.out, "fast-import", "--quiet", "--depth=0"], stdin=subprocess.PIPE, env=environment)
    maker = Maker(importing.stdin, choice.commits, int(choice.gigabytes * 1e9), choice.seed)
    maker.run()
    importing.stdin.close()
    if importing.wait():
        shutil.rmtree(choice.out)
        sys.exit("git fast-import failed")
    subprocess.run(["git", "-C", choice.out, "symbolic-ref", "HEAD", "refs/heads/main"], check=True, env=environment)
    subprocess.run(["git", "-C", choice.out, "branch", "-q", "-D", "work"], check=True, env=environment)
    # The import would look for deltas between files that follow each other; packing finds them by path, as a server does.
    subprocess.run(["git", "-C", choice.out, "-c", "pack.threads=0", "repack", "-a", "-d", "-q", "-f", "--window=10", "--depth=50"], check=True, env=environment)
    tip = subprocess.run(["git", "-C", choice.out, "rev-parse", "main"], check=True, stdout=subprocess.PIPE, env=environment).stdout.decode().strip()
    print(f"{choice.out}: main at {tip}, {maker.mark} commits, {maker.blobs} files written, {maker.bytes / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
