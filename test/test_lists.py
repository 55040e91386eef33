# SPDX-License-Identifier: Apache-2.0
"""Real servers sort and filter their lists by just the fields that operations say for that release."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kfp_server_api import api
from kfp_server_api._operation import Operation, operations

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "facts" / "recorded"
LISTS: list[Operation] = [
    each for name in api.__all__ for each in operations(getattr(api, name)) if each.paging is not None
]
SORTED = re.compile(r"\s*([a-z_]+)(\s+(asc|desc))?\s*", re.IGNORECASE)


def numbers(release: str) -> list[int]:
    return [int(part) for part in release.split(".")]


def knows(operation: Operation, name: str, use: str, release: str) -> bool:
    """Tell whether a list of a release is said to be sorted or filtered by a name."""
    start = re.sub(r"(?<=[.:]).*", "", name)
    return any(
        start in (field.name, *field.aliases)
        and field.only in ("", use)
        and numbers(field.since or "2.0.0") <= numbers(release)
        for field in operation.fields
    )


def lists_in(folder: Path) -> Iterator[tuple[Operation, dict[str, str], int, str]]:
    """Give the recorded list calls: operation, query, status and message."""
    for file in sorted(folder.glob("*.json")):
        for step in json.loads(file.read_text(encoding="utf-8")):
            for operation in LISTS:
                path = re.sub(r"\{\w+\}", "[^/]+", operation.path)
                if step["method"] == "GET" and re.fullmatch(path, step["path"]):
                    reply = step["reply"]
                    yield operation, dict(step.get("query") or ()), reply["status"], json.dumps(reply.get("body"))


def asked(query: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Give what a call sorts and filters by, where it is one name: ("sort", "run_id")."""
    if "page_token" in query:
        return
    found = SORTED.fullmatch(query.get("sort_by", ""))
    if found:
        yield "sort", found[1].lower()
    try:
        predicates = json.loads(query.get("filter", "{}"))["predicates"]
        keys = {predicate["key"] for predicate in predicates}
    except (ValueError, LookupError, TypeError):
        return
    if len(keys) == 1:
        yield "filter", keys.pop()


@pytest.mark.parametrize(("folder", "release"), [("2.0", "2.0.5"), ("2.5", "2.5.0"), ("2.17", "2.17.0")])
def test_a_recorded_server_takes_the_fields_of_its_release_and_no_others(folder: str, release: str) -> None:
    if not RECORDED.exists():
        pytest.skip("no shared/facts/recorded beside the repository")
    taken: dict[Any, bool] = {}
    for operation, query, status, text in lists_in(RECORDED / folder):
        for use, name in asked(query):
            if status == 200:
                taken[operation.name, use, name] = True
            elif status == 500 or "Invalid sorting field" in text or "unrecognized field" in text:
                taken[operation.name, use, name] = False
    said = {
        (operation.name, use, name): knows(operation, name, use, release)
        for operation in LISTS
        for at, use, name in taken
        if at == operation.name
    }
    assert len(taken) > 60
    assert {key: said[key] for key in taken} == taken
