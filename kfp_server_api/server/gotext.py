# SPDX-License-Identifier: Apache-2.0
"""Texts as Go's standard library reads and words them: parts of the API's error messages are made of these."""

from __future__ import annotations

import re
from typing import Any

_DEEPEST = 10000
"""Levels of JSON that Go's decoder takes."""

_ESCAPES = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    "\\": r"\\",
    '"': r"\"",
}
BOOLS = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
"""What `strconv.ParseBool` takes."""
_SPACE = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_DIGITS = re.compile("[0-9]*")
_HEX = re.compile(r"[0-9a-fA-F]")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)
_ALPHABET = {letter: n for n, letter in enumerate(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}


def quote(text: str) -> str:
    """Return a text in double quotes, as `%q` writes it; bytes that are no UTF-8 are surrogate escapes in `text`."""
    return f'"{"".join(map(_quoted, text))}"'


def _quoted(char: str) -> str:
    code = ord(char)
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def bad_escape(raw: bytes) -> str:
    """Return what is wrong with the percent signs of a query, "" if nothing is."""
    found = _BAD_ESCAPE.search(raw)
    return f"invalid URL escape {quote(found[0].decode('utf-8', 'surrogateescape'))}" if found else ""


def unescape(text: str) -> str:
    """Return the text that a query's text stands for; bytes that are no UTF-8 become surrogate escapes.

    Raises:
        ValueError: a percent sign that begins no escape.
    """
    raw = text.encode("utf-8", "surrogateescape")
    problem = bad_escape(raw)
    if problem:
        raise ValueError(problem)
    decoded = re.sub(rb"%(..)", lambda match: bytes.fromhex(match[1].decode()), raw.replace(b"+", b" "))
    return decoded.decode("utf-8", "surrogateescape")


def decode_base64(text: str) -> bytes:
    """Return the bytes of a base64 text with padding; line ends in it do not count.

    Raises:
        ValueError: it is none, and at which byte that shows.
    """
    raw = text.encode("utf-8", "surrogateescape")
    found, bits, letters = bytearray(), 0, 0
    for at, letter in enumerate(raw):
        if letter in b"\r\n":
            continue
        if letter == ord("="):
            _check_padding(raw, at, letters)
            break
        if letter not in _ALPHABET:
            raise _corrupt(at)
        bits, letters = bits << 6 | _ALPHABET[letter], letters + 1
        if letters == 4:
            found += bits.to_bytes(3, "big")
            bits = letters = 0
    else:
        if letters:
            raise _corrupt(len(raw) - letters)
    return bytes(found) + (bits << 6 * (4 - letters)).to_bytes(3, "big")[: max(letters - 1, 0)]


def _check_padding(raw: bytes, at: int, letters: int) -> None:
    """Refuse padding, which begins at a byte, that does not end a text properly."""
    if letters < 2:
        raise _corrupt(at)
    rest = [n for n in range(at + 1, len(raw)) if raw[n] not in b"\r\n"]
    if letters == 2:
        if not rest:
            raise _corrupt(len(raw))
        if raw[rest[0]] != ord("="):
            raise _corrupt(rest[0] - 1)
        rest = rest[1:]
    if rest:
        raise _corrupt(rest[0])


def _corrupt(at: int) -> ValueError:
    return ValueError(f"illegal base64 data at input byte {at}")


def json_error(raw: bytes, whole: bool = True) -> str:
    """Return what is wrong with the syntax of a JSON text, "" if nothing is.

    Args:
        whole: nothing may follow the first value; otherwise what follows is not looked at.
    """
    return _Syntax(raw.decode("latin-1"), "unexpected end of JSON input" if whole else "unexpected EOF").check(whole)


class _Wrong(Exception):
    """The syntax is wrong; the text says how."""


class _Syntax:
    """Goes through a JSON text, byte by byte as Go's scanner does.

    Args:
        text: one character a byte.
        end: what is said of a text that ends too early.
    """

    def __init__(self, text: str, end: str) -> None:
        self._text, self._end, self._at = text, end, 0
        self._open: list[str] = []

    def check(self, whole: bool) -> str:
        """Return what is wrong, "" if nothing is."""
        try:
            step: Any = self._value
            while step:
                step = step()
            self._skip()
            if whole and self._at < len(self._text):
                self._refuse("after top-level value")
        except _Wrong as wrong:
            return str(wrong)
        return ""

    def _skip(self) -> None:
        self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]

    def _take(self) -> str:
        if self._at >= len(self._text):
            raise _Wrong(self._end)
        self._at += 1
        return self._text[self._at - 1]

    def _next(self) -> str:
        self._skip()
        return self._take()

    def _refuse(self, where: str) -> None:
        char = self._text[self._at]
        shown = {"'": r"'\''", '"': "'\"'"}.get(char) or f"'{quote(char)[1:-1]}'"
        raise _Wrong(f"invalid character {shown} {where}")

    def _back(self, where: str) -> None:
        self._at -= 1
        self._refuse(where)

    def _value(self) -> Any:
        char = self._next()
        if char in "{[":
            self._open.append(char)
            if len(self._open) > _DEEPEST:
                raise _Wrong("exceeded max depth")
            return self._first_key if char == "{" else self._first_item
        if char == '"':
            self._string()
        elif char in "-0123456789":
            self._number(char)
        elif char in "tfn":
            self._literal({"t": "true", "f": "false", "n": "null"}[char])
        else:
            self._back("looking for beginning of value")
        return self._after()

    def _after(self) -> Any:
        return self._following if self._open else None

    def _close(self) -> Any:
        self._open.pop()
        return self._after()

    def _first_key(self) -> Any:
        return self._key(closing=True)

    def _key(self, closing: bool = False) -> Any:
        char = self._next()
        if closing and char == "}":
            return self._close()
        if char != '"':
            self._back("looking for beginning of object key string")
        self._string()
        if self._next() != ":":
            self._back("after object key")
        return self._value

    def _first_item(self) -> Any:
        if self._next() == "]":
            return self._close()
        self._at -= 1
        return self._value()

    def _following(self) -> Any:
        in_object = self._open[-1] == "{"
        char = self._next()
        if char == ",":
            return self._key if in_object else self._value
        if char != ("}" if in_object else "]"):
            self._back("after object key:value pair" if in_object else "after array element")
        return self._close()

    def _string(self) -> None:
        while True:
            self._at = _PLAIN.match(self._text, self._at).end()  # type: ignore[union-attr]
            char = self._take()
            if char == '"':
                return
            if char != "\\":
                self._back("in string literal")
            escape = self._take()
            if escape == "u":
                for _ in range(4):
                    if not _HEX.match(self._take()):
                        self._back("in \\u hexadecimal character escape")
            elif escape not in 'bfnrt\\/"':
                self._back("in string escape code")

    def _number(self, char: str) -> None:
        if char == "-":
            char = self._digit("in numeric literal")
        if char != "0":
            self._digits()
        if self._at < len(self._text) and self._text[self._at] == ".":
            self._at += 1
            self._digit("after decimal point in numeric literal")
            self._digits()
        if self._at < len(self._text) and self._text[self._at] in "eE":
            self._at += 1
            if self._take() not in "+-":
                self._at -= 1
            self._digit("in exponent of numeric literal")
            self._digits()

    def _digit(self, where: str) -> str:
        char = self._take()
        if char not in "0123456789":
            self._back(where)
        return char

    def _digits(self) -> None:
        self._at = _DIGITS.match(self._text, self._at).end()  # type: ignore[union-attr]

    def _literal(self, word: str) -> None:
        for letter in word[1:]:
            if self._take() != letter:
                self._back(f"in literal {word} (expecting '{letter}')")
