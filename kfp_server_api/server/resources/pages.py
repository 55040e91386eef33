# SPDX-License-Identifier: Apache-2.0
"""The pages of lists: how the rows that are asked for are found, whatever their number."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from kfp_server_api.server.resources.call import Page
from kfp_server_api.server.resources.filters import conditions
from kfp_server_api.server.resources.listing import Listing, Query, id_of, no_match

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
    id = id_of(listing.table)
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
    id, listed = id_of(listing.table), listing.fields.get(query.sort)
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


def _without_order(row: dict[str, Any]) -> dict[str, Any]:
    del row["order_value"]
    return row


def _token(query: Query, first: Mapping[str, Any], listing: Listing) -> str:
    """Return the token of the page that begins with row `first`."""
    kept = {
        "SortByFieldName": query.sort,
        "SortByFieldValue": first["order_value"],
        "KeyFieldName": id_of(listing.table).name,
        "KeyFieldValue": first[id_of(listing.table).name],
        "IsDesc": query.descending,
        "ModelName": listing.table.name,
        "Filter": query.predicates,
        "Scope": dict(query.scope),
    }
    return base64.b64encode(json.dumps(kept, separators=(",", ":")).encode()).decode()
