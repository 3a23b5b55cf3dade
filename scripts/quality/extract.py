"""Reads labelled samples out of the public collections: the text, whether it holds a secret, and under which rule the
collection has it. Labels are taken as they are, right or wrong."""

import ast
import json
import os
import re
import zlib
from dataclasses import dataclass

import golang
from golang import UNKNOWN, Fields


@dataclass(frozen=True)
class Sample:
    """One labelled text."""

    collection: str
    rule: str
    secret: bool
    text: bytes
    name: str = "sample.txt"


@dataclass
class Tally:
    """What a collection has besides the samples that could be read."""

    unread: int = 0


def samples(checkout, tally):
    """Every sample of a collection, each text and label once."""
    collection = checkout.collection
    form = {"go-rules": go_rules, "go-cases": go_cases, "yaml-examples": yaml_examples, "snapshots": snapshots, "pytest": pytests, "lines": lines}
    seen = {}
    for rule, secret, text, *name in form[collection["form"]](checkout, tally):
        body = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        if body.strip():
            seen.setdefault((body, secret), Sample(collection["name"], rule, secret, body, *name))
    # A text that the collection calls both is no measure of anything.
    both = {body for body, secret in seen if (body, not secret) in seen}
    tally.unread += len(both)
    return [it for (body, _), it in seen.items() if body not in both]


def seed(path):
    return zlib.crc32(path.encode())


# Go: rules with their samples beside them.

def go_rules(checkout, tally):
    carriers = []
    for path, body in checkout.files(os.path.normpath(os.path.join(checkout.collection["under"], "../utils/generate.go"))):
        carriers = golang.carriers_of(body.decode("utf-8", "replace"))
    for path, body in checkout.files():
        if path.endswith(".go") and not path.endswith("_test.go"):
            yield from go_rule_file(path, body.decode("utf-8", "replace"), carriers, tally)


def go_rule_file(path, source, carriers, tally):
    reader = golang.Reader(source, carriers, seed(path))
    rule = os.path.basename(path)[:-3]
    end = len(reader.tokens)
    while reader.at < end:
        kind, word = reader.peek()
        if kind == "name" and word == "RuleID" and reader.word(1) == ":":
            reader.at += 2
            value = reader.expression()
            rule = value if isinstance(value, str) else rule
        elif kind == "name" and reader.word(1) in ("=", ":="):
            start = reader.at
            name = reader.assign()
            if name == "r":  # the rule itself: its id stands inside
                reader.at = start + 2
        elif word in ("Validate", "ValidateWithPaths") and reader.word(1) == "(":
            reader.take()
            given = reader.arguments()
            for values, secret in zip(given[1:3], (True, False)):
                yield from told(rule, secret, values, tally)
        else:
            reader.take()


def told(rule, secret, values, tally):
    """The texts among `values`; pairs are (path, text)."""
    if not isinstance(values, list):
        tally.unread += 1
        return
    for value in values:
        if isinstance(value, str):
            yield rule, secret, value
        elif isinstance(value, tuple) and all(isinstance(it, str) for it in value):
            yield rule, secret, value[1], os.path.basename(value[0]) or "sample.txt"
        else:
            tally.unread += 1


# Go: tests as tables of cases.

NEGATIVE = re.compile(r"no_?match|negative|false_?pos|reject|invalid|notfound|no_?detect", re.IGNORECASE)


def go_cases(checkout, tally):
    for path, body in checkout.files():
        if path.endswith("_test.go") and not path.endswith(("_integration_test.go", "validator_test.go")):
            rule = path[len(checkout.collection["under"]):]
            rule = rule[:-len("_test.go")].removesuffix("/detector").removesuffix("_detector")
            if checkout.collection["name"] == "trufflehog":
                rule = rule.rsplit("/", 1)[0]
            yield from go_case_file(rule, path, body.decode("utf-8", "replace"), tally)


def go_case_file(rule, path, source, tally):
    reader = golang.Reader(source, [], seed(path))
    function = ""
    end = len(reader.tokens)
    while reader.at < end:
        kind, word = reader.peek()
        if word == "func" and reader.peek(1)[0] == "name":
            function = reader.word(1)
            reader.at += 2
        elif kind == "name" and reader.word(1) in ("=", ":="):
            name = reader.assign()
            value = reader.names[name]
            for case in value if isinstance(value, list) else ():
                # A table may also map names to cases.
                case = case[1] if isinstance(case, tuple) else case
                if isinstance(case, Fields):
                    yield from go_case(rule, function, case, tally)
        elif word == "AcceptDetector" and reader.word(1) == "(":
            reader.take()
            given = reader.arguments()
            if len(given) > 2 and isinstance(given[2], str):
                yield rule, True, given[2]
        else:
            reader.take()


def go_case(rule, function, case, tally):
    if "truePositives" in case or "falsePositives" in case:
        for key, secret in (("truePositives", True), ("falsePositives", False)):
            yield from told(rule, secret, case.get(key, []), tally)
        return
    text = case.get("input", case.get("data", case.get("content")))
    if text is None:
        return
    wanted = case.get("want", case.get("expected"))
    if not isinstance(text, str) or wanted is UNKNOWN:
        tally.unread += 1
    elif isinstance(wanted, list):
        yield rule, bool(wanted), text
    elif isinstance(wanted, (Fields, str)):
        yield rule, True, text
    elif wanted is None and NEGATIVE.search(function):
        yield rule, False, text
    else:
        tally.unread += 1


# YAML: rules with examples.

def yaml_examples(checkout, tally):
    for path, body in checkout.files():
        if path.endswith((".yml", ".yaml")):
            yield from yaml_file(os.path.basename(path), body.decode("utf-8", "replace").splitlines(), tally)


LABELS = {"examples": True, "negative_examples": False, "non_examples": False}


def yaml_file(name, rows, tally):
    rule = name.rsplit(".", 1)[0]
    at = 0
    while at < len(rows):
        row = rows[at]
        stripped = row.strip()
        named = re.match(r"(?:- )?id:\s*(\S+)", stripped)
        if named:
            rule = named.group(1).strip("\"'")
        key = stripped.split(":", 1)[0].removeprefix("- ")
        if key in LABELS and stripped.split(":", 1)[1].split("#")[0].strip() == "":
            indent = len(row) - len(row.lstrip())
            at, items = yaml_list(rows, at + 1, indent)
            for item in items:
                if item is None:
                    tally.unread += 1
                else:
                    yield rule, LABELS[key], item
        else:
            at += 1


def width(row):
    return len(row) - len(row.lstrip(" "))


def yaml_list(rows, at, indent):
    """The items of a list of texts that begins at row `at` below a key at `indent`."""
    items = []
    dash = None
    while at < len(rows):
        row = rows[at]
        if not row.strip() or row.lstrip().startswith("#"):
            at += 1
            continue
        here = width(row)
        if not row.lstrip().startswith("- ") and row.strip() != "-" or here < indent or (dash is not None and here != dash):
            break
        dash = here
        first = row[here + 2:].strip()
        block = re.match(r"([|>])([+-]?)(\d?)([+-]?)\s*(#.*)?$", first)
        body = []
        at += 1
        while at < len(rows) and (not rows[at].strip() or width(rows[at]) > dash):
            body.append(rows[at])
            at += 1
        if block:
            items.append(yaml_block(body, block, dash))
        else:
            items.append(yaml_scalar(first, body))
    return at, items


def yaml_block(body, block, dash):
    inner = dash + int(block.group(3)) if block.group(3) else min((width(it) for it in body if it.strip()), default=0)
    cut = [it[inner:] if it.strip() else "" for it in body]
    while cut and not cut[-1]:
        cut.pop()
    joined = "\n".join(cut)
    if block.group(1) == ">":
        joined = re.sub(r"(?<!\n)\n(?!\n)", " ", joined)
    return joined + ("" if "-" in (block.group(2), block.group(4)) else "\n")


def yaml_scalar(first, body):
    whole = " ".join([first, *(it.strip() for it in body)]).strip()
    if whole.startswith("'"):
        return whole[1:-1].replace("''", "'") if len(whole) > 1 and whole.endswith("'") else None
    if whole.startswith('"'):
        match = re.match(r'"((?:[^"\\]|\\.)*)"\s*(#.*)?$', whole, re.DOTALL)
        return golang.unquoted('"' + match.group(1) + '"') if match else None
    return re.split(r"\s+#", whole)[0]


# Snapshots: one folder for each case, with the input as a file and what the rule said of it as JSON.

def snapshots(checkout, tally):
    cases = {}
    for path, body in checkout.files():
        match = re.match(r".*/secretlint-rule-([^/]+)/test/snapshots/([^/]+)/([^/]+)$", path)
        if match and not match.group(1).startswith(("preset-", "pattern", "example", "filter-", "no-")):
            cases.setdefault(match.group(1, 2), {})[match.group(3)] = body
    for (rule, _), files in cases.items():
        try:
            said = json.loads(files["output.json"])
            name = said["filePath"].rsplit("/", 1)[-1]
            body = files[name]
        except (KeyError, ValueError, TypeError):
            tally.unread += 1
            continue
        secret = bool(said["messages"])
        if not secret and any(it.startswith(("options", ".secretlintrc")) for it in files):
            tally.unread += 1  # what an option allows there may well be a secret
        else:
            yield rule, secret, body, name


# Python: parametrised tests, each row a text and whether it should be flagged.

def pytests(checkout, tally):
    for path, body in checkout.files():
        name = os.path.basename(path)
        if name.endswith("_test.py") and name not in ("base_test.py", "ip_public_test.py"):
            tree = ast.parse(body)
            constants = module_values(tree)
            yield from pytest_file(name[:-len("_test.py")], tree, constants, tally)


def value_of(node, names):
    """The value of a literal expression, with sums, `.format` and names of constants; else UNKNOWN."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return names.get(node.id, UNKNOWN)
    if isinstance(node, (ast.List, ast.Tuple)):
        return [value_of(it, names) for it in node.elts]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = value_of(node.left, names), value_of(node.right, names)
        return left + right if type(left) is type(right) and isinstance(left, (str, list)) else UNKNOWN
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        text, given = value_of(node.func.value, names), [value_of(it, names) for it in node.args]
        if isinstance(text, str) and all(isinstance(it, str) for it in given) and not node.keywords:
            try:
                return text.format(*given)
            except (IndexError, KeyError, ValueError):
                return UNKNOWN
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "param":
        return [value_of(it, names) for it in node.args]
    return UNKNOWN


def module_values(tree):
    names = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            names[node.targets[0].id] = value_of(node.value, names)
    return names


TEXTS = ("line", "payload", "token", "file_content", "content", "secret", "example")


def pytest_file(rule, tree, constants, tally):
    for node in ast.walk(tree):
        names = [it.arg for it in node.args.args] if isinstance(node, ast.FunctionDef) else []
        for call in getattr(node, "decorator_list", ()) if names else ():
            if not (isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "parametrize" and len(call.args) > 1):
                continue
            told_names = value_of(call.args[0], constants)
            fields = [it.strip() for it in told_names.split(",")] if isinstance(told_names, str) else told_names
            text = next((it for it in fields if it in TEXTS), fields[0])
            label = next((it for it in fields if it.startswith(("should", "expected", "is_"))), None)
            rows = value_of(call.args[1], constants)
            for row in rows if isinstance(rows, list) else ():
                row = row if isinstance(row, list) and len(fields) > 1 else [row]
                if len(row) != len(fields) or not isinstance(row[fields.index(text)], str):
                    tally.unread += 1
                    continue
                flagged = row[fields.index(label)] if label else True
                if flagged is UNKNOWN or (label is None and len(fields) > 1):
                    tally.unread += 1
                else:
                    yield rule, bool(flagged), row[fields.index(text)]
    if rule == "keyword":
        yield from keyword_cases(constants, tally)


def keyword_cases(constants, tally):
    """Lists of (text, secret or None), one for each language."""
    for name, rows in constants.items():
        if name.endswith("TEST_CASES") and isinstance(rows, list):
            for row in rows:
                if isinstance(row, list) and len(row) == 2 and isinstance(row[0], str) and row[1] is not UNKNOWN:
                    yield "keyword", row[1] is not None, row[0]
                else:
                    tally.unread += 1


# Plain files: one sample in each line, or one in each file; what stands in `none` is none.

def lines(checkout, tally):
    for path, body in checkout.files():
        folder, name = path.split("/")[-2:]
        if folder == "one_per_line":
            for row in body.splitlines():
                yield name, True, row
        elif folder == "one_per_file":
            yield name, True, body
        elif name == "none":
            for row in body.splitlines():
                yield "none", False, row
