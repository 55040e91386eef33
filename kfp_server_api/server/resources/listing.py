# SPDX-License-Identifier: Apache-2.0
"""Pages, sort orders and filters: the same for every resource."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from kfp_server_api._operation import Operation
from kfp_server_api.server.errors import RequestError, invalid
from kfp_server_api.server.json_safe import decode
from kfp_server_api.server.resources.call import Page
from kfp_server_api.server.resources.filters import CONTINUED, LARGEST, Listed, Predicate, conditions, parse_filter

DEFAULT_SIZE, LARGEST_SIZE = 20, 200
_FEW = 2000
"""Rows that are sorted in no time."""
_NONE: Mapping[str, Any] = {}


class Listing(NamedTuple):
    """The particulars of one resource's list.

    Attributes:
        word: the resource's word in error texts.
        table: its table; the first primary key column is its id.
        fields: what it is sorted and filtered by.
    """

    word: str
    table: sa.Table
    fields: Mapping[str, Listed]


def listing(
    word: str, table: sa.Table, operation: Operation, columns: Mapping[str, sa.ColumnElement[Any] | None] = _NONE
) -> Listing:
    """Return the listing of an operation's fields, each a column of the table by its name.

    Args:
        columns: what stands for a field that is no such column; None for one that nothing here can have.
    """
    fields: dict[str, Listed] = {}
    for field in operation.fields:
        column = columns[field.name] if field.name in columns else table.c[field.name.rstrip(CONTINUED)]
        if column is not None:
            fields.update(dict.fromkeys((field.name, *field.aliases), Listed(field, column)))
    return Listing(word, table, fields)


class _Query(NamedTuple):
    """The query of a list call, as its page token keeps it; `start` is the next page's first (value, id)."""

    word: str
    sort: str
    descending: bool
    predicates: list[Predicate]
    scope: dict[str, str]
    start: tuple[Any, str] | None = None


def read_page(
    connection: sa.Connection,
    listing: Listing,
    arguments: Mapping[str, Any],
    scope: Mapping[str, str] | None = None,
) -> Page:
    """Return the page that a list call asks for.

    Args:
        arguments: the call's page_size, page_token, sort_by and filter.
        scope: column names to the values that rows must have whatever the filter says; the token keeps it.

    Raises:
        RequestError: an argument is wrong.
    """
    size = _size(arguments.get("page_size") or 0)
    query = _query(listing, arguments, dict(scope or {}))
    where = conditions(query.predicates, listing.fields)
    where += [listing.table.c[name] == value for name, value in query.scope.items()]
    total, where = _counted(connection, listing, query, where)
    found = connection.execute(_select(listing, query).where(*where).limit(size + 1))
    names = list(found.keys())
    rows = [dict(zip(names, row)) for row in found]
    token = _token(query, rows[size], listing) if len(rows) > size else ""
    return Page([_without_order(row) for row in rows[:size]], total, token)


def _counted(
    connection: sa.Connection, listing: Listing, query: _Query, where: list[sa.ColumnElement[bool]]
) -> tuple[int, list[sa.ColumnElement[bool]]]:
    """Count the rows that a list has on all pages, and return conditions by which the database finds a page soon.

    Few rows are found by an index of what they are filtered by, and sorted then. Where there are many, an index of the
    order leads to a page of them, and the database must be kept from finding and sorting them all.
    """
    id = _id(listing)
    if where:
        few = connection.scalars(sa.select(id).where(*where).limit(_FEW + 1)).all()
        if len(few) <= _FEW:
            chosen = sa.func.json_each(json.dumps(few)).table_valued("value")
            return len(few), [id.in_(sa.select(chosen.c.value))]
    total = connection.scalar(sa.select(sa.func.count()).select_from(listing.table).where(*where)) or 0
    if query.scope and query.sort == "created_at":  # there is an index of both
        return total, where
    return total, [(sa.type_coerce(condition, sa.Integer) + 0).is_not(0) for condition in where]


def _size(asked: int) -> int:
    if asked < 0:
        raise invalid(f"The page size should be greater than 0. Got {asked}")
    return min(asked or DEFAULT_SIZE, LARGEST_SIZE)


def _select(listing: Listing, query: _Query) -> sa.Select[Any]:
    """Select rows in order; ties are broken by id in the same direction, so that no row is on two pages."""
    column, id = listing.fields[query.sort].column, _id(listing)
    select = sa.select(listing.table, column.label("order_value"))
    by = [id] if isinstance(column, sa.BindParameter) else [column, id]  # what is the same for all needs no sorting
    order = [each.desc() if query.descending else each.asc() for each in by]
    select = select.order_by(*order)
    if query.start is None:
        return select
    here, there = sa.tuple_(column, id), sa.tuple_(*map(sa.literal, query.start))
    return select.where(here <= there if query.descending else here >= there)


def _id(listing: Listing) -> sa.Column[Any]:
    return next(iter(listing.table.primary_key))


def _without_order(row: dict[str, Any]) -> dict[str, Any]:
    del row["order_value"]
    return row


def _query(listing: Listing, arguments: Mapping[str, Any], scope: dict[str, str]) -> _Query:
    """Return what a call asks for, its page token's memory included."""
    sort_by, text = arguments.get("sort_by") or "", arguments.get("filter") or ""
    sort, descending = _sort(listing, sort_by)
    asked = _Query(listing.word, sort, descending, parse_filter(text, listing.fields), scope)
    if not arguments.get("page_token"):
        return asked
    kept = _read_token(listing, arguments["page_token"])
    _check_repeated(asked, kept, bool(sort_by.strip()))
    return kept


def _check_repeated(asked: _Query, kept: _Query, sorted_again: bool) -> None:
    """Refuse a token together with other criteria; tag predicates may be repeated without the rest."""
    tags, rest = _split(asked)
    kept_tags, kept_rest = _split(kept)
    same = not tags or tags == kept_tags
    if sorted_again or rest:
        same = same and (asked.sort, asked.descending, rest) == (kept.sort, kept.descending, kept_rest)
    if not same or any(kept.scope.get(name) != value for name, value in asked.scope.items()):
        raise invalid(
            "page token does not match the supplied sort by and/or filtering criteria. "
            "Either specify the same criteria or leave the latter empty if page token is specified"
        )


def _split(query: _Query) -> tuple[list[Predicate], list[Predicate]]:
    tags = [predicate for predicate in query.predicates if predicate.is_tag]
    return tags, [predicate for predicate in query.predicates if not predicate.is_tag]


def _sort(listing: Listing, text: str) -> tuple[str, bool]:
    words = text.lower().split() or ["created_at"]
    if len(words) > 2 or words[1:] not in ([], ["asc"], ["desc"]):
        raise invalid(
            f'Received invalid sort by format "{text}". '
            'Supported format: "field_name", "field_name desc", or "field_name asc"'
        )
    if not _is_sortable(listing, words[0]):
        raise invalid(f'Invalid sorting field: "{words[0]}" on listable type {listing.word}')
    return words[0], words[1:] == ["desc"]


def _is_sortable(listing: Listing, name: str) -> bool:
    return name in listing.fields and listing.fields[name].field.only != "filter"


def _token(query: _Query, first: Mapping[str, Any], listing: Listing) -> str:
    """Return the token of the page that begins with row `first`."""
    start = (first["order_value"], first[_id(listing).name])
    text = json.dumps(query._replace(start=start), separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def _read_token(listing: Listing, token: str) -> _Query:
    try:
        fields = decode(base64.b64decode(token, validate=True))
        word, sort, descending, predicates, scope, (value, id) = fields
        query = _Query(word, sort, descending, [Predicate(*item) for item in predicates], scope, (value, id))
        conditions(query.predicates, listing.fields)
        known = word == listing.word and _is_sortable(listing, sort)
        valid = known and _is_start(value, id) and _is_scope(listing, scope)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, RequestError) as cause:
        raise invalid("Invalid page token") from cause
    if not valid:
        raise invalid("Invalid page token")
    return query


def _is_start(value: Any, id: Any) -> bool:
    """Tell whether a token's place can be compared with rows."""
    small = not isinstance(value, int) or abs(value) <= LARGEST
    return isinstance(value, (str, int)) and isinstance(id, str) and small


def _is_scope(listing: Listing, scope: Mapping[Any, Any]) -> bool:
    return all(name in listing.table.c and isinstance(value, str) for name, value in scope.items())
