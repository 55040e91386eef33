# SPDX-License-Identifier: Apache-2.0
"""YAML whose mappings know on which line each key stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


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
        return SpecError(f"{self.source}:{self.lines.get(key or '', self.line)}: {text}")

    def only(self, *known: str) -> Mapping:
        """Return the mapping itself; raise where it has any other key."""
        for key in self:
            if key not in known:
                raise self.error(f"unknown key {key!r}; known here: {', '.join(known)}", key)
        return self

    def need(self, key: str) -> Any:
        """Return a value; raise where it is missing."""
        if key not in self:
            raise self.error(f"key {key!r} is missing")
        return self[key]


def load(path: Path) -> Mapping:
    """Read a YAML file whose top is a mapping."""

    class Loader(yaml.SafeLoader):
        pass

    def construct_mapping(loader: Loader, node: yaml.MappingNode) -> Mapping:
        mapping = Mapping(path.name, node.start_mark.line + 1)
        for key_node, value_node in node.value:
            key = str(loader.construct_object(key_node, deep=True))
            if key in mapping:
                raise SpecError(f"{path.name}:{key_node.start_mark.line + 1}: key {key!r} stands here twice")
            mapping.lines[key] = key_node.start_mark.line + 1
            mapping[key] = loader.construct_object(value_node, deep=True)
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
