# SPDX-License-Identifier: Apache-2.0
"""The filter of list calls: JSON text to predicates to SQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from kfp_server_api.server import protojson
from kfp_server_api.server.errors import RequestError, invalid
from kfp_server_api.server.times import parse_time

TAG = "tags."
LARGEST = 2**63 - 1
"""The largest integer that the database takes."""

_WORDS = {
    "int_value": "int32",
    "long_value": "int64",
    "string_value": "string",
    "timestamp_value": "int64",
    "int_values": "[]int32",
    "long_values": "[]int64",
    "string_values": "[]string",
}
"""Value field of a predicate, to the type's name in error texts."""


class Predicate(NamedTuple):
    """One condition on a field; `value` is a text, a number or a list of them."""

    key: str
    operation: str
    value: Any

    @property
    def is_tag(self) -> bool:
        """Tell whether it is a condition on a tag."""
        return self.key.startswith(TAG)


def parse_filter(text: str) -> list[Predicate]:
    """Return the predicates of a filter's JSON text, in an order that does not depend on the text's.

    Raises:
        RequestError: the text is not a filter.
    """
    if not text.strip():
        return []
    try:
        body = json.loads(text)
        found = protojson.read("V2beta1Filter", body)
    except (ValueError, RecursionError, RequestError) as cause:
        raise invalid(f'failed to parse valid filter from "{text[:1000]}": {cause}') from cause
    predicates = [_predicate(item) for item in (found or {}).get("predicates", ())]
    return sorted(predicates, key=lambda predicate: json.dumps(predicate))


def _predicate(item: Mapping[str, Any]) -> Predicate:
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
    _check_kind(key, operation, field)
    if field.endswith("_values"):
        value = value.get("values", [])
    if field.startswith("long"):
        value = [int(one) for one in value] if isinstance(value, list) else int(value)
    return Predicate(key, operation, value)


def _check_kind(key: str, operation: str, field: str) -> None:
    word = _WORDS[field]
    if key.startswith(TAG):
        if operation != "EQUALS":
            raise invalid(f'only EQUALS operation is supported for tag filtering, got {operation} for key "{key}"')
        if field != "string_value":
            raise invalid(f'tag filter value must be a string for key "{key}"')
    if operation == "IN" and not word.startswith("[]"):
        raise invalid(f"cannot use IN operator with scalar type {word}")
    if operation != "IN" and word.startswith("[]"):
        raise invalid(f"cannot use scalar operator {operation} on array type {word}")
    if operation == "IS_SUBSTRING" and word != "string":
        raise invalid(f"cannot use operator IS_SUBSTRING with non string value type {word}")


def conditions(
    predicates: Sequence[Predicate],
    fields: Mapping[str, sa.ColumnElement[Any]],
    tags: sa.ColumnElement[Any] | None,
) -> list[sa.ColumnElement[bool]]:
    """Return the SQL of predicates.

    Args:
        fields: the names that may be filtered by.
        tags: the column of the tags, None for resources without.

    Raises:
        RequestError: an unknown name or a value that its column cannot be compared with.
    """
    return [_condition(predicate, fields, tags) for predicate in predicates]


def _condition(
    predicate: Predicate, fields: Mapping[str, sa.ColumnElement[Any]], tags: sa.ColumnElement[Any] | None
) -> sa.ColumnElement[bool]:
    if tags is not None and predicate.is_tag:
        return _tag_condition(tags, predicate.key[len(TAG) :], predicate.value)
    if predicate.key not in fields:
        raise invalid(f'no support for filtering on unrecognized field "{predicate.key}"')
    column = fields[predicate.key]
    is_time = isinstance(column.type, sa.Integer)
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
