# SPDX-License-Identifier: Apache-2.0
"""YAML whose mappings know on which line each key stands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml

T = TypeVar("T")


class SpecError(Exception):
    """Something in the spec that the generator does not know or that is missing; the text begins with file:line."""


class Mapping(dict[str, Any]):
    """A mapping of the spec."""

    def __init__(self, source: str, line: int) -> None:
        super().__init__()
        self.source, self.line = source, line
        self.lines: dict[str, int] = {}

    def error(self, text: str, key: str | None = None) -> SpecError:
        """Return an error that names the line of a key, or of the mapping."""
        return SpecError(f"{self.source}:{self.line_of(key)}: {text}")

    def line_of(self, key: str | None) -> int:
        """Return the line of a key, or of the mapping where it has no such key."""
        return self.lines.get(key or "", self.line)

    def only(self, *known: str) -> Mapping:
        """Return the mapping itself; raise where it has any other key."""
        for key in self:
            if key not in known:
                raise self.error(f"unknown key {key!r}; known here: {', '.join(known)}", key)
        return self

    def need(self, key: str, expected: type[T]) -> T:
        """Return a value; raise where it is missing or of another type."""
        if key not in self:
            raise self.error(f"key {key!r} is missing")
        value = self[key]
        if not isinstance(value, expected):
            raise self.error(f"{key!r} is {_WORDS[expected]}, not {value!r}", key)
        return value

    def given(self, key: str, default: T) -> T:
        """Return a value of the default's type, or the default where it is missing."""
        return self.need(key, type(default)) if key in self else default

    def each(self, key: str, expected: type[T]) -> list[T]:
        """Return a list whose entries are of one type; an empty one where it is missing."""
        entries: list[T] = self.given(key, [])
        for entry in entries:
            if not isinstance(entry, expected):
                raise self.error(f"each entry of {key!r} is {_WORDS[expected]}, not {entry!r}", key)
        return entries

    def every(self, expected: type[T]) -> dict[str, T]:
        """Return the mapping as a dict whose values are all of one type."""
        return {key: self.need(key, expected) for key in self}

    def one(self, key: str) -> str:
        """Return the only text of a list, or the only key of a mapping."""
        entries = self.need(key, Mapping) if isinstance(self.get(key), Mapping) else self.each(key, str)
        if len(entries) != 1:
            raise self.error(f"{key!r} has one entry, not {len(entries)}", key)
        return next(iter(entries))


_WORDS: dict[type, str] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    Mapping: "a mapping",
}


def distinct(named: Iterable[tuple[str, Mapping, str]]) -> None:
    """Raise where a name stands twice among (name, mapping, key)."""
    seen: dict[str, int] = {}
    for name, mapping, key in named:
        if name in seen:
            raise mapping.error(f"{name!r} is taken by line {seen[name]}", key)
        seen[name] = mapping.line_of(key)


def load(path: Path) -> Mapping:
    """Read a YAML file whose top is a mapping."""

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    def construct_mapping(loader: Loader, node: yaml.MappingNode) -> Mapping:
        mapping = Mapping(path.name, node.start_mark.line + 1)
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = _key(loader.construct_object(key_node, deep=True), f"{path.name}:{line}")
            if key in mapping:
                raise SpecError(f"{path.name}:{line}: key {key!r} stands here twice")
            mapping.lines[key] = line
            try:
                mapping[key] = loader.construct_object(value_node, deep=True)
            except ValueError as error:  # such as the date 2026-13-45
                raise mapping.error(f"{key!r}: {error}", key) from error
        return mapping

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, construct_mapping)
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SpecError(f"{path.name}:{line}: {error.problem}") from error
    if not isinstance(loaded, Mapping):
        raise SpecError(f"{path.name}:1: the spec is a mapping")
    return loaded


def _key(key: Any, place: str) -> str:
    # A status may stand without quotes; `no` and `1.0` would not come back as they were written.
    if type(key) not in (str, int):
        raise SpecError(f"{place}: the key {key!r} is no text; quote it")
    return str(key)
