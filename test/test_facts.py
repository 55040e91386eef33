# SPDX-License-Identifier: Apache-2.0
"""Facts of the API stand in the generated code alone."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kfp_server_api import api, models
from kfp_server_api._enum import Enum
from kfp_server_api._operation import Operation, operations

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = ("kfp_server_api", "generator", "examples", "benchmarks", "test/fixtures")
CLASSES: list[Any] = [getattr(models, name) for name in models.__all__]
OPERATIONS: list[Operation] = [each for name in api.__all__ for each in operations(getattr(api, name))]


def facts() -> Iterator[tuple[str, set[Any]]]:
    """Give each set of facts with its name."""
    for each in CLASSES:
        if issubclass(each, Enum):
            yield f"values of {each.__name__}", set(each.allowable_values)
            yield f"terminal values of {each.__name__}", set(each._terminal)
            yield f"numbers of {each.__name__}", set(each._numbers)
        else:
            yield f"what excludes another in {each.__name__}", set(each._one_of)
    for operation in OPERATIONS:
        fields = [field for field in operation.fields if field.name[-1] not in ".:"]
        named = {name for field in fields for name in (field.name, *field.aliases)}
        yield f"fields of {operation.name}", {field.name for field in fields}
        yield f"fields and aliases of {operation.name}", named
        if operation.paging:
            yield f"paging of {operation.name}", set(operation.paging[:4])
    yield "operations that may be repeated", {each.name for each in OPERATIONS if each.idempotent}
    yield (
        "POST operations that may be repeated",
        {each.name for each in OPERATIONS if each.idempotent and each.method == "POST"},
    )
    yield (
        "64-bit fields",
        {f"{each.__name__}.{name}" for each in CLASSES for name in each.openapi_types if getattr(each, name).int64},
    )


FACTS = {frozenset(found): name for name, found in facts() if len(found) > 1}


def copies(source: str) -> list[str]:
    """Return what literals of a source say again, each with its line."""
    found = [(node.lineno, name) for node in ast.walk(ast.parse(source)) for name in said_by(node)]
    return [f"line {line}: {name}" for line, name in found]


def said_by(node: Any) -> Iterator[str]:
    for each in members(node):
        with contextlib.suppress(ValueError, TypeError):  # not all are constants
            name = FACTS.get(frozenset(map(ast.literal_eval, each)), "")
            # An object of the API has the same keys, and is no list of them.
            if name and not (isinstance(node, ast.Dict) and name.startswith("fields of")):
                yield name


def members(node: Any) -> list[list[Any]]:
    """Return the members of a literal collection, of a dict the keys and the values."""
    if isinstance(node, (ast.Set, ast.Tuple, ast.List)):
        return [node.elts]
    if isinstance(node, ast.Dict):
        return [node.keys, node.values]
    if isinstance(node, ast.Attribute) and node.attr == "split" and isinstance(node.value, ast.Constant):
        return [[ast.Constant(word) for word in str(node.value.value).split()]]
    return []


def test_there_are_facts_of_every_sort() -> None:
    kinds = {name.partition(" of ")[0] for name in FACTS.values()}
    assert kinds >= {
        "terminal values",
        "numbers",
        "fields",
        "fields and aliases",
        "64-bit fields",
        "operations that may be repeated",
    }


@pytest.mark.parametrize(
    "copy",
    [
        'FINAL = frozenset({"SUCCEEDED", "FAILED", "SKIPPED", "CANCELED"})',
        'while state not in ("SUCCEEDED", "FAILED", "SKIPPED", "CANCELED"): pass',
        'ICONS = {"SUCCEEDED": 1, "FAILED": 2, "SKIPPED": 3, "CANCELED": 4}',
        'BY_NUMBER = {0: "SUCCEEDED", 1: "FAILED", 2: "SKIPPED", 3: "CANCELED"}',
        'FINAL = "SUCCEEDED FAILED SKIPPED CANCELED".split()',
    ],
)
def test_a_second_list_is_found(copy: str) -> None:
    assert copies(copy) == ["line 1: terminal values of V2beta1RuntimeState"]


FILES = [path for folder in WRITTEN for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_says_again_what_is_generated(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.startswith("# Generated from spec/kfp.yaml") or copies(source) == []
