# SPDX-License-Identifier: Apache-2.0
"""The filter of list calls: JSON text to predicates to SQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from kfp_server_api import models
from kfp_server_api._operation import ListField
from kfp_server_api.server import protojson
from kfp_server_api.server.errors import RequestError, invalid
from kfp_server_api.server.json_safe import decode
from kfp_server_api.server.times import parse_time

CONTINUED = ".:"
"""Ends of names that a caller continues."""
LARGEST = 2**63 - 1
"""The largest integer that the database takes."""


class Listed(NamedTuple):
    """A name that a list is sorted and filtered by, and the column that it stands for."""

    field: ListField
    column: sa.ColumnElement[Any]

    @property
    def is_time(self) -> bool:
        """Tell whether the column holds times, in whole Unix seconds."""
        return self.field.type == "datetime"


def _word(model: Any, name: str) -> str:
    """Return the name that error texts have for the type of a predicate's value."""
    type_name, inner = model.openapi_types[name], getattr(models, model.openapi_types[name], None)
    if inner is not None:
        return f"[]{_word(inner, 'values')}"
    if getattr(model, name).int64 or type_name == "datetime":
        return "int64"
    return "int32" if "int" in type_name else "string"


_WORDS = {name: _word(models.V2beta1Predicate, name) for name in models.V2beta1Predicate._one_of}


class Predicate(NamedTuple):
    """One condition on a field; `value` is a text, a number or a list of them."""

    key: str
    operation: str
    value: Any

    @property
    def is_tag(self) -> bool:
        """Tell whether it is a condition on a tag."""
        return "." in self.key


def parse_filter(text: str, fields: Mapping[str, Listed]) -> list[Predicate]:
    """Return the predicates of a filter's JSON text, in an order that does not depend on the text's.

    Args:
        fields: what may be filtered by; a name that is not among them is refused by `conditions`.

    Raises:
        RequestError: the text is not a filter.
    """
    if not text.strip():
        return []
    try:
        body = decode(text)
        found = protojson.read("V2beta1Filter", body)
    except (ValueError, RecursionError, RequestError) as cause:
        raise invalid(f'failed to parse valid filter from "{text[:1000]}": {cause}') from cause
    predicates = [_predicate(item, fields) for item in (found or {}).get("predicates", ())]
    return sorted(predicates, key=lambda predicate: json.dumps(predicate))


def _predicate(item: Mapping[str, Any], fields: Mapping[str, Listed]) -> Predicate:
    operation = item.get("operation", "OPERATION_UNSPECIFIED")
    field = next((name for name in _WORDS if name in item), "")
    value: Any = item.get(field)
    key = item.get("key", "")
    if operation == "OPERATION_UNSPECIFIED":
        raise invalid("Error using Filter.Predicate.Operation with go_client.Predicate_Operation")
    if not key:
        raise invalid(f"Predicate key cannot be empty for operation {operation} and value {value}")
    if not field:
        raise invalid("Error using Filter.Predicate.Value with <nil>")
    _check_tag(_listed(key, fields), key, operation, field)
    _check_field(operation, field)
    if field.endswith("_values"):
        value = value.get("values", [])
    if field.startswith("long"):
        value = [int(one) for one in value] if isinstance(value, list) else int(value)
    return Predicate(key, operation, value)


def _check_tag(listed: Listed | None, key: str, operation: str, field: str) -> None:
    allowed = listed.field.operations if listed else ()
    if allowed and operation not in allowed:
        names = " and ".join(allowed)
        raise invalid(f'only {names} operation is supported for tag filtering, got {operation} for key "{key}"')
    if listed and "." in key and _WORDS[field] != "string":
        raise invalid(f'tag filter value must be a string for key "{key}"')


def _check_field(operation: str, field: str) -> None:
    word = _WORDS[field]
    if operation == "IN" and not word.startswith("[]"):
        raise invalid(f"cannot use IN operator with scalar type {word}")
    if operation != "IN" and word.startswith("[]"):
        raise invalid(f"cannot use scalar operator {operation} on array type {word}")
    if operation == "IS_SUBSTRING" and word != "string":
        raise invalid(f"cannot use operator IS_SUBSTRING with non string value type {word}")


def _listed(key: str, fields: Mapping[str, Listed]) -> Listed | None:
    """Return what a key stands for: a name, or one that the key continues; None for anything else."""
    start = key[: key.find(".") + 1]
    listed = fields.get(start or key)
    return None if listed is None or listed.field.only == "sort" else listed


def conditions(predicates: Sequence[Predicate], fields: Mapping[str, Listed]) -> list[sa.ColumnElement[bool]]:
    """Return the SQL of predicates.

    Raises:
        RequestError: an unknown name or a value that its column cannot be compared with.
    """
    return [_condition(predicate, _listed(predicate.key, fields)) for predicate in predicates]


def _condition(predicate: Predicate, listed: Listed | None) -> sa.ColumnElement[bool]:
    if listed is None:
        raise invalid(f'no support for filtering on unrecognized field "{predicate.key}"')
    column, is_time = listed.column, listed.is_time
    if predicate.is_tag:
        return _tag_condition(column, predicate.key.partition(".")[2], predicate.value)
    if predicate.operation == "IN":
        return column.in_([_comparable(value, is_time, predicate.key) for value in predicate.value])
    if predicate.operation == "IS_SUBSTRING":
        return column.like(f"%{predicate.value}%")
    compare = _COMPARE[predicate.operation]
    return compare(column, _comparable(predicate.value, is_time, predicate.key))


def _tag_condition(tags: sa.ColumnElement[Any], key: str, value: str) -> sa.ColumnElement[bool]:
    each = sa.func.json_each(tags).table_valued("key", "value")
    return sa.exists(sa.select(sa.literal(1)).select_from(each).where(each.c.key == key, each.c.value == value))


def _comparable(value: Any, is_time: bool, key: str) -> Any:
    """Return a predicate's value as its column's type."""
    if not is_time:
        return str(value)
    try:
        seconds = int(value) if isinstance(value, int) or value.isdecimal() else parse_time(value)
    except ValueError as cause:
        raise invalid(f'cannot compare field "{key}" with "{value}": a time is needed') from cause
    return max(min(seconds, LARGEST), -LARGEST)


_COMPARE: Mapping[str, Callable[[Any, Any], sa.ColumnElement[bool]]] = {
    "EQUALS": lambda column, value: column == value,
    "NOT_EQUALS": lambda column, value: column != value,
    "GREATER_THAN": lambda column, value: column > value,
    "GREATER_THAN_EQUALS": lambda column, value: column >= value,
    "LESS_THAN": lambda column, value: column < value,
    "LESS_THAN_EQUALS": lambda column, value: column <= value,
}
