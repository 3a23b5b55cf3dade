"""Tells texts that cannot hold a real credential, by what stands in them alone: the same for every tool. The collections
call some of them secrets, because their own rule matches them."""

import base64
import json
import re
import string
import zlib

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
VALUE = re.compile(rb"[\w+/=.-]{12,}")
WORD = re.compile(rb"example|x{4}|fake|dummy|placeholder|changeme|redacted|foobar", re.IGNORECASE)
RUN = re.compile(rb"([^\W_])\1{7}")
ROWS = (string.ascii_lowercase, string.digits + "0", string.digits[:0:-1] + "0", string.ascii_lowercase[::-1], "abcdef" + string.digits, string.digits + "abcdef")
ORDER = re.compile("|".join(sorted({re.escape(row[at:at + 6]) for row in ROWS for at in range(len(row) - 5)})).encode(), re.IGNORECASE)
CHECKED = re.compile(rb"(?:gh[pour]_|ghs_(?!\d+_)|npm_)([A-Za-z0-9]{30})([A-Za-z0-9]{6})(?![A-Za-z0-9])")
SIGNED = re.compile(rb"(eyJ[\w-]+)\.([\w-]+)\.")


def checksum(body):
    """The last six characters of a token of GitHub or npm: CRC-32 of the thirty before them in base 62."""
    rest, text = zlib.crc32(body), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        text = DIGITS[digit] + text
    return text.encode()


def decodes(part):
    try:
        return isinstance(json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))), dict)
    except ValueError:
        return False


def unreal(text):
    """Whether a value in it is a placeholder, or a form that proves itself fails its proof."""
    if any(WORD.search(it) or RUN.search(it) or ORDER.search(it) for it in VALUE.findall(text)):
        return True
    checked = CHECKED.findall(text)
    if checked and all(checksum(body) != check for body, check in checked):
        return True
    signed = SIGNED.findall(text)
    return bool(signed) and not any(decodes(head) and decodes(body) for head, body in signed)
