# SPDX-License-Identifier: Apache-2.0
"""Rows of one table, read and written by the driver: what SQLAlchemy does for a statement takes ten times as long."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from kfp_server_api.server.store.folding import fold


class Sql(NamedTuple):
    """A piece of SQL, and the values of the question marks in it."""

    text: str
    values: tuple[Any, ...] = ()


def first(connection: sa.Connection, table: sa.Table, **columns: Any) -> dict[str, Any] | None:
    """Return the row whose columns have some values, the oldest of several, None where there is none."""
    found = select(connection, table, Sql(_first(tuple(columns)), tuple(columns.values())))
    return found[0] if found else None


def select(connection: sa.Connection, table: sa.Table, rest: Sql) -> list[dict[str, Any]]:
    """Return rows of a table, without the folded forms of their texts.

    Args:
        rest: of the statement, from WHERE on.
    """
    names, encoded = _shown(table), _json_columns(table)
    found = execute(connection, f"{_select(table)} {rest.text}", rest.values)
    rows = [dict(zip(names, row)) for row in found]
    for row in rows if encoded else ():
        row.update((name, json.loads(row[name])) for name in encoded if row[name] is not None)
    return rows


def insert(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Store a new row and return it; columns that are left out have their defaults."""
    row = {**_defaults(table), **values}
    encoded = dict(row)
    encoded.update((key, fold(encoded[name])) for name, key in _keys(table))
    encoded.update((name, _encode(encoded[name])) for name in _json_columns(table) if encoded[name] is not None)
    execute(connection, _insert(table), encoded)
    return {name: row[name] for name in _shown(table)}


def execute(connection: sa.Connection, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
    """Have the driver do a statement; its errors come as SQLAlchemy's."""
    cursor: Any = connection.connection.cursor()
    try:
        return cast("sqlite3.Cursor", cursor.execute(sql, parameters))
    except sqlite3.Error as cause:
        raise sa.exc.DBAPIError.instance(sql, None, cause, sqlite3.Error, hide_parameters=True) from cause


def _encode(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@cache
def _first(names: tuple[str, ...]) -> str:
    return f"WHERE {' AND '.join(f'{name} = ?' for name in names)} ORDER BY rowid LIMIT 1"


@cache
def _select(table: sa.Table) -> str:
    return f"SELECT {', '.join(_shown(table))} FROM {table.name}"


@cache
def _shown(table: sa.Table) -> tuple[str, ...]:
    """Return the columns but for those of folded forms."""
    folded = {key for _, key in _keys(table)}
    return tuple(name for name, _ in table.c.items() if name not in folded)


@cache
def _insert(table: sa.Table) -> str:
    names = table.c.keys()
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"


@cache
def _json_columns(table: sa.Table) -> tuple[str, ...]:
    return tuple(name for name, column in table.c.items() if isinstance(column.type, sa.JSON))


@cache
def _defaults(table: sa.Table) -> Mapping[str, Any]:
    return {name: getattr(column.default, "arg", None) for name, column in table.c.items()}


@cache
def _keys(table: sa.Table) -> tuple[tuple[str, str], ...]:
    """Return the columns with a folded form, and the columns of that."""
    names = table.c.keys()
    return tuple((name, key) for name in names if (key := f"{name}_key") in table.c)
