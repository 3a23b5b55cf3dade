"""Reads the values that Go test tables hold: strings, sums of strings, lists, literals with named fields, and the few
functions by which the collections build samples. Runs no Go; what it cannot compute is `UNKNOWN`, never a guess."""

import random
import re

try:
    from re import _parser as regex_parser
except ImportError:  # before Python 3.11
    import sre_parse as regex_parser

TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<raw>`[^`]*`)
      | (?P<text>"(?:[^"\\\n]|\\.)*")
      | (?P<rune>'(?:[^'\\\n]|\\.)+')
      | (?P<number>\d[\w.]*)
      | (?P<name>[^\W\d]\w*)
      | (?P<mark>\.\.\.|:=|&&|\|\||==|!=|<=|>=|<-|[^\w\s])""",
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
SHORT = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


class Unknown:
    """A value that only running the program would tell."""

    def __repr__(self):
        return "UNKNOWN"


UNKNOWN = Unknown()


class Fields(dict):
    """A literal with named fields, such as one row of a test table."""


def tokens(source):
    found = []
    at = 0
    while at < len(source):
        match = TOKEN.match(source, at)
        if not match:
            at += 1
            continue
        at = match.end()
        if match.lastgroup != "space":
            found.append((match.lastgroup, match.group(), match.start()))
    return found


def unquoted(text):
    def one(match):
        it = match.group(1)
        if it[0] in "xuU":
            return chr(int(it[1:], 16))
        if it[0].isdigit():
            return chr(int(it, 8))
        return SHORT.get(it, it)

    return ESCAPE.sub(one, text[1:-1])


def entropy(text):
    from collections import Counter
    from math import log2

    total = len(text) or 1
    return -sum(count / total * log2(count / total) for count in Counter(text).values())


class Generator:
    """Makes a string that a pattern matches. The same seed gives the same strings."""

    MOST = 12

    def __init__(self, seed):
        self.random = random.Random(seed)

    def of(self, pattern, floor=0.0):
        pattern = re.sub(r"\(\?P?<(\w+)>", "(", pattern)
        pattern = pattern.replace("\\z", "\\Z")
        try:
            tree = regex_parser.parse(pattern)
        except re.error:
            return UNKNOWN
        for _ in range(50):
            made = self.sequence(tree)
            if entropy(made) >= floor:
                return made
        return UNKNOWN

    def sequence(self, tree):
        return "".join(self.one(str(kind), value) for kind, value in tree)

    def one(self, kind, value):
        if kind == "LITERAL":
            return chr(value)
        if kind == "NOT_LITERAL":
            return self.random.choice([chr(it) for it in range(33, 127) if it != value])
        if kind == "ANY":
            return self.random.choice("abcdefghijklmnopqrstuvwxyz0123456789")
        if kind == "IN":
            return self.random.choice(self.members(value))
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = value
            high = min(int(high), low + self.MOST)
            return "".join(self.sequence(inner) for _ in range(self.random.randint(low, high)))
        if kind == "SUBPATTERN":
            return self.sequence(value[-1])
        if kind == "BRANCH":
            return self.sequence(self.random.choice(value[1]))
        return ""

    @staticmethod
    def members(parts):
        chosen, negated = [], False
        for kind, value in parts:
            kind = str(kind)
            if kind == "NEGATE":
                negated = True
            elif kind == "LITERAL":
                chosen.append(chr(value))
            elif kind == "RANGE":
                chosen += [chr(it) for it in range(value[0], value[1] + 1)]
            elif kind == "CATEGORY":
                chosen += {"CATEGORY_DIGIT": list("0123456789"), "CATEGORY_SPACE": [" "]}.get(
                    str(value), list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"))
        if negated:
            chosen = [chr(it) for it in range(33, 127) if chr(it) not in chosen]
        return chosen


CLASSES = {
    "Numeric": "[0-9]{%s}", "Hex": "[a-f0-9]{%s}", "AlphaNumeric": "[a-z0-9]{%s}", "AlphaNumericExtendedShort": "[a-z0-9_-]{%s}",
    "AlphaNumericExtended": "[a-z0-9=_\\-]{%s}", "AlphaNumericExtendedLong": "[a-z0-9\\/=_\\+\\-]{%s}",
}


class Reader:
    """Evaluates expressions in a file's tokens, with the names that were assigned before."""

    def __init__(self, source, carriers, seed):
        self.tokens = tokens(source)
        self.names = {}
        self.carriers = carriers
        self.generator = Generator(seed)
        self.at = 0

    # What stands at the cursor.

    def peek(self, ahead=0):
        at = self.at + ahead
        return self.tokens[at][:2] if at < len(self.tokens) else ("end", "")

    def word(self, ahead=0):
        return self.peek(ahead)[1]

    def take(self):
        token = self.peek()
        self.at += 1
        return token

    def skip_balanced(self):
        """From an opening bracket to behind its closing one."""
        depth = 0
        while self.at < len(self.tokens):
            kind, word = self.take()
            if kind == "mark":
                depth += word in "([{"
                depth -= word in ")]}"
                if depth == 0:
                    return

    # Expressions.

    def expression(self):
        value = self.operand()
        while self.word() in ("+", ".") and self.peek()[0] == "mark":
            if self.take()[1] == ".":
                self.take()
                if self.word() == "(":
                    self.skip_balanced()
                value = UNKNOWN
                continue
            other = self.operand()
            if isinstance(value, str) and isinstance(other, str):
                value = value + other
            else:
                value = UNKNOWN
        while self.peek()[0] == "mark" and self.word() in ("-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||"):
            self.take()
            self.operand()
            value = UNKNOWN
        return value

    def operand(self):
        kind, word = self.take()
        if kind == "raw":
            return word[1:-1].replace("\r", "")
        if kind == "text":
            return unquoted(word)
        if kind == "number":
            try:
                return float(word) if "." in word else int(word, 0)
            except ValueError:
                return UNKNOWN
        if kind == "rune":
            return UNKNOWN
        if word == "(":
            value = self.expression()
            if self.word() == ")":
                self.take()
            return value
        if word in ("&", "!", "-", "*"):
            return self.operand()
        if word == "[":
            return self.list_literal()
        if word == "{":
            self.at -= 1
            return self.composite()
        if kind == "name":
            return self.named(word)
        return UNKNOWN

    def list_literal(self):
        """Behind the `[` of a type such as `[]string{…}`."""
        while self.word() != "]" and self.peek()[0] != "end":
            self.take()
        self.take()
        text = self.type_name()
        if self.word() == "(":  # a conversion: []byte("…")
            self.take()
            value = self.expression()
            if self.word() == ")":
                self.take()
            return value if text == "byte" else UNKNOWN
        if self.word() != "{":
            return UNKNOWN
        return self.composite()

    def type_name(self):
        text = ""
        while True:
            kind, word = self.peek()
            if word == "struct" and self.word(1) == "{":
                self.take()
                self.skip_balanced()
                return "struct"
            if kind == "name" or word in (".", "*", "[", "]"):
                text += word
                self.take()
            else:
                return text

    def composite(self):
        """`{…}`: named fields as Fields, else a list."""
        self.take()
        items, fields = [], Fields()
        while self.peek()[0] != "end" and self.word() != "}":
            before = self.at
            if self.peek()[0] == "name" and self.word(1) == ":":
                key = self.take()[1]
                self.take()
                fields[key] = self.expression()
            else:
                value = self.expression()
                if self.word() == ":":
                    self.take()
                    items.append((value, self.expression()))
                else:
                    items.append(value)
            if self.word() == ",":
                self.take()
            elif self.at == before or self.word() != "}":
                self.recover()
        self.take()
        return fields if fields else items

    def recover(self):
        """To the next comma or closing brace of this level."""
        while self.peek()[0] != "end" and self.word() not in (",", "}"):
            if self.peek()[0] == "mark" and self.word() in ("(", "[", "{"):
                self.skip_balanced()
            else:
                self.take()
        if self.word() == ",":
            self.take()

    def named(self, word):
        path = [word]
        while self.word() == "." and self.peek(1)[0] == "name":
            self.take()
            path.append(self.take()[1])
        if word == "map" and self.word() == "[":
            while self.word() != "{" and self.peek()[0] != "end":
                self.take()
            return self.composite()
        if self.word() == "(":
            return self.call(path[-1], self.arguments(), ".".join(path))
        if self.word() == "{" and (path[-1][0].isupper() or len(path) > 1):
            return self.composite()
        if self.word() == "[":
            self.skip_balanced()
            return UNKNOWN
        if word == "nil":
            return []
        return self.names.get(".".join(path), UNKNOWN)

    def arguments(self):
        self.take()
        given = []
        while self.peek()[0] != "end" and self.word() != ")":
            if self.word() == "func":
                while self.word() != "{" and self.peek()[0] != "end":
                    self.take()
                self.skip_balanced()
                given.append(UNKNOWN)
            else:
                before = self.at
                given.append(self.expression())
                if self.word() == "...":
                    self.take()
                    if isinstance(given[-1], list):
                        given += given.pop()
                if self.at == before:
                    self.take()
            if self.word() == ",":
                self.take()
            elif self.word() != ")":
                depth = 0
                while self.peek()[0] != "end" and not (depth == 0 and self.word() in (",", ")")):
                    depth += self.word() in ("(", "[", "{")
                    depth -= self.word() in (")", "]", "}")
                    self.take()
        self.take()
        return given

    def call(self, name, given, full):
        texts = all(isinstance(it, (str, int, float)) for it in given)
        if name == "append":
            return [it for one in given for it in (one if isinstance(one, list) else [one])]
        if name in CLASSES and given and texts:
            return CLASSES[name] % given[0]
        if name == "Hex8_4_4_4_12":
            return "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
        if name in ("NewSecret", "NewSecretWithEntropy", "newPlausibleSecret") and given and isinstance(given[0], str):
            floor = given[1] if len(given) > 1 and isinstance(given[1], (int, float)) else 0
            return self.generator.of(given[0], max(floor, 3.0 if name == "newPlausibleSecret" else 0))
        if name == "GenerateSampleSecret" and len(given) == 2 and texts:
            return f'{given[0]}_api_token = "{given[1]}"'
        if name == "GenerateSampleSecrets" and len(given) == 2 and texts:
            return [it.replace("{i}", given[0]).replace("{I}", given[0].upper()).replace("{s}", given[1]) for it in self.carriers]
        if full == "strings.Repeat" and len(given) == 2 and isinstance(given[0], str) and isinstance(given[1], int):
            return given[0] * given[1]
        if full == "strings.ToUpper" and len(given) == 1 and texts:
            return given[0].upper()
        if full == "strings.ToLower" and len(given) == 1 and texts:
            return given[0].lower()
        if full == "strings.TrimSpace" and len(given) == 1 and texts:
            return given[0].strip()
        if full == "strings.Join" and len(given) == 2 and isinstance(given[0], list) and all(isinstance(it, str) for it in given[0]):
            return given[1].join(given[0])
        if full == "fmt.Sprintf" and given and texts:
            try:
                return re.sub(r"%[vq]", "%s", given[0]) % tuple(given[1:])
            except (TypeError, ValueError):
                return UNKNOWN
        if name in ("string", "byte") and len(given) == 1:
            return given[0]
        return UNKNOWN

    # Statements.

    def assign(self):
        """At `NAME = …` or `NAME := …`: remembers the value."""
        name = self.take()[1]
        self.take()
        self.names[name] = self.expression()
        return name


def carriers_of(source):
    """The templates of `GenerateSampleSecrets`, read from the collection itself."""
    reader = Reader(source, [], 0)
    for at, (kind, word, _) in enumerate(reader.tokens):
        if word == "samples" and reader.tokens[at + 1][1] == ":=":
            reader.at = at
            reader.assign()
            return [value for _, value in reader.names["samples"] if isinstance(value, str)]
    return []
