# SPDX-License-Identifier: Apache-2.0
"""The pages of lists: how the rows that are asked for are found, whatever their number."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from kfp_server_api.server.resources.call import Page
from kfp_server_api.server.resources.filters import conditions, in_chunks
from kfp_server_api.server.resources.listing import Listing, Query, id_of, no_match
from kfp_server_api.server.store import rows
from kfp_server_api.server.store.rows import Sql

_FEW = 2000
"""Rows that are sorted in no time."""
_ANY: Mapping[str, str] = {}


def read_page(connection: sa.Connection, listing: Listing, query: Query, scope: Mapping[str, str] = _ANY) -> Page:
    """Return the page that a list call asks for.

    Args:
        scope: column names to the values that rows must have whatever the filter says; the token keeps it.

    Raises:
        RequestError: the token is of another scope.
    """
    if query.start and any(query.scope.get(name) != value for name, value in scope.items()):
        raise no_match()
    query = query._replace(scope={**query.scope, **scope})
    total, where = _counted(connection, listing, query)
    found = rows.select(connection, listing.table, _page(listing, query, where))
    token = _token(connection, listing, query, found.pop()) if len(found) > query.size else ""
    return Page(found, total, token)


def _counted(connection: sa.Connection, listing: Listing, query: Query) -> tuple[int, list[Sql]]:
    """Count the rows that a list has on all pages, and return conditions by which the database finds a page soon.

    Few rows are found by an index of what they are filtered by, and sorted then. Where there are many, an index of the
    order leads to a page of them, and the database must be kept from finding and sorting them all: the sign before a
    condition hides it from the choice of an index.
    """
    id, table = id_of(listing.table).name, listing.table
    asked = conditions(query.predicates, listing.fields)
    scope = [Sql(f"{name} = ?", (value,)) for name, value in query.scope.items()]
    if asked or scope:
        narrow = _narrow(listing, query, scope, asked)
        few = _values(connection, f"SELECT {id} FROM {table.name}", narrow, f" LIMIT {_FEW + 1}")
        if len(few) <= _FEW:
            return len(few), [Sql(f"{id} IN (SELECT value FROM json_each(?))", (json.dumps(few),))]
    [total] = _values(connection, f"SELECT count(*) FROM {table.name}", [*scope, *asked])
    is_indexed = (*query.scope, *_order(listing, query)) in _indexes(table)
    return total, [*(scope if is_indexed else map(_hidden, scope)), *map(_hidden, asked)]


def _narrow(listing: Listing, query: Query, scope: list[Sql], asked: list[Sql]) -> list[Sql]:
    """Return conditions by which the database finds few rows soon."""
    if _finds_few(listing, query):
        return [*map(_hidden, scope), *asked]
    near = in_chunks(query.predicates, listing.fields)
    return [*near, *map(_hidden, (*scope, *asked))] if near else [*scope, *asked]


def _finds_few(listing: Listing, query: Query) -> bool:
    """Tell whether rows are asked for by a value that few have, so that its index is better than that of the scope."""
    keys = [
        listing.fields[each.key].key
        for each in query.predicates
        if each.operation in ("EQUALS", "IN") and not each.is_tag
    ]
    return any((key,) in _indexes(listing.table) and key in listing.table.c for key in keys)


def _hidden(condition: Sql) -> Sql:
    return Sql(f"+({condition.text})", condition.values)


def _values(connection: sa.Connection, what: str, where: list[Sql], rest: str = "") -> list[Any]:
    found = _where(where)
    return [value for (value,) in rows.execute(connection, what + found.text + rest, found.values)]


def _where(where: list[Sql]) -> Sql:
    text = " WHERE " + " AND ".join(each.text for each in where) if where else ""
    return Sql(text, tuple(value for each in where for value in each.values))


@cache
def _indexes(table: sa.Table) -> frozenset[tuple[str, ...]]:
    """Return the beginnings of the indexes of a table, as the SQL of what is in them."""
    of_all = [tuple(getattr(each, "name", None) or str(each) for each in index.expressions) for index in table.indexes]
    of_all.append((id_of(table).name,))
    return frozenset(one[:length] for one in of_all for length in range(1, len(one) + 1))


def _order(listing: Listing, query: Query) -> tuple[str, ...]:
    """Return what rows are sorted by; ties are broken by id in the same direction, so that no row is on two pages."""
    id, listed = id_of(listing.table).name, listing.fields.get(query.sort)
    if listed is None or listed.is_literal or listed.column in query.scope:  # the same for all rows
        return (id,)
    return tuple(dict.fromkeys((listed.key, id)))


def _page(listing: Listing, query: Query, where: list[Sql]) -> Sql:
    """Return the SQL of a page and the first row of the next one."""
    order = _order(listing, query)
    if query.start is not None:
        marks, sign = ", ".join("?" * len(order)), "<=" if query.descending else ">="
        where = [*where, Sql(f"({', '.join(order)}) {sign} ({marks})", query.start[-len(order) :])]
    direction = " DESC" if query.descending else ""
    text, values = _where(where)
    by = ", ".join(f"{each}{direction}" for each in order)
    return Sql(f"{text} ORDER BY {by} LIMIT ?", (*values, query.size + 1))


def _token(connection: sa.Connection, listing: Listing, query: Query, first: Mapping[str, Any]) -> str:
    """Return the token of the page that begins with a row."""
    id, listed = id_of(listing.table).name, listing.fields.get(query.sort)
    key = listed.key if listed else id
    [value] = _values(connection, f"SELECT {key} FROM {listing.table.name}", [Sql(f"{id} = ?", (first[id],))])
    kept = {
        "SortByFieldName": query.sort,
        "SortByFieldValue": value,
        "KeyFieldName": id,
        "KeyFieldValue": first[id],
        "IsDesc": query.descending,
        "ModelName": listing.table.name,
        "Filter": query.predicates,
        "Scope": dict(query.scope),
    }
    return base64.b64encode(json.dumps(kept, separators=(",", ":")).encode()).decode()
