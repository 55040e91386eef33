# SPDX-License-Identifier: Apache-2.0
"""What list calls ask for, by sort orders, filters and page tokens: the same for every resource."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from kfp_server_api._operation import ListField, Operation
from kfp_server_api.server.errors import RequestError, doing, internal, invalid
from kfp_server_api.server.gotext import decode_base64, json_error, quote
from kfp_server_api.server.json_safe import decode
from kfp_server_api.server.resources.filters import (
    CONTINUED,
    LARGEST,
    Listed,
    Predicate,
    conditions,
    parse_filter,
    tag_predicates,
)
from kfp_server_api.server.store.tables import ASCII, CHUNKED

DEFAULT_SIZE, LARGEST_SIZE = 20, 200
_NONE: Mapping[str, str] = {}
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
    word: str, table: sa.Table, operation: Operation, made: Mapping[str, str] = _NONE, things: str = ""
) -> Listing:
    """Return the listing of an operation's fields, each a column of the table by its name.

    Args:
        made: the SQL of fields that are no such columns: one literal, or words of this program made of columns.
        things: see `Listing`.
    """
    fields: dict[str, Listed] = {}
    for field in operation.fields:
        name = field.name.rstrip(CONTINUED)
        listed = _made(field, table, made[field.name]) if field.name in made else _column(field, table, table.c[name])
        fields.update(dict.fromkeys((field.name, *field.aliases), listed))
    return Listing(word, table, fields, things)


def _made(field: ListField, table: sa.Table, sql: str) -> Listed:
    is_number, is_literal = sql.isdigit(), sql.isdigit() or sql.startswith("'")
    key = sql if is_number else f"lower({sql})"
    return Listed(field, sql, key, is_number, is_literal, _words(table, key) if sql.startswith("CASE") else "")


def _column(field: ListField, table: sa.Table, column: sa.Column[Any]) -> Listed:
    """Return a column, which is compared and sorted by itself, or a text by its folded form, but for ids."""
    is_number, words = isinstance(column.type, sa.Integer), ""
    if is_number or column is id_of(table):
        key = column.name
    elif column.info.get(ASCII):
        key = f"lower({column.name})"
        words = _words(table, key)
    else:
        key = f"{column.name}_key" if f"{column.name}_key" in table.c else f"fold({column.name})"
    return Listed(field, column.name, key, is_number, words=words, chunked=column.info.get(CHUNKED, ""))


def _words(table: sa.Table, key: str) -> str:
    """Return the SQL that selects the different values of a key, with one look into its index for each."""
    following = f"SELECT (SELECT min({key}) FROM {table.name} WHERE {key} > word) FROM words WHERE word IS NOT NULL"
    first = f"SELECT min({key}) FROM {table.name}"
    return f"WITH RECURSIVE words(word) AS ({first} UNION ALL {following}) SELECT word FROM words"


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
        raise no_match()
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
        raise no_match()


def no_match() -> RequestError:
    """Make the error for a page token beside other criteria than it came with."""
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


def id_of(table: sa.Table) -> sa.Column[Any]:
    """Return the column of a table that identifies its resources."""
    return next(iter(table.primary_key))


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
    small = not any(isinstance(number, int) and abs(number) > LARGEST for number in _values(query))
    in_table = all(name in listing.table.c and isinstance(of, str) for name, of in query.scope.items())
    return isinstance(value, (str, int)) and isinstance(id, str) and small and in_table


def _values(query: Query) -> Iterator[Any]:
    """Give the values of a token that go to the database."""
    yield from query.start or ()
    for predicate in query.predicates:
        yield from predicate.value if isinstance(predicate.value, list) else (predicate.value,)
