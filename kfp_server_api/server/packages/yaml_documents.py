# SPDX-License-Identifier: Apache-2.0
"""Load untrusted YAML as plain JSON values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import yaml

from kfp_server_api.server.json_safe import as_double, check_text, is_json_number
from kfp_server_api.server.limits import (
    DEEPEST,
    LARGEST,
    MOST_COLLECTIONS,
    MOST_VALUES,
    TOO_DEEP,
    TOO_LARGE,
    TOO_MANY,
    TOO_MANY_COLLECTIONS,
)

_TAG = "tag:yaml.org,2002:"
_INT = re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)\Z")
_FLOAT = re.compile(
    r"(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
)
"""YAML 1.1 has numbers of base 60 too (12:30:45), which are text in JSON; they are not among these."""
_USUAL_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?\Z")
"""Numbers of both patterns whose digits a double has."""
_LONGEST_NUMBER = 4000
_SHORT = 40
"""Characters of texts whose values are remembered: most come often."""
_MOST_DOCUMENTS = _MOST_DIRECTIVES = 100

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_TAGS = {f"{_TAG}timestamp", f"{_TAG}value"}
_PATTERNS = {f"{_TAG}int": _INT, f"{_TAG}float": _FLOAT}
_AS_TEXT = {None, "!", f"{_TAG}str"}
_RESOLVERS: dict[str, list[tuple[str, Any]]] = {
    first: [(tag, _PATTERNS.get(tag, pattern)) for tag, pattern in resolvers if tag not in _NO_TAGS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
"""First characters to the tags of texts without one, and their patterns; what looks like a date, and "=", stay text."""


def read_documents(text: bytes) -> list[Any]:
    """Return the documents of a YAML (or JSON) text, as JSON has them.

    Raises:
        ValueError: why it cannot be read.
    """
    if text.count(b"%TAG") > _MOST_DIRECTIVES:
        raise ValueError(f"it has more than {_MOST_DIRECTIVES} %TAG directives")
    try:
        return _Reader(text).documents()
    except yaml.YAMLError as cause:
        reason = " ".join(str(cause).split())
        raise ValueError(f"it is no YAML, or nested in more than {DEEPEST} levels: {reason}") from cause


class _Anchored(NamedTuple):
    """What an alias stands for, and what it adds wherever it is used."""

    value: Any
    values: int
    size: int
    height: int


class _Reader:
    """One text, read event by event, so that it is refused before more than its limits allow was made of it.

    Values that several aliases stand for are one object, but counted as often as they are used; tags and anchors, which
    take as long to read as a value, count as one.
    """

    def __init__(self, text: bytes) -> None:
        self._parser = _Parser(text)
        self._next = self._parser.get_event
        self._anchors: dict[str, _Anchored] = {}
        self._values = self._size = self._collections = 0
        self._height = 0  # of the value that was read last

    def documents(self) -> list[Any]:
        try:
            return list(self._documents())
        finally:
            self._parser.dispose()

    def _documents(self) -> Iterator[Any]:
        left = _MOST_DOCUMENTS
        while not isinstance(event := self._next(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                left -= 1
                if left < 0:
                    raise ValueError(f"it has more than {_MOST_DOCUMENTS} documents")
                self._anchors.clear()
                yield self._value(self._next(), 0)

    def _value(self, event: Any, depth: int) -> Any:
        """Return the value that begins with an event, in so many lists and mappings."""
        if type(event) is yaml.AliasEvent:
            return self._alias(event, depth)
        values, size = self._values, self._size
        value = self._scalar(event) if type(event) is yaml.ScalarEvent else self._collection(event, depth + 1)
        if event.anchor is not None:
            self._count(1, 0)
            self._anchors[event.anchor] = _Anchored(value, self._values - values, self._size - size, self._height)
        return value

    def _count(self, values: int, size: int) -> None:
        self._values += values
        self._size += size
        if self._values > MOST_VALUES:
            raise ValueError(TOO_MANY)
        if self._size > LARGEST:
            raise ValueError(f"{TOO_LARGE}, aliases replaced by what they stand for")

    def _alias(self, event: Any, depth: int) -> Any:
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            raise ValueError(f"the alias {event.anchor[:100]} stands for nothing, or for what it is in")
        if depth + anchored.height > DEEPEST:
            raise ValueError(TOO_DEEP)
        self._count(anchored.values, anchored.size)
        self._height = anchored.height
        return anchored.value

    def _collection(self, event: Any, depth: int) -> Any:
        if depth > DEEPEST:
            raise ValueError(TOO_DEEP)
        self._count(1, 2)
        self._collections += 1
        if self._collections > MOST_COLLECTIONS:
            raise ValueError(TOO_MANY_COLLECTIONS)
        is_list = type(event) is yaml.SequenceStartEvent
        if event.tag is not None:
            _check_tag(event.tag, "seq" if is_list else "map")
        made: Any = self._list(depth) if is_list else self._mapping(depth)
        self._height += 1
        return made

    def _list(self, depth: int) -> list[Any]:
        made, height = [], 0
        while (event_type := type(event := self._next())) is not yaml.SequenceEndEvent:
            if event_type is yaml.ScalarEvent and event.anchor is None:  # most are, so this is as short as can be
                made.append(self._scalar(event))
            else:
                made.append(self._value(event, depth))
                height = max(height, self._height)
        self._height = height
        return made

    def _mapping(self, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        height = 0
        while type(event := self._next()) is not yaml.MappingEndEvent:
            key = self._value(event, depth)
            if type(key) is not str:
                key = _key(key)
            made[key] = self._value(self._next(), depth)
            height = max(height, self._height)
        self._height = height
        return made

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        self._height = 0
        self._values += 1
        self._size += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if self._values > MOST_VALUES or self._size > LARGEST:
            self._count(0, 0)
        tag = event.tag
        if tag is None and event.implicit[0] and text[:1] in _RESOLVERS:
            if _USUAL_NUMBER.match(text):  # as below, in a quarter of the time
                value = float(text)
                return int(value) if value.is_integer() else value
            return _plain(text) if len(text) < _SHORT else _plain.__wrapped__(text)
        if tag is None:
            return _text(text)
        self._count(1, 0)
        return _text(text) if tag in _AS_TEXT else _typed(tag, text)


@lru_cache(maxsize=10_000)
def _plain(text: str) -> Any:
    """Return the value of a text without quotes and tag."""
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return _typed(tag, text)
    return _text(text)


def _text(text: str) -> str:
    if not text.isascii():
        check_text(text)
    return text


def _typed(tag: str, text: str) -> Any:
    """Return a value that is no text, by its tag."""
    reader = _READERS.get(tag)
    if reader is None:
        merge = tag == f"{_TAG}merge"
        raise ValueError("merge keys (<<) are not supported" if merge else f"{_short(tag)} is not a JSON value")
    return reader(text)


def _bool(text: str) -> bool:
    found: bool | None = yaml.SafeLoader.bool_values.get(text.lower())
    if found is None:
        raise ValueError(f"{text[:40]} is no truth value")
    return found


def _short(tag: str) -> str:
    return tag.removeprefix(_TAG)[:100]


def _check_tag(tag: str | None, own: str) -> None:
    if tag not in (None, "!", f"{_TAG}{own}"):
        raise ValueError(f"{_short(tag)} is not a JSON value")


def _int(text: str) -> float:
    return _number(_integer, text)


def _float(text: str) -> float:
    return _number(float, text)


def _number(read: Callable[[str], float], text: str) -> float:
    """Return a number that may be tagged as such, whatever its text."""
    try:
        if len(text) > _LONGEST_NUMBER:
            raise ValueError
        value = read(text.replace("_", "").lower())
    except ValueError:
        raise ValueError(f"{text[:40]} is not a number") from None
    if not is_json_number(value):
        raise ValueError(f"{value if isinstance(value, float) else 'an integer so large'} is not a JSON number")
    return as_double(value)


def _integer(digits: str) -> int:
    if digits.startswith("-"):
        return -_integer(digits[1:])
    digits = digits.removeprefix("+")
    if digits[:1] != "0" or digits == "0":
        return int(digits)
    base = {"b": 2, "x": 16}.get(digits[1])
    return int(digits[2:], base) if base else int(digits, 8)


def _key(key: Any) -> str:
    if key is None or isinstance(key, (str, int, float)):
        return str(key)
    raise ValueError(f"{type(key).__name__} cannot be a key")


_READERS: Mapping[str, Callable[[str], Any]] = {
    f"{_TAG}null": lambda text: None,
    f"{_TAG}bool": _bool,
    f"{_TAG}int": _int,
    f"{_TAG}float": _float,
}
