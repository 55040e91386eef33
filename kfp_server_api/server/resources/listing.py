# SPDX-License-Identifier: Apache-2.0
"""Pages, sort orders and filters: the same for every resource."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from kfp_server_api._operation import Operation
from kfp_server_api.server.errors import RequestError, doing, internal, invalid
from kfp_server_api.server.gotext import decode_base64, json_error, quote
from kfp_server_api.server.json_safe import decode
from kfp_server_api.server.resources.call import Page
from kfp_server_api.server.resources.filters import (
    CONTINUED,
    LARGEST,
    Listed,
    Predicate,
    conditions,
    parse_filter,
    tag_predicates,
)

DEFAULT_SIZE, LARGEST_SIZE = 20, 200
_FEW = 2000
"""Rows that are sorted in no time."""
_NONE: Mapping[str, Any] = {}
_NAME = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9_]{0,127})?\Z")
_NAMES = {
    "KeyFieldName": "key field name",
    "SortByFieldName": "sort field name",
    "SortBySQLColumn": "sort SQL column",
    "ModelName": "model name",
    "KeyFieldPrefix": "key field prefix",
    "SortByFieldPrefix": "sort field prefix",
}
"""Names in a page token, in the order in which they are checked, and what error texts call them."""


class Listing(NamedTuple):
    """The particulars of one resource's list.

    Attributes:
        word: the resource's word in error texts.
        table: its table; the first primary key column is its id.
        fields: what it is sorted and filtered by.
        things: its resources in words, where they have tags.
    """

    word: str
    table: sa.Table
    fields: Mapping[str, Listed]
    things: str


def listing(
    word: str,
    table: sa.Table,
    operation: Operation,
    columns: Mapping[str, sa.ColumnElement[Any] | None] = _NONE,
    things: str = "",
) -> Listing:
    """Return the listing of an operation's fields, each a column of the table by its name.

    Args:
        columns: what stands for a field that is no such column; None for one that nothing here can have.
        things: see `Listing`.
    """
    fields: dict[str, Listed] = {}
    for field in operation.fields:
        column = columns[field.name] if field.name in columns else table.c[field.name.rstrip(CONTINUED)]
        if column is not None:
            listed = Listed(field, column, _key(table, column))
            fields.update(dict.fromkeys((field.name, *field.aliases), listed))
    return Listing(word, table, fields, things)


def _key(table: sa.Table, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return what a column is compared and sorted by: texts in their folded form, but for ids."""
    name = getattr(column, "name", "")
    if isinstance(column.type, sa.Integer) or name == _id(table).name:
        return column
    return table.c[f"{name}_key"] if f"{name}_key" in table.c else sa.func.fold(column)


class Query(NamedTuple):
    """What a list call asks for; `start` is the page's first (value, id), None for the first page."""

    size: int
    sort: str
    descending: bool
    predicates: list[Predicate]
    start: tuple[Any, str] | None = None
    scope: Mapping[str, str] = _NONE


def read_query(listing: Listing, arguments: Mapping[str, Any]) -> Query:
    """Return what a list call asks for by its page_size, page_token, sort_by and filter.

    Raises:
        RequestError: an argument is wrong.
    """
    sort_by, token, text = (arguments.get(name) or "" for name in ("sort_by", "page_token", "filter"))
    size = arguments.get("page_size") or 0
    if not listing.things:
        with doing("Failed to create list options"):
            return _options(listing, size, sort_by, token, text, [])
    tags, text = tag_predicates(text, listing.things)
    what = f"pageToken: {token}, pageSize: {size}, sortBy: {sort_by}, filter: {text}"
    with doing(f"Failed to list {listing.things} due invalid list options: {what}"):
        return _options(listing, size, sort_by, token, text, tags)


def _options(listing: Listing, size: int, sort_by: str, token: str, text: str, tags: list[Predicate]) -> Query:
    if not token:
        query = _asked(listing, size, sort_by, text)
        return query._replace(predicates=[*query.predicates, *tags])
    kept = _read_token(listing, token, _size(size))
    if sort_by or text:
        _check_repeated(_asked(listing, size, sort_by, text), kept)
    if tags and tags != [predicate for predicate in kept.predicates if predicate.is_tag]:
        raise _no_match()
    return kept


def _asked(listing: Listing, size: int, sort_by: str, text: str) -> Query:
    predicates = parse_filter(text)
    query = Query(_size(size), *_sort(listing, sort_by), predicates)
    conditions(predicates, listing.fields)
    return query


def _size(asked: int) -> int:
    if asked < 0:
        raise invalid(f"The page size should be greater than 0. Got {asked}")
    return min(asked or DEFAULT_SIZE, LARGEST_SIZE)


def _check_repeated(asked: Query, kept: Query) -> None:
    """Refuse a token together with other criteria than those of its first page, but for tags."""
    rest = [predicate for predicate in kept.predicates if not predicate.is_tag]
    if (asked.sort, asked.descending, asked.predicates) != (kept.sort, kept.descending, rest):
        raise _no_match()


def _no_match() -> RequestError:
    return invalid(
        "page token does not match the supplied sort by and/or filtering criteria. "
        "Either specify the same criteria or leave the latter empty if page token is specified"
    )


def _sort(listing: Listing, text: str) -> tuple[str, bool]:
    """Return the name that is sorted by, the first of those that mean the same, and whether descending."""
    words = text.lower().split() or ["created_at"]
    if len(words) > 2 or words[1:] not in ([], ["asc"], ["desc"]):
        raise invalid(
            f"Received invalid sort by format {quote(text)}. "
            'Supported format: "field_name", "field_name desc", or "field_name asc"'
        )
    listed = listing.fields.get(words[0]) or listing.fields.get(words[0][: words[0].find(":") + 1])
    if listed is None or listed.field.only == "filter":
        raise invalid(f"Invalid sorting field: {quote(words[0])} on listable type {listing.word}")
    return listed.field.name, words[1:] == ["desc"]


def read_page(connection: sa.Connection, listing: Listing, query: Query, scope: Mapping[str, str] = _NONE) -> Page:
    """Return the page that a list call asks for.

    Args:
        scope: column names to the values that rows must have whatever the filter says; the token keeps it.

    Raises:
        RequestError: the token is of another scope.
    """
    if query.start and any(query.scope.get(name) != value for name, value in scope.items()):
        raise _no_match()
    query = query._replace(scope={**query.scope, **scope})
    where = conditions(query.predicates, listing.fields)
    where += [listing.table.c[name] == value for name, value in query.scope.items()]
    total, where = _counted(connection, listing, query, where)
    found = connection.execute(_select(listing, query).where(*where).limit(query.size + 1))
    names = list(found.keys())
    rows = [dict(zip(names, row)) for row in found]
    token = _token(query, rows[query.size], listing) if len(rows) > query.size else ""
    return Page([_without_order(row) for row in rows[: query.size]], total, token)


def _counted(
    connection: sa.Connection, listing: Listing, query: Query, where: list[sa.ColumnElement[bool]]
) -> tuple[int, list[sa.ColumnElement[bool]]]:
    """Count the rows that a list has on all pages, and return conditions by which the database finds a page soon.

    Few rows are found by an index of what they are filtered by, and sorted then. Where there are many, an index of the
    order leads to a page of them, and the database must be kept from finding and sorting them all.
    """
    id = _id(listing.table)
    if where:
        few = connection.scalars(sa.select(id).where(*where).limit(_FEW + 1)).all()
        if len(few) <= _FEW:
            chosen = sa.func.json_each(json.dumps(few)).table_valued("value")
            return len(few), [id.in_(sa.select(chosen.c.value))]
    total = connection.scalar(sa.select(sa.func.count()).select_from(listing.table).where(*where)) or 0
    if query.scope and query.sort == "created_at":  # there is an index of both
        return total, where
    return total, [(sa.type_coerce(condition, sa.Integer) + 0).is_not(0) for condition in where]


def _select(listing: Listing, query: Query) -> sa.Select[Any]:
    """Select rows in order; ties are broken by id in the same direction, so that no row is on two pages."""
    id, listed = _id(listing.table), listing.fields.get(query.sort)
    key = listed.key if listed else id
    select = sa.select(listing.table, key.label("order_value"))
    by = [key, id]
    if listed is None or isinstance(listed.column, sa.BindParameter):  # what is the same for all needs no sorting
        by = [id]
    order = [each.desc() if query.descending else each.asc() for each in by]
    select = select.order_by(*order)
    if query.start is None:
        return select
    here, there = sa.tuple_(key, id), sa.tuple_(*map(sa.literal, query.start))
    return select.where(here <= there if query.descending else here >= there)


def _id(table: sa.Table) -> sa.Column[Any]:
    return next(iter(table.primary_key))


def _without_order(row: dict[str, Any]) -> dict[str, Any]:
    del row["order_value"]
    return row


def _token(query: Query, first: Mapping[str, Any], listing: Listing) -> str:
    """Return the token of the page that begins with row `first`."""
    kept = {
        "SortByFieldName": query.sort,
        "SortByFieldValue": first["order_value"],
        "KeyFieldName": _id(listing.table).name,
        "KeyFieldValue": first[_id(listing.table).name],
        "IsDesc": query.descending,
        "ModelName": listing.table.name,
        "Filter": query.predicates,
        "Scope": dict(query.scope),
    }
    return base64.b64encode(json.dumps(kept, separators=(",", ":")).encode()).decode()


def _read_token(listing: Listing, token: str, size: int) -> Query:
    """Return what a page token keeps; an empty one asks for everything, in the order of ids.

    Raises:
        RequestError: it is no token of this list.
    """
    kept = _decoded(token)
    for field, what in _NAMES.items():
        name = kept.get(field) or ""
        if not _NAME.match(name[:-1] if field.endswith("Prefix") and name.endswith(".") else name):
            text = "Field names must start with a letter and contain only letters, numbers, and underscores"
            raise invalid(f"Invalid {what}: {quote(name)}. {text} (max 128 characters)")
    try:
        query = _kept(kept, size)
        conditions(query.predicates, listing.fields)
        known = kept.get("ModelName") in (None, "", listing.table.name) and _is_known(listing, query)
    except (ValueError, TypeError, AttributeError, RecursionError, RequestError) as cause:
        raise internal("Failed to read the page token", str(cause)) from cause
    if not known:
        raise internal("Failed to read the page token", "it is of another list")
    return query


def _decoded(token: str) -> dict[str, Any]:
    """Return the fields of a page token."""
    try:
        raw = decode_base64(token)
        problem = json_error(raw)
        value = None if problem else decode(raw)
        problem = problem or _wrong_type(value)
    except (ValueError, RecursionError) as cause:
        problem = str(cause)
    if problem:
        raise invalid("Invalid page token", "InvalidInputError", problem)
    return value or {}


def _wrong_type(value: Any) -> str:
    """Return which part of a token is of a wrong type, "" if none is."""
    if value is not None and not isinstance(value, dict):
        return f"json: cannot unmarshal {_kind(value)} into Go value of type list.token"
    for name, wanted, word in (*((name, str, "string") for name in _NAMES), ("IsDesc", bool, "bool")):
        given = (value or {}).get(name)
        if given is not None and not isinstance(given, wanted):
            return f"json: cannot unmarshal {_kind(given)} into Go struct field token.{name} of type {word}"
    return ""


def _kind(value: Any) -> str:
    kinds = {dict: "object", list: "array", str: "string", bool: "bool"}
    return kinds.get(type(value), "number")


def _kept(kept: Mapping[str, Any], size: int) -> Query:
    predicates = [Predicate(*item) for item in kept.get("Filter") or ()]
    value, id = kept.get("SortByFieldValue"), kept.get("KeyFieldValue")
    start = None if value is None or id is None else (value, id)
    sort, scope = kept.get("SortByFieldName") or "", dict(kept.get("Scope") or {})
    return Query(size, sort, bool(kept.get("IsDesc")), predicates, start, scope)


def _is_known(listing: Listing, query: Query) -> bool:
    """Tell whether a token's names and values are those of a list."""
    if query.sort and query.sort not in listing.fields:
        return False
    value, id = query.start or ("", "")
    small = not isinstance(value, int) or abs(value) <= LARGEST
    in_table = all(name in listing.table.c and isinstance(of, str) for name, of in query.scope.items())
    return isinstance(value, (str, int)) and isinstance(id, str) and small and in_table
