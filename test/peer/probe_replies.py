# SPDX-License-Identifier: Apache-2.0
"""Decode replies and build models in the candidate; show every view a caller has of them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import candidate

import kfp_server_api
from kfp_server_api import models


class FakeReply:
    """What `ApiClient.deserialize` needs of a reply."""

    def __init__(self, data: str) -> None:
        self.data = data

    def getheader(self, _name: str, default: object = None) -> object:
        return default


def probe(cases: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    client = kfp_server_api.ApiClient(kfp_server_api.Configuration())
    return {case["id"]: (_decode if "json" in case else _construct)(case, client, folder) for case in cases}


def _decode(case: dict[str, Any], client: Any, _folder: Path) -> dict[str, Any]:
    """Decode, then touch every field: a decoder may find out late, callers only care that they hear of it."""
    try:
        value = client.deserialize(FakeReply(case["json"]), case["type"])
    except Exception as error:
        return {"raised": candidate.failure(error)["classes"], "when": "call"}
    try:
        seen = candidate.show(value)
    except Exception as error:
        return {"raised": candidate.failure(error)["classes"], "when": "access"}
    again = client.deserialize(FakeReply(case["json"]), case["type"])
    views = {"value": seen, "repr": candidate.shown_text(value), "equal": [value == again, value != again]}
    return {**views, **_views(value, client)}


def _views(value: Any, client: Any) -> dict[str, Any]:
    seen: dict[str, Any] = {"wire": candidate.attempt(lambda: client.sanitize_for_serialization(value))}
    if hasattr(value, "to_dict"):
        seen["hash"] = candidate.attempt(lambda: hash(value))
        seen["attributes"] = {
            "configuration": type(value.local_vars_configuration).__name__,
            "discriminator": value.discriminator,
        }
        seen["to_dict"] = candidate.show(value.to_dict())
        seen["to_str"] = candidate.shown_text(value.to_str())
        seen["str"] = candidate.shown_text(str(value))
        seen["other"] = [value == value.to_dict(), value == type(value)(), value != None]  # noqa: E711
    return seen


def _construct(case: dict[str, Any], client: Any, folder: Path) -> dict[str, Any]:
    """Build a model, change one attribute, compare and copy."""
    cls = getattr(models, case["model"], None)
    if cls is None:
        return {"built": "no such model"}
    made: list[Any] = []

    def build() -> Any:
        given = {key: candidate.build(each, folder) for key, each in case["fields"].items()}
        values = list(given.values())
        made.append(cls(*values) if case.get("positional") else cls(**given))
        return made[0]

    seen = {"built": candidate.attempt(build)}
    if made:
        seen.update(_views(made[0], client))
        seen["copy"] = candidate.shown_text(copy.deepcopy(made[0]))
        seen["changed"] = candidate.attempt(lambda: _change(made[0], case.get("set", {}), folder))
    return seen


def _change(model: Any, changes: dict[str, Any], folder: Path) -> Any:
    before = copy.deepcopy(model)
    for name, value in changes.items():
        setattr(model, name, candidate.build(value, folder))
    return [
        model == before,
        model.to_dict(),
        candidate.shown_text(model),
        [getattr(model, name) for name in changes],
    ]


if __name__ == "__main__":
    candidate.main(probe)
