# SPDX-License-Identifier: Apache-2.0
"""Large values of runs: each is kept once a run, whatever the number of inputs and outputs that it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from kfp_server_api.server.store.tables import run_values

_c = run_values.c
_LARGE = 1000
"""Characters of JSON from which on a value is large."""
_REFERENCE = "kept_value"
"""The one key of what stands in place of a large value; a value that looks like that is taken as large."""


def keep(connection: sa.Connection, run_id: str, values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return values by name with references in place of the large ones, which are stored; None where there are none."""
    return {name: _kept(connection, run_id, value) for name, value in (values or {}).items()} or None


def _kept(connection: sa.Connection, run_id: str, value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if len(text) < _LARGE and not _digest(value):
        return value
    digest = hashlib.sha256(text.encode()).hexdigest()
    connection.execute(run_values.insert().prefix_with("OR IGNORE").values(run_id=run_id, digest=digest, value=text))
    return {_REFERENCE: digest}


def _digest(value: Any) -> str:
    """Return what a reference refers to, "" for any other value."""
    return str(value[_REFERENCE]) if isinstance(value, dict) and value.keys() == {_REFERENCE} else ""


def restore(connection: sa.Connection, entries: Mapping[str, Mapping[str, dict[str, Any]]]) -> None:
    """Put the values in place of references.

    Args:
        entries: by run and name, each with a `value`.
    """
    places = [
        (run_id, digest, entry)
        for run_id, of_run in entries.items()
        for entry in of_run.values()
        if (digest := _digest(entry.get("value")))
    ]
    found = _read(connection, {run_id for run_id, *_ in places}, {digest for _, digest, _ in places}) if places else {}
    for run_id, digest, entry in places:
        entry["value"] = found.get((run_id, digest))


def _read(connection: sa.Connection, run_ids: Iterable[str], digests: Iterable[str]) -> dict[tuple[str, str], Any]:
    query = sa.select(run_values).where(_c.run_id.in_(list(run_ids)), _c.digest.in_(list(digests)))
    return {(row.run_id, row.digest): json.loads(row.value) for row in connection.execute(query)}


def once(entries: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return entries with each large value under one name only, that with the fewest dots."""
    shown: dict[str, str] = {}
    for name in sorted(entries, key=lambda name: name.count(".")):
        shown.setdefault(_digest(entries[name].get("value")), name)
    return {
        name: entry
        for name, entry in entries.items()
        if shown[(digest := _digest(entry.get("value")))] == name or not digest
    }
