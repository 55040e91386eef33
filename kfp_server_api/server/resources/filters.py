# SPDX-License-Identifier: Apache-2.0
"""The filter of list calls: JSON text to predicates to SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from kfp_server_api import models
from kfp_server_api._operation import ListField
from kfp_server_api.server import protojson
from kfp_server_api.server.errors import doing, invalid
from kfp_server_api.server.gotext import quote, unescape
from kfp_server_api.server.json_tokens import ProtoError
from kfp_server_api.server.store.folding import fold
from kfp_server_api.server.store.rows import Sql

CONTINUED = ".:"
"""Ends of names that a caller continues."""
LARGEST = 2**63 - 1
"""The largest integer that the database takes."""

_LEADING_NUMBER = re.compile(r"\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)", re.ASCII)
_TAGS = "tags."
_UNKNOWN = "UnknownApiVersionError"


class Listed(NamedTuple):
    """A name that a list is sorted and filtered by.

    Attributes:
        column: the SQL of what it stands for.
        key: that of what is compared and sorted by: for texts their folded form.
        is_number: whether it stands for numbers, which times are, too: whole Unix seconds.
        is_literal: whether it is the same for all rows.
        words: the SQL that selects its values, each once, as `word`; "" where there may be many.
        chunked: see `tables.CHUNKED`; "" where there is none.
    """

    field: ListField
    column: str
    key: str
    is_number: bool
    is_literal: bool = False
    words: str = ""
    chunked: str = ""


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
        return self.key.startswith(_TAGS)


def tag_predicates(text: str, things: str) -> tuple[list[Predicate], str]:
    """Return the conditions on tags of a filter's text, and the text of the others.

    Args:
        things: what is listed, in words.

    Raises:
        RequestError: the text is no filter, or a condition on a tag is none.
    """
    if not text:
        return [], ""
    with doing(f"Failed to list {things} due to invalid tag filter in filter spec"):
        try:
            decoded = unescape(text)
        except ValueError as cause:
            raise invalid(f"failed to decode filter spec: {cause}") from cause
        try:
            items = protojson.decode_text("V2beta1Filter", decoded).get("predicates", [])
        except ProtoError as cause:
            raise invalid(f"failed to parse filter spec: {cause}") from cause
        tags = [_tag(item) for item in items if item.get("key", "").startswith(_TAGS)]
    others = [item for item in items if not item.get("key", "").startswith(_TAGS)]
    if not tags:
        return [], text
    return tags, quote_plus(json.dumps({"predicates": _as_json(others)})) if others else ""


def _as_json(items: Sequence[Mapping[str, Any]]) -> Any:
    return [json.loads(protojson.write("V2beta1Predicate", item)) for item in items]


def _tag(item: Mapping[str, Any]) -> Predicate:
    operation, key = item.get("operation", "OPERATION_UNSPECIFIED"), item["key"]
    if operation != "EQUALS":
        raise invalid(f"only EQUALS operation is supported for tag filtering, got {operation} for key {quote(key)}")
    if "string_value" not in item:
        raise invalid(f"tag filter value must be a string for key {quote(key)}")
    return Predicate(key, operation, item["string_value"])


def parse_filter(text: str) -> list[Predicate]:
    """Return the predicates of a filter's text, by operation and name.

    The text is decoded once more, as a query is.

    Raises:
        RequestError: the text is not a filter.
    """
    if not text:
        return []
    try:
        items = protojson.decode_text("V2beta1Filter", unescape(text)).get("predicates", [])
    except ValueError as cause:
        raise invalid(f"failed to parse valid filter from {quote(text)}: {cause}") from cause
    found = [_predicate(item) for item in items]
    for predicate, word in found:
        _check(predicate, word)
    return sorted((predicate for predicate, _ in found), key=lambda each: (_KNOWN.index(each.operation), each.key))


def _predicate(item: Mapping[str, Any]) -> tuple[Predicate, str]:
    """Return a predicate and the word for the type of its value."""
    operation = item.get("operation", "OPERATION_UNSPECIFIED")
    field = next((name for name in _WORDS if name in item), "")
    key = item.get("key", "")
    if operation not in _KNOWN:
        raise invalid("Error using Filter.Predicate.Operation with go_client.Predicate_Operation", _UNKNOWN)
    if not field:
        raise invalid("Error using Filter.Predicate.Value with <nil>", _UNKNOWN)
    value: Any = item[field].get("values", []) if field.endswith("_values") else item[field]
    if field.startswith("long"):
        value = [int(one) for one in value] if isinstance(value, list) else int(value)
    if not key:
        raise invalid(f"Predicate key cannot be empty for operation {operation} and value {_shown(value)}")
    return Predicate(key, operation, value), _WORDS[field]


def _check(predicate: Predicate, word: str) -> None:
    operation, is_list = predicate.operation, word.startswith("[]")
    if operation == "IS_SUBSTRING":
        if word != "string":
            raise invalid(f"cannot use non string value type string with operator {_shown(predicate.value)}")
    elif operation == "IN":
        if not is_list:
            raise invalid(f"cannot use IN operator with scalar type {word}")
    elif is_list:
        raise invalid(f"cannot use scalar operator {operation} on array type {word}")


def _shown(value: Any) -> str:
    return f"[{' '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _listed(key: str, fields: Mapping[str, Listed]) -> Listed | None:
    """Return what a key stands for: a name, or one that the key continues; None for anything else."""
    listed = fields.get(_TAGS if key.startswith(_TAGS) else key)
    return None if listed is None or listed.field.only == "sort" else listed


def conditions(predicates: Sequence[Predicate], fields: Mapping[str, Listed]) -> list[Sql]:
    """Return the SQL of predicates.

    Raises:
        RequestError: an unknown name.
    """
    return [_condition(predicate, _listed(predicate.key, fields)) for predicate in predicates]


def in_chunks(predicates: Sequence[Predicate], fields: Mapping[str, Listed]) -> list[Sql]:
    """Return what is true of all rows that predicates hold for, and leads to few where they hold for few."""
    found = ((_listed(each.key, fields), each) for each in predicates if each.operation == "IS_SUBSTRING")
    return [Sql(listed.chunked, (_inside(each.value),)) for listed, each in found if listed and listed.chunked]


def _inside(part: str) -> str:
    """Return a pattern of texts that hold others with a part: they go on where these end.

    A backslash before the last sign of a pattern, or a zero character, make it one of an end.
    """
    return _pattern(part).partition("\0")[0] + "%"


def _pattern(part: str) -> str:
    return fold(f"%{part}%")


def _condition(predicate: Predicate, listed: Listed | None) -> Sql:
    if listed is None:
        raise invalid(f"no support for filtering on unrecognized field {quote(predicate.key)}")
    value = predicate.value
    if predicate.is_tag:
        tag = (fold(predicate.key[len(_TAGS) :]), fold(value))
        return Sql(f"EXISTS (SELECT 1 FROM json_each({listed.column}) WHERE fold(key) = ? AND fold(value) = ?)", tag)
    if listed.words and predicate.operation not in ("EQUALS", "IN"):
        # An index leads to the rows that have a word, and to no others.
        of_word = _condition(predicate, listed._replace(column="word", key="word", words=""))
        return Sql(f"{listed.key} IN (SELECT word FROM ({listed.words}) WHERE {of_word.text})", of_word.values)
    if predicate.operation == "IS_SUBSTRING":
        text = f"CAST({listed.column} AS TEXT)" if listed.is_number else listed.key
        return Sql(f"{text} LIKE ? ESCAPE '\\'", (_pattern(value),))
    if predicate.operation == "IN":
        column, comparable = _sides(listed, not value or isinstance(value[0], str))
        return Sql(f"{column} IN ({', '.join('?' * len(value))})", tuple(map(comparable, value)))
    column, comparable = _sides(listed, isinstance(value, str))
    return Sql(f"{column} {_COMPARE[predicate.operation]} ?", (comparable(value),))


def _sides(listed: Listed, with_text: bool) -> tuple[str, Callable[[Any], Any]]:
    """Return the SQL of what is compared, and what makes the other side of it.

    Texts are compared as texts; a number and a text as numbers, the text by what it begins with, 0 if that is none.
    """
    if listed.is_number:
        return listed.column, _number
    return (listed.key, fold) if with_text else (f"CAST({listed.column} AS REAL)", int)


def _number(value: Any) -> float:
    if not isinstance(value, str):
        return int(value)
    leading = _LEADING_NUMBER.match(value)
    return float(leading[1]) if leading else 0


_COMPARE: Mapping[str, str] = {
    "EQUALS": "=",
    "NOT_EQUALS": "<>",
    "GREATER_THAN": ">",
    "GREATER_THAN_EQUALS": ">=",
    "LESS_THAN": "<",
    "LESS_THAN_EQUALS": "<=",
}
_KNOWN = (*_COMPARE, "IN", "IS_SUBSTRING")
