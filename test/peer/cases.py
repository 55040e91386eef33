# SPDX-License-Identifier: Apache-2.0
"""Make the cases that both candidates run, from the surface of the upstream release."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from values import DATE_TEXTS, HOSTILE, STRINGS, Maker, dumps

JSON_HEADERS = [["Content-Type", "application/json"]]
TIMEOUTS: list[Any] = [5, {"$": "tuple", "value": [5, 6]}, None]
FORMS: dict[str, dict[str, Any]] = {
    "positional": {},
    "keyword": {},
    "async": {"async_req": True},
    "http_info": {},
    "http_info_async": {"async_req": True},
    "raw": {"_preload_content": False},
    "timeout": {"_request_timeout": TIMEOUTS},
    "data_only": {"_return_http_data_only": [True, False]},
    "http_info_raw": {"_preload_content": False},
    "http_info_data_only": {"_return_http_data_only": [True, False]},
}


def operations(surface: dict[str, Any]) -> Iterator[tuple[str, str, list[dict[str, Any]], str]]:
    """Yield service, method, documented parameters and return type of every operation."""
    for module in surface["modules"].values():
        for service, cls in module["classes"].items():
            for name, keywords in cls["keywords"].items():
                if name[0] != "_" and not name.endswith("_with_http_info"):
                    yield service, name, keywords, cls["returns"].get(name, "object")


def wire(surface: dict[str, Any], seed: str, rounds: int) -> list[dict[str, Any]]:
    """Return calls of every operation in every form, `rounds` times with other values."""
    maker, found = Maker(surface, seed), []
    for turn in range(rounds):
        for service, name, parameters, returns in operations(surface):
            for form, options in FORMS.items():
                case_id = f"{service}.{name}/{form}/{turn}"
                found.append(_wire_case(maker, case_id, service, name, parameters, returns, form, options))
    return found


def _wire_case(
    maker: Maker,
    case_id: str,
    service: str,
    name: str,
    parameters: list[dict[str, Any]],
    returns: str,
    form: str,
    options: dict[str, Any],
) -> dict[str, Any]:
    given = {
        each["name"]: _argument(maker, each) for each in parameters if each["required"] or maker.random.random() < 0.6
    }
    required = [each["name"] for each in parameters if each["required"]]
    args = [given.pop(each) for each in required] if form != "keyword" else []
    for key, value in options.items():
        given[key] = maker.random.choice(value) if isinstance(value, list) else value
    full = name + "_with_http_info" if form.startswith("http_info") else name
    reply = {
        "status": maker.random.choice([200, 200, 201]),
        "headers": [*JSON_HEADERS, ["X-Extra", "1"]],
        "body": dumps(maker.reply(returns)) if returns != "object" else maker.random.choice(["{}", '{"a": [1]}']),
    }
    return {
        "id": case_id,
        "replies": [reply],
        "calls": [{"target": service, "name": full, "args": args, "kwargs": given}],
    }


def _argument(maker: Maker, parameter: dict[str, Any]) -> Any:
    if parameter["type"] == "file":
        name = maker.random.choice(
            [
                "p.yaml",
                "a b.yaml",
                "ünï.yaml",
                "p.tar.gz",
                "no-extension",
                "p.zip",
                'q"uote.yaml',
                "x%41.json",
            ]
        )
        return {
            "$": "file",
            "name": name,
            "value": maker.random.choice(["", "a: 1\n", "日本語\r\n--x", "\x00\x01"]),
        }
    if not parameter["required"] and maker.random.random() < 0.15:
        return None
    return maker.argument(parameter["type"])


def replies(surface: dict[str, Any], seed: str, rounds: int, reordered: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return replies for every model: seeded, with one odd value per field, and for the other type strings.

    `reordered` names models whose fields later releases put in another order: those are built by name only.
    """
    maker, found = Maker(surface, seed), []
    for model in sorted(maker.models):
        for turn in range(rounds):
            wild = (0.0, 0.0, 0.15)[turn % 3]
            case_id = "{}/{}/{}".format(model, "wild" if wild else "seeded", turn)
            found.append({"id": case_id, "type": model, "json": dumps(maker.reply(model, wild=wild))})
        found += _odd_fields(maker, model)
        found += [_construct(maker, model, turn, model not in reordered) for turn in range(rounds)]
    return found + list(_types(maker))


def _odd_fields(maker: Maker, model: str) -> Iterator[dict[str, Any]]:
    names = maker.wire_names(model)
    for key, kind in maker.types(model).items():
        odd = [*HOSTILE, *(DATE_TEXTS if kind == "datetime" else [])]
        for index, value in enumerate(odd):
            case_id = f"{model}/{key}:{kind}={json_kind(value)}/{index}"
            yield {"id": case_id, "type": model, "json": dumps({names[key]: value})}
    for index, value in enumerate(HOSTILE):
        yield {"id": f"{model}/whole={json_kind(value)}/{index}", "type": model, "json": dumps(value)}


def json_kind(value: Any) -> str:
    """Name the JSON type of a value."""
    names = {bool: "bool", int: "number", float: "number", str: "text", list: "list", dict: "object"}
    return names.get(type(value), "null")


def _construct(maker: Maker, model: str, turn: int, by_position: bool) -> dict[str, Any]:
    fields = {
        key: maker.argument(kind)
        for key, kind in maker.types(model).items()
        if turn % 3 == 1 or maker.random.random() < 0.5
    }
    changes = {key: maker.argument(kind) for key, kind in maker.types(model).items() if maker.random.random() < 0.3}
    positional = by_position and turn % 3 == 1
    return {
        "id": f"{model}/built/{turn}",
        "model": model,
        "fields": fields,
        "set": changes,
        "positional": positional,
    }


def _types(maker: Maker) -> Iterator[dict[str, Any]]:
    texts = [
        "null",
        "{}",
        "[]",
        "1",
        "1.5",
        "true",
        '"x"',
        '"2024-01-02T03:04:05Z"',
        '"2024-01-02"',
        "[1, 2]",
        '{"a": 1}',
        '{"a": {"run_id": "r"}}',
        '[{"run_id": "r"}, null]',
        "NaN",
        "1e999",
        '{"a": 1, "a": 2}',
        ' {"a" : 1} ',
        "",
        "x",
        "{",
    ]
    kinds = [
        "object",
        "str",
        "int",
        "float",
        "bool",
        "datetime",
        "date",
        "V2beta1Run",
        "list[V2beta1Run]",
        "list[str]",
        "list[list[int]]",
        "dict(str, V2beta1Run)",
        "dict(str, str)",
        "dict(str, list[int])",
        "list[datetime]",
        "bytes",
    ]
    for kind in kinds:
        for index, text in enumerate(texts):
            yield {"id": f"type {kind}/{index}", "type": kind, "json": text}


def failures(surface: dict[str, Any], seed: str, rounds: int) -> list[dict[str, Any]]:
    """Return calls that fail: statuses and bodies, wrong keywords, None and missing arguments."""
    source, found = random.Random(seed), []
    every = list(operations(surface))
    for status in [
        300,
        304,
        400,
        401,
        403,
        404,
        405,
        408,
        409,
        410,
        411,
        412,
        413,
        415,
        418,
        422,
        429,
        431,
        451,
        500,
        501,
        502,
        503,
        504,
        599,
    ]:
        for index, (body, kind) in enumerate(BODIES):
            service, name, parameters, _ = source.choice([each for each in every if "upload" not in each[1]])
            reply = {
                "status": status,
                "body": body,
                "headers": [["Content-Type", kind], ["X-Id", "é"], ["X-Two", "1"], ["X-Two", "2"]],
                "charset": "latin-1" if kind.endswith("latin-1") else "utf-8",
                "reason": source.choice(["Not So", "", "Nöt"]),
            }
            call = {
                "target": service,
                "name": name + source.choice(["", "_with_http_info"]),
                "args": _required(parameters),
                "kwargs": source.choice([{}, {"async_req": True}, {"_preload_content": False}]),
            }
            found.append({"id": f"status {status}/{index}", "replies": [reply], "calls": [call]})
    return found + [case for each in every for case in _wrong_calls(*each)]


BODIES = [
    ('{"code": 5, "message": "run \\"r\\" not found", "details": []}', "application/json"),
    (
        '{"error": "boom", "code": 13, "message": "boom", "details": [{"@type": "type.x/y", "value": 1}]}',
        "application/json",
    ),
    ('{"error_message": "upload failed", "error_details": "why\\nmore"}', "application/json"),
    ("upstream connect error or disconnect/reset before headers", "text/plain"),
    ("<html><body>Login</body></html>", "text/html"),
    ("", "application/json"),
    ("[1", "application/json"),
    ("caf\xe9", "text/plain; charset=latin-1"),
    ("日本語 🚀", "text/plain; charset=utf-8"),
]


def _required(parameters: list[dict[str, Any]]) -> list[Any]:
    return [
        "x" if each["type"] != "file" else {"$": "file", "name": "p.yaml", "value": "a: 1"}
        for each in parameters
        if each["required"]
    ]


def _wrong_calls(service: str, name: str, parameters: list[dict[str, Any]], _returns: str) -> Iterator[dict[str, Any]]:
    good = _required(parameters)
    base = {"target": service, "name": name}
    wrong: list[tuple[str, list[Any], dict[str, Any]]] = [
        ("unknown keyword", good, {"no_such": 1}),
        ("unknown async", good, {"no_such": 1, "async_req": True}),
    ]
    for index in range(len(good)):
        wrong.append((f"None for {index}", [None if i == index else each for i, each in enumerate(good)], {}))
        wrong.append((f"missing {index}", good[:index], {}))
    if good:
        first = next(each["name"] for each in parameters if each["required"])
        wrong.append(("given twice", good, {first: "y"}))
    for label, args, kwargs in wrong:
        yield {"id": f"{service}.{name}/{label}", "calls": [{**base, "args": args, "kwargs": kwargs}]}


__all__ = ["STRINGS", "failures", "operations", "replies", "wire"]
