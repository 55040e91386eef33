# SPDX-License-Identifier: Apache-2.0
"""Lists of the API: their pages, what they are sorted and filtered by, and the namespace that they are of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Models
from dataclasses import replace

from generator.names import models_in
from generator.objects import Field, ListField, Model, Namespace, Paging, Param
from generator.yaml_lines import Mapping, distinct

_TYPES = {"string": "str", "integer": "int", "number": "float", "date-time": "datetime"}
_NAME = re.compile(r"[a-z][a-z0-9_]*[.:]?")


def paging_of(where: Mapping, params: Sequence[Param], returns: Model | None) -> Paging | None:
    """Return the paging of an operation, which names parameters and fields of the reply."""
    if "x-paging" not in where:
        return None
    paging = where.need("x-paging", Mapping).only("token", "size", "sort", "filter", "next", "items", "resend")
    known = {param.wire: param for param in params if param.location in ("path", "query")}
    fields = {field.wire: field for field in returns.fields} if returns else {}

    def param(key: str, name: str) -> Param:
        if name not in known:
            raise paging.error(f"no parameter {name!r}", key)
        return known[name]

    def field(key: str, word: str, type_name: str) -> Field:
        found = fields.get(paging.need(key, str))
        if found is None or not found.type.startswith(type_name):
            raise paging.error(f"the reply has no {word} {paging[key]!r}", key)
        return found

    paging.need("resend", list)
    return Paging(
        **{key: param(key, paging.need(key, str)) for key in ("token", "size", "sort", "filter")},
        next=field("next", "text", "str"),
        items=field("items", "list", "list["),
        resend=tuple(param("resend", name) for name in paging.each("resend", str)),
    )


def namespace_of(where: Mapping, params: Sequence[Param], models: Models[str, Model]) -> Namespace | None:
    """Return where `Configuration.namespace` goes: a text in the query, or in the body."""
    if "x-namespace" not in where:
        return None
    said = where.need("x-namespace", Mapping).only("to", "unless")
    query = {param.wire for param in params if param.location == "query" and param.type == "str"}
    bodies = [models[param.type] for param in params if param.location == "body" and param.type in models]
    wire, unless = said.need("to", str), tuple(said.each("unless", str))
    for name in unless:
        if name not in query:
            raise said.error(f"no text parameter {name!r}", "unless")
    if wire in query:
        return Namespace(wire, "query", unless)
    if not any(field.wire == wire and field.type == "str" for body in bodies for field in body.fields):
        raise said.error(f"neither a text parameter nor a text field of the body is called {wire!r}", "to")
    return Namespace(wire, "body", unless)


def fields_of(
    where: Mapping, paging: Paging | None, models: Models[str, Model], first_release: str
) -> tuple[ListField, ...]:
    """Return what a list is sorted and filtered by."""
    if "x-fields" not in where:
        return ()
    item = models.get(paging.items.type[5:-1]) if paging else None
    if paging is None or item is None:
        raise where.error("only a list of objects, with x-paging, has fields", "x-fields")
    listed, found = where.need("x-fields", Mapping), []
    enums = _enums_within(paging.filter.json, models, set())
    operations = {value for enum in enums for value in enum.values.values()}
    properties = {field.wire: field for field in item.fields}
    for name, entry in listed.every(Mapping).items():
        if not _NAME.fullmatch(name):
            raise listed.error(f"{name!r} is not of the form {_NAME.pattern}", name)
        field = _list_field(name, entry, properties.get(name.rstrip(".:")), models)
        _check_operations(field, entry, operations)
        found.append(replace(field, since="") if field.since == first_release else field)
    distinct((name, listed, field.name) for field in found for name in (field.name, *field.aliases))
    return tuple(found)


def _list_field(name: str, entry: Mapping, known: Field | None, models: Models[str, Model]) -> ListField:
    entry.only("type", "aliases", "only", "operations", "note", "x-since")
    if entry.given("only", "sort") not in ("sort", "filter"):
        raise entry.error(f"{entry['only']!r} is neither sort nor filter", "only")
    return ListField(
        name=name,
        type=_type(name, entry, known, models),
        aliases=tuple(entry.each("aliases", str)),
        only=entry.given("only", ""),
        operations=tuple(entry.each("operations", str)),
        since=entry.given("x-since", known.since if known else ""),
        note=entry.given("note", ""),
    )


def _type(name: str, entry: Mapping, known: Field | None, models: Models[str, Model]) -> str:
    """Return the type that the item's field of this name has, or else the one that is said."""
    type_name = known.type if known else ""
    if name.endswith((".", ":")):
        type_name = type_name[10:-1] if type_name.startswith("dict(") else ""
    if type_name in _TYPES.values() or (type_name in models and models[type_name].values):
        if "type" in entry:
            raise entry.error(f"the item's field says {type_name!r} already", "type")
        return type_name
    if entry.need("type", str) not in _TYPES:
        raise entry.error(f"{entry['type']!r} is none of {', '.join(_TYPES)}", "type")
    return _TYPES[entry["type"]]


def _check_operations(field: ListField, entry: Mapping, known: set[str]) -> None:
    if field.operations and field.only == "sort":
        raise entry.error("operations are those of a filter", "operations")
    for operation in field.operations:
        if operation not in known:
            raise entry.error(f"the filter knows no operation {operation!r}", "operations")


def _enums_within(type_name: str, models: Models[str, Model], seen: set[str]) -> Iterator[Model]:
    """Give the enums that a type mentions at any depth."""
    for name in sorted(models_in(type_name) & models.keys() - seen):
        seen.add(name)
        if models[name].values:
            yield models[name]
        for field in models[name].fields:
            yield from _enums_within(field.type, models, seen)
