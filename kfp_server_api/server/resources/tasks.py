# SPDX-License-Identifier: Apache-2.0
"""Tasks of runs, as the API shows them inside their runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from kfp_server_api.server.errors import INTERNAL
from kfp_server_api.server.store.tables import tasks

_c = tasks.c
_SHOWN = (
    _c.run_id,
    _c.task_id,
    _c.display_name,
    _c.parent_task_id,
    _c.create_time,
    _c.start_time,
    _c.end_time,
    _c.state,
    _c.state_history,
    _c.end_reason,
)


def task_details(connection: sa.Connection, run_ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the task_details of runs by their ids; a run without tasks is missing."""
    query = sa.select(*_SHOWN).where(_c.run_id.in_(list(run_ids))).order_by(_c.run_id, _c.position)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in map(dict, connection.execute(query).mappings()):
        found.setdefault(row["run_id"], []).append({**row, "error": error_of(row)})
    for details in found.values():
        _link_children(details)
    return found


def error_of(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the `error` of a run or task, made from the reason of its end."""
    return {"code": INTERNAL, "message": row["end_reason"]} if row.get("end_reason") else None


def _link_children(details: list[dict[str, Any]]) -> None:
    by_id = {detail["task_id"]: detail for detail in details}
    for detail in details:
        parent = by_id.get(detail["parent_task_id"])
        if parent is not None:
            parent.setdefault("child_tasks", []).append({"task_id": detail["task_id"]})
