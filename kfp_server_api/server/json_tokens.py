# SPDX-License-Identifier: Apache-2.0
"""JSON texts token by token, with the place of each: what protobuf's JSON reader says of a text names places."""

from __future__ import annotations

import json
import re
from json import decoder
from typing import Any, NamedTuple

from kfp_server_api.server.gotext import quote
from kfp_server_api.server.json_safe import read_number, refuse_constant

_scan_string = getattr(decoder, "scanstring")  # noqa: B009  typeshed lacks it
_SPACE = re.compile(r"[ \t\r\n]*")
_END = r"(?![-+._a-zA-Z0-9])"
_LITERAL = re.compile(f"(?:null|true|false){_END}")
_NUMBER = re.compile(rf"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?{_END}")
_WORD = re.compile(r"[-+._a-zA-Z0-9]{1,32}|.", re.DOTALL)
_CODE = re.compile(r"[0-9a-fA-F]{4}")
SCALARS = frozenset({"null", "bool", "number", "string"})
_VALUES = SCALARS | {"}", "]"}


class ProtoError(ValueError):
    """A text is not what the API's JSON is; the message names the place."""


class Token(NamedTuple):
    """A piece of JSON: one of "{", "}", "[", "]", a scalar, "name" (of a member) or "end".

    Attributes:
        start: index of its first character.
        raw: its text.
        value: of a string or name.
    """

    kind: str
    start: int
    raw: str
    value: Any = None


def _member(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate map key")
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_member, parse_int=read_number, parse_float=read_number, parse_constant=refuse_constant
)


class Tokens:
    """A JSON text that is read from its start; bytes that were no UTF-8 are surrogate escapes in it."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._clean = "\\u" not in text and _is_text(text)
        self._open: list[str] = []
        self._last = ""

    def error(self, start: int, text: str) -> ProtoError:
        """Make the error for what stands at an index."""
        return ProtoError(f"proto: ({self._place(start)}): {text}")

    def syntax_error(self, start: int, text: str) -> ProtoError:
        """Make the error for syntax at an index."""
        return ProtoError(f"proto: syntax error ({self._place(start)}): {text}")

    def unexpected(self, token: Token) -> ProtoError:
        """Make the error for a token where another one has to stand."""
        return self.syntax_error(token.start, f"unexpected token {token.raw}")

    def _place(self, index: int) -> str:
        before = self._text[:index]
        return f"line {before.count(chr(10)) + 1}:{index - before.rfind(chr(10))}"

    def peek_kind(self) -> str:
        """Return the kind of the token that stands next, whether or not it may; "," for a comma before another."""
        at = self._at
        self._skip()
        start = self._text[self._at : self._at + 1]
        if start == "," and self._last in _VALUES:
            self._at += 1
            self._skip()
            start = self._text[self._at : self._at + 1]
        self._at = at
        return {"n": "null", '"': "string"}.get(start, start)

    def read(self) -> Token:
        """Return the next token; commas and colons are none.

        Raises:
            ProtoError: there is none, or not here.
        """
        token = self._parse()
        if token.kind == ",":
            if not self._open or self._last not in _VALUES:
                raise self.unexpected(token)
            self._last = ","
            return self.read()
        token = self._in_order(token)
        self._last = token.kind
        return token

    def _in_order(self, token: Token) -> Token:
        """Return a token that may stand where it does; a string may be a name."""
        kind = token.kind
        if kind == "end":
            if self._open:
                raise ProtoError("proto: unexpected EOF")
        elif kind in "}]":
            if not self._open or self._last == "," or {"{": "}", "[": "]"}[self._open.pop()] != kind:
                raise self.unexpected(token)
        elif not self._is_value_next():
            if kind != "string" or self._last not in ("{", ","):
                raise self.unexpected(token)
            return self._name(token)
        if kind in "{[":
            self._open.append(kind)
        return token

    def _is_value_next(self) -> bool:
        if not self._open:
            return not self._last
        return self._last == "name" if self._open[-1] == "{" else self._last in ("[", ",")

    def _name(self, token: Token) -> Token:
        self._skip()
        if self._at >= len(self._text):
            raise ProtoError("proto: unexpected EOF")
        char = self._text[self._at]
        if char != ":":
            raise self.syntax_error(self._at, f'unexpected character {char}, missing ":" after field name')
        self._at += 1
        return token._replace(kind="name")

    def _skip(self) -> None:
        self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]

    def _parse(self) -> Token:
        self._skip()
        text, start = self._text, self._at
        if start >= len(text):
            return Token("end", start, "")
        char = text[start]
        if char in "{}[],":
            self._at += 1
            return Token(char, start, char)
        if char == '"':
            value = self._string(start)
            return Token("string", start, text[start : self._at], value)
        found = _LITERAL.match(text, start) or _NUMBER.match(text, start)
        if not found:
            raise self.syntax_error(start, f"invalid value {_WORD.match(text, start)[0]}")  # type: ignore[index]
        self._at = found.end()
        kinds = {"null": "null", "true": "bool", "false": "bool"}
        return Token(kinds.get(found[0], "number"), start, found[0])

    def _string(self, start: int) -> str:
        try:
            value, self._at = _scan_string(self._text, start + 1, True)
            value.encode("utf-8")
        except ValueError:
            raise self._string_error(start) from None
        return str(value)

    def _string_error(self, start: int) -> ProtoError:
        """Return what is wrong with a string: the first of what cannot stand in one."""
        text, at = self._text, start + 1
        while at < len(text) and text[at] != '"':
            char = text[at]
            if "\ud800" <= char <= "\udfff":
                return self.syntax_error(start, "invalid UTF-8 in string")
            if char < " ":
                return self.syntax_error(start, f"invalid character {_shown(char)} in string")
            if char != "\\":
                at += 1
                continue
            length, shown = _escape(text, at)
            if shown is not None:
                return self.syntax_error(start, f"invalid escape code {quote(shown)} in string")
            if not length:
                break
            at += length
        return ProtoError("proto: unexpected EOF")

    def any_value(self) -> Any:
        """Return the JSON value that stands next.

        Raises:
            ProtoError: none does, or it holds a name twice or a number that is no double.
        """
        self._skip()
        if self._text[self._at : self._at + 1] == "," and self._last in _VALUES and self._open:
            self._at, self._last = self._at + 1, ","
            self._skip()
        if self._is_value_next():
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                if not self._clean:
                    json.dumps(value, ensure_ascii=False).encode("utf-8")
            except (ValueError, RecursionError):
                self._explain()
                raise ProtoError("proto: exceeded max recursion depth") from None
            self._at, self._last = end, "}"
            return value
        raise self.unexpected(self.read())

    def _explain(self) -> None:
        """Raise the error for the first thing that is wrong with the value that stands next."""
        names: list[set[str]] = []
        while True:
            token = self.read()
            if token.kind == "end":
                raise self.unexpected(token)
            if token.kind == "number" and abs(float(token.raw)) == float("inf"):
                raise self.error(token.start, f"invalid google.protobuf.Value: {token.raw}")
            if token.kind in "{[":
                names.append(set())
            elif token.kind in "}]":
                names.pop()
            elif token.kind == "name":
                if token.value in names[-1]:
                    raise self.error(token.start, f"duplicate map key {token.raw}")
                names[-1].add(token.value)
            if not names:
                return


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _shown(char: str) -> str:
    return f"'{quote(char)[1:-1]}'"


def _escape(text: str, at: int) -> tuple[int, str | None]:
    """Return the length of the escape at an index, 0 where the text ends in it, and what is wrong of it or None."""
    if text[at + 1 : at + 2] != "u":
        wrong = text[at + 1 : at + 2] not in tuple('"\\/bfnrt')
        return (2, text[at : at + 2] if wrong and len(text) > at + 1 else None) if len(text) > at + 1 else (0, None)
    if len(text) < at + 6:
        return 0, None
    if not _CODE.match(text, at + 2):
        return 6, text[at : at + 6]
    if not 0xD800 <= int(text[at + 2 : at + 6], 16) < 0xE000:
        return 6, None
    second = text[at + 6 : at + 12]
    if len(second) < 6:
        return 0, None
    pair = text[at : at + 12]
    paired = _CODE.match(second, 2) and second[:2] == "\\u" and len(json.loads(f'"{pair}"')) == 1
    return 12, None if paired else second
