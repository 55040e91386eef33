# SPDX-License-Identifier: Apache-2.0
"""Compare surfaces: ours may have more of everything, never less, and what both have must be used alike."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from compare import MISSING, Difference, differences

Found = Iterator["tuple[str, Any, Any]"]
POSITIONAL = ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")
SECTIONS = ("modules", "names", "classes", "signatures", "keywords", "values", "dir", "instances", "extras")


def compare_section(section: str, upstream: dict[str, Any], ours: dict[str, Any]) -> tuple[int, list[Difference]]:
    """Compare one section; every yielded pair is one comparison."""
    pairs = list(globals()["_" + section](upstream, ours))
    found: list[Difference] = []
    for path, one, other in pairs:
        found += differences("surface", {section: {path: one}}, {section: {path: other}})[1]
    return len(pairs), found


def _subset(path: str, upstream: Any, ours: Any) -> Found:
    for each in upstream:
        yield f"{path}.{each}", "there", "there" if each in ours else MISSING


def _modules(upstream: dict[str, Any], ours: dict[str, Any]) -> Found:
    yield from _subset("modules", upstream["modules"], ours["modules"])


def _names(upstream: dict[str, Any], ours: dict[str, Any]) -> Found:
    for name, module in upstream["modules"].items():
        yield from _subset(name, module["names"], ours["modules"].get(name, {"names": ()})["names"])
        yield from _subset(name, module["functions"], ours["modules"].get(name, {"functions": ()})["functions"])
    yield from _subset("import *", upstream["star"], ours["star"])


def _pairs(upstream: dict[str, Any], ours: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield classes of both, found where upstream keeps them."""
    for name, module in upstream["modules"].items():
        for cls, shape in module["classes"].items():
            other = ours["modules"].get(name, {"classes": {}})["classes"].get(cls)
            if other is not None:
                yield f"{name}.{cls}", shape, other


def _classes(upstream: dict[str, Any], ours: dict[str, Any]) -> Found:
    for name, module in upstream["modules"].items():
        yield from _subset(name, module["classes"], ours["modules"].get(name, {"classes": ()})["classes"])
    for path, one, other in _pairs(upstream, ours):
        yield from _subset(path, one["names"], other["names"])
        yield from _subset(path + " bases", one["bases"], other["bases"])
        for name, kind in one["kinds"].items():
            if name in other["kinds"]:
                yield f"{path}.{name}", kind, other["kinds"][name]


def _values(upstream: dict[str, Any], ours: dict[str, Any]) -> Found:
    for path, one, other in _pairs(upstream, ours):
        for name, value in one["values"].items():
            here, there = f"{path}.{name}", other["values"].get(name, MISSING)
            if isinstance(value, dict) and isinstance(there, dict):
                yield from _container(here, value, there)
            else:
                yield here, value, there


def _container(path: str, upstream: dict[str, Any], ours: dict[str, Any]) -> Found:
    (kind, items), (other_kind, other_items) = next(iter(upstream.items())), next(iter(ours.items()))
    yield path + " type", kind, other_kind
    if kind != "dict":
        yield path + " order", items, [each for each in other_items if each in items]
        return
    table, other_table = dict(items), dict(other_items)
    yield path + " order", list(table), [key for key in other_table if key in table]
    for key, value in table.items():
        yield f"{path}[{key}]", value, other_table.get(key, MISSING)


def _signatures(upstream: dict[str, Any], ours: dict[str, Any]) -> Found:
    for path, one, other in _pairs(upstream, ours):
        for name, signature in one["signatures"].items():
            if name in other["signatures"]:
                yield from _signature(f"{path}.{name}", signature, other["signatures"][name])
    for name, module in upstream["modules"].items():
        for function, signature in module["functions"].items():
            there = ours["modules"].get(name, {"functions": {}})["functions"].get(function)
            if there:
                yield from _signature(f"{name}.{function}", signature, there)


def _signature(path: str, upstream: list[dict[str, Any]], ours: list[dict[str, Any]]) -> Found:
    order = [each["name"] for each in upstream if each["kind"] in POSITIONAL]
    if path.endswith(("__eq__", "__ne__", "__exit__", "__repr__")):
        return
    if order[-1:] == ["local_vars_configuration"]:  # Always the last: newer fields push it back.
        order.pop()
    mine = [each["name"] for each in ours if each["kind"] in POSITIONAL]
    yield path + "(positional)", order, mine[: len(order)]
    named = {each["name"]: each for each in ours}
    for each in upstream:
        there = named.get(each["name"])
        if each["kind"] not in ("VAR_KEYWORD", "VAR_POSITIONAL") and there:
            yield (
                "{}({})".format(path, each["name"]),
                [each["required"], each["default"]],
                [there["required"], there["default"]],
            )
    for each in ours:
        must = each["required"] and each["name"] not in mine[: len(order)] and not each["kind"].startswith("VAR_")
        yield "{}({}) is not asked for more".format(path, each["name"]), False, must


def _keywords(upstream: dict[str, Any], ours: dict[str, Any]) -> Found:
    """Compare what operations document to what ours take."""
    for path, one, other in _pairs(upstream, ours):
        for name, keywords in one["keywords"].items():
            taken = other["signatures"].get(name, [])
            open_ended = any(each["kind"] == inspect.Parameter.VAR_KEYWORD.name for each in taken)
            names = [each["name"] for each in taken]
            for keyword in keywords:
                taken_by_name = keyword["name"] in names or open_ended
                yield (
                    "{}.{}({})".format(path, name, keyword["name"]),
                    "taken",
                    "taken" if taken_by_name else MISSING,
                )


def _dir(upstream: dict[str, Any], ours: dict[str, Any]) -> Found:
    for place, names in upstream["dir"].items():
        yield from _subset("dir " + place, names, ours["dir"][place])
    for service, names in upstream["services"].items():
        yield from _subset("dir " + service, names, ours["services"].get(service, ()))


def _instances(upstream: dict[str, Any], ours: dict[str, Any]) -> Found:
    for what, names in upstream["instances"].items():
        yield from _subset(what, names, ours["instances"][what])
    there = ours["instances"]["configuration"]
    for name, value in upstream["instances"]["configuration"].items():
        yield f"configuration.{name} at first", value, there.get(name, MISSING)


def _extras(upstream: dict[str, Any], ours: dict[str, Any]) -> Found:
    """Keep two limits: kfp.Client instantiates every `*ServiceApi` and copies every name of `models`."""
    services = {name for name in ours["dir"]["package"] if name.endswith("ServiceApi")}
    yield "services", sorted(services), sorted(services & set(ours["modules"]["kfp_server_api.api"]["names"]))
    module = ours["modules"]["kfp_server_api.models"]
    classes = {
        name
        for each in ours["modules"].values()
        for name, cls in each["classes"].items()
        if "openapi_types" in cls["values"]
    }
    copied = [name for name in ours["dir"]["models"] if not name[0].islower() and not name.startswith("_")]
    yield (
        "models are models",
        copied,
        [name for name in copied if name in classes and name in module["names"]],
    )
