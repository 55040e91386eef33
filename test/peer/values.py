# SPDX-License-Identifier: Apache-2.0
"""Seeded arguments (in the form `candidate.build` reads) and replies, made from a release's own surface."""

from __future__ import annotations

import json
import random
import re
from typing import Any

STRINGS = [
    "r1",
    "",
    " ",
    "a b",
    "a/b",
    "a%2Fb",
    "100%",
    "a+b",
    "a?b=c&d#e",
    "x;y,z:@!$()*",
    'it\'s "q"',
    "~u-._",
    "{run_id}",
    "ünï ß",
    "日本語",
    "\U0001f680",
    "a\\b",
    "<&>",
    "None",
    "0",
    "x" * 300,
    "tab\there",
    "ns/../x",
    "e\u0301",
    "[a]|^`",
]
DATES = [
    "2024-01-02T03:04:05+00:00",
    "2024-01-02T03:04:05.123456+00:00",
    "2024-01-02T03:04:05.120000+05:30",
    "9999-12-31T23:59:59.999999+00:00",
    "0001-01-01T00:00:00+00:00",
    "1969-12-31T23:59:59-11:00",
]
DATE_TEXTS = [
    "2024-01-02T03:04:05Z",
    "2024-01-02T03:04:05.1Z",
    "2024-01-02T03:04:05.123456789Z",
    "2024-01-02t03:04:05z",
    "2024-01-02T03:04:05.999999999+05:30",
    "2024-01-02T03:04:05-00:00",
    "2024-01-02T03:04:05+0200",
    "2024-01-02T03:04:05",
    "2024-01-02 03:04:05Z",
    "2024-01-02T03:04Z",
    "20240102T030405Z",
    "2024-01-02",
    "9999-12-31T23:59:59.999999999Z",
    "0001-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "2024-02-29T12:00:00+14:00",
    "2024-01-02T24:00:00Z",
    "2024-01-02T03:04:05+23:59",
    "Tue, 02 Jan 2024 03:04:05 GMT",
    "2024-01-02T03:04:05 Z",
    "2024-01-02T03:04:05,5Z",
    "2024-W01-2T03:04:05Z",
    "2024-002",
    "",
    "not a date",
    "2024-13-01T00:00:00Z",
    "2024-01-02T03:04:60Z",
    "now",
    "10000-01-01T00:00:00Z",
    "2024-01-02T03:04:05.Z",
    "2024-1-2T3:4:5Z",
    "٢٠٢٤-01-02T03:04:05Z",
]
HOSTILE = [
    None,
    True,
    False,
    0,
    1,
    -1,
    1.0,
    1.5,
    2**63,
    1e300,
    "",
    "0",
    "12",
    " 7 ",
    "1.0",
    "true",
    "False",
    "x",
    "1_0",
    [],
    ["a"],
    [1, None],
    {},
    {"a": 1},
    {"a": {"b": [None]}},
    "2024-01-02T03:04:05Z",
    "e30=",
    "é",
]
MODEL = re.compile(r"[A-Z]\w+")


class Maker:
    """Make values for the types of one release."""

    def __init__(self, surface: dict[str, Any], seed: str) -> None:
        self.random = random.Random(seed)
        self.models = {
            name: cls
            for module in surface["modules"].values()
            for name, cls in module["classes"].items()
            if "openapi_types" in cls["values"]
        }

    def types(self, model: str) -> dict[str, str]:
        """Return attribute names and their types."""
        return dict(self.models[model]["values"]["openapi_types"]["dict"])

    def wire_names(self, model: str) -> dict[str, str]:
        """Return attribute names and their JSON names."""
        return dict(self.models[model]["values"]["attribute_map"]["dict"])

    def enum(self, model: str) -> list[str]:
        """Return the values of an enum class, nothing for other models."""
        return list(self.models[model]["values"].get("allowable_values", {}).get("list", []))

    def argument(self, kind: str, depth: int = 0) -> Any:
        """Return a value that callers pass for a parameter or field of this type."""
        pick = self.random.random()
        if pick < 0.06:
            return self.random.choice([1, 0, "text", True, 2.5, ["a", 1], {"k": "v"}])
        if kind in self.models:
            return self._model(kind, depth, pick)
        if kind.startswith(("list[", "dict(")):
            return self._container(kind, depth, self.argument)
        if kind == "datetime":
            return {"$": "datetime", "value": self.random.choice(DATES)} if pick < 0.8 else "2024-01-01T00:00:00Z"
        return self._scalar(kind, pick)

    def _scalar(self, kind: str, pick: float) -> Any:
        if kind == "str":
            return self.random.choice(STRINGS) if pick < 0.9 else self.random.randrange(10**6)
        if kind == "int":
            return self.random.randrange(-5, 10**12) if pick < 0.9 else str(self.random.randrange(99))
        if kind == "bool":
            return pick < 0.5 if pick < 0.9 else "true"
        if kind == "float":
            return self.random.uniform(-1e3, 1e3)
        return self.json_value(0)

    def _model(self, name: str, depth: int, pick: float) -> Any:
        if self.enum(name):
            return self.random.choice([*self.enum(name), "NEW_VALUE"])
        density = self.random.choice([0.0, 0.3, 0.7, 1.0]) if depth < 3 else 0.0
        chosen = {key: kind for key, kind in self.types(name).items() if self.random.random() < density}
        fields = {key: self.argument(kind, depth + 1) for key, kind in chosen.items()}
        if pick > 0.9:
            names = self.wire_names(name)
            return {names[key]: value for key, value in fields.items()}
        return {"$": "model", "name": name, "value": fields}

    def _container(self, kind: str, depth: int, make: Any) -> Any:
        inner = kind[5:-1] if kind.startswith("list[") else kind.split(", ", 1)[1][:-1]
        size = self.random.choice([0, 1, 3]) if depth < 4 else 0
        if kind.startswith("list["):
            return [make(inner, depth + 1) for _ in range(size)]
        return {self.random.choice(STRINGS): make(inner, depth + 1) for _ in range(size)}

    def json_value(self, depth: int) -> Any:
        """Return any JSON value, nested up to four levels."""
        if depth < 4 and self.random.random() < 0.4:
            size = self.random.randrange(4)
            if self.random.random() < 0.5:
                return [self.json_value(depth + 1) for _ in range(size)]
            return {self.random.choice(STRINGS): self.json_value(depth + 1) for _ in range(size)}
        return self.random.choice([*STRINGS, None, True, False, 0, -7, 3.25, 2**60, "2024-01-02T03:04:05Z"])

    def reply(self, kind: str, depth: int = 0, wild: float = 0.0) -> Any:
        """Return JSON a server may send for this type; `wild` is the share of values of another JSON type."""
        if self.random.random() < wild:
            return self.random.choice(HOSTILE)
        if kind in self.models:
            return self._reply_model(kind, depth, wild)
        if kind.startswith(("list[", "dict(")):
            return self._container(kind, depth, lambda inner, level: self.reply(inner, level, wild))
        if kind == "datetime":
            return self.random.choice(DATE_TEXTS[:8])
        return self.json_value(0) if kind == "object" else self._scalar(kind, 0.3 if kind == "bool" else 0.0)

    def _reply_model(self, name: str, depth: int, wild: float) -> Any:
        if self.enum(name):
            return self.random.choice([*self.enum(name), "NEW_VALUE"])
        names, keep = self.wire_names(name), self.random.choice([0.2, 0.6, 1.0]) if depth < 5 else 0.1
        fields = {
            names[key]: self.reply(kind, depth + 1, wild)
            for key, kind in self.types(name).items()
            if self.random.random() < keep
        }
        if self.random.random() < 0.2:
            fields["unknown_field"] = self.json_value(2)
        if fields and self.random.random() < 0.2:
            fields[self.random.choice(list(fields))] = None
        return fields


def dumps(value: Any) -> str:
    """Return JSON text as a server writes it."""
    return json.dumps(value, ensure_ascii=False)
