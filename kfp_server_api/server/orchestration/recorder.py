# SPDX-License-Identifier: Apache-2.0
"""What the store keeps of runs and their tasks, and how it changes while they go on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from kfp_server_api.server.errors import INTERNAL
from kfp_server_api.server.states import FINAL, OPEN
from kfp_server_api.server.store.tables import runs, tasks
from kfp_server_api.server.times import NEVER, TASK_NEVER, now

_DEEPEST = 100
PLUGIN = "local"
"""Name in `plugins_output` under which the output values of a run and its tasks stand."""


def is_run_id(text: str) -> bool:
    """Tell whether a text can be a run's id, which is a part of addresses and names a folder too."""
    return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", text))


def status(state: str, when: float) -> dict[str, Any]:
    """Return an entry of a state_history."""
    return {"update_time": int(when), "state": state}


def failure(text: str) -> dict[str, Any]:
    """Return the `error` of a run or task."""
    return {"code": INTERNAL, "message": text}


def advance(
    connection: sa.Connection, run_id: str, state: str, when: float, only_from: Iterable[str], **values: Any
) -> bool:
    """Bring a run to a state and note it in the history.

    Returns:
        False where nothing was done: no such run, or its state is not one of `only_from`.
    """
    query = sa.select(runs.c.state, runs.c.state_history).where(runs.c.run_id == run_id)
    found = connection.execute(query).first()
    if found is None or found.state not in only_from:
        return False
    history = [*(found.state_history or ()), status(state, when)]
    change = runs.update().where(runs.c.run_id == run_id)
    connection.execute(change.values(state=state, state_history=history, **values))
    return True


def finish(
    connection: sa.Connection,
    run_id: str,
    state: str,
    when: float,
    *,
    error: str | None = None,
    outputs: Mapping[str, Any] | None = None,
) -> None:
    """Bring a run and what is open of its tasks to an end; one that has ended stays as it is."""
    _end_open_tasks(connection, run_id, when)
    advance(
        connection,
        run_id,
        state,
        when,
        OPEN,
        finished_at=int(when),
        error=failure(error) if error else None,
        plugins_output=_plugins_output(connection, run_id, outputs or {}),
    )


def _end_open_tasks(connection: sa.Connection, run_id: str, when: float) -> None:
    for row in connection.execute(sa.select(tasks).where(tasks.c.run_id == run_id)).mappings():
        if row["state"] not in FINAL:
            _change_task(connection, row, {"state": "FAILED", "time": when, "error": "ended together with its run"})


def _plugins_output(connection: sa.Connection, run_id: str, outputs: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return output values of a run by name, those of its tasks by "<task>.<name>"."""
    query = sa.select(tasks).where(tasks.c.run_id == run_id).order_by(tasks.c.position)
    rows = list(connection.execute(query).mappings())
    entries = {
        f"{path}.{name}": {"value": value}
        for path, row in zip(_paths(rows), rows)
        for name, value in (row["output_values"] or {}).items()
    }
    entries.update({name: {"value": value} for name, value in outputs.items()})
    return {PLUGIN: {"state": "PLUGIN_SUCCEEDED", "entries": entries}} if entries else None


def _paths(rows: Sequence[sa.RowMapping]) -> list[str]:
    """Return the tasks' names, with their parents' before them ("loop-1.add") where several have one name."""
    by_id = {row["task_id"]: row for row in rows}
    counts = Counter(row["display_name"] for row in rows)

    def path(row: sa.RowMapping | None) -> str:
        names: list[str] = []
        while row is not None and len(names) < _DEEPEST:
            names.append(str(row["display_name"]))
            row = by_id.get(row["parent_task_id"]) if counts[names[-1]] > 1 else None
        return ".".join(reversed(names))

    return [path(row) for row in rows]


def record_task(connection: sa.Connection, run_id: str, event: Mapping[str, Any]) -> None:
    """Store what an execution reports of a task; a task of a run that was deleted is dropped."""
    of_run = tasks.c.run_id == run_id
    here = sa.select(tasks).where(of_run, tasks.c.task_id == event["task_id"])
    row = connection.execute(here).mappings().first()
    if row is not None:
        _change_task(connection, row, event)
    elif connection.scalar(sa.select(runs.c.run_id).where(runs.c.run_id == run_id)):
        position = connection.scalar(sa.select(sa.func.count()).select_from(tasks).where(of_run))
        connection.execute(tasks.insert().values(run_id=run_id, position=position, **_new_task(event)))


def _new_task(event: Mapping[str, Any]) -> dict[str, Any]:
    when = int(event["time"])
    return {
        "task_id": event["task_id"],
        "display_name": event["name"],
        "parent_task_id": event.get("parent_task_id") or "",
        "create_time": when,
        "start_time": when,
        "state_history": [status(event["state"], when)],
        **_task_state(event),
    }


def _task_state(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "state": event["state"],
        "end_time": int(event["time"]) if event["state"] in FINAL else TASK_NEVER,
        "error": failure(event["error"]) if event.get("error") else None,
        "output_values": event.get("outputs") or None,
    }


def _change_task(connection: sa.Connection, row: sa.RowMapping, event: Mapping[str, Any]) -> None:
    values = _task_state(event)
    if event["state"] != row["state"]:
        values["state_history"] = [*row["state_history"], status(event["state"], event["time"])]
    change = tasks.update().where(tasks.c.run_id == row["run_id"], tasks.c.task_id == row["task_id"])
    connection.execute(change.values(**values))


def end_left_over(connection: sa.Connection) -> None:
    """Fail the runs that a server left open when it ended without stopping them."""
    query = sa.select(runs.c.run_id).where(runs.c.state.in_(OPEN))
    for run_id in connection.scalars(query).all():
        text = "the server ended before the run did; how far the run came after that is not known"
        finish(connection, run_id, "FAILED", now(), error=text)


def task_details(connection: sa.Connection, run_ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the task_details of runs by their ids; a run without tasks is missing."""
    query = sa.select(tasks).where(tasks.c.run_id.in_(list(run_ids))).order_by(tasks.c.run_id, tasks.c.position)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["run_id"], []).append(dict(row))
    for details in found.values():
        _link_children(details)
    return found


def _link_children(details: list[dict[str, Any]]) -> None:
    by_id = {detail["task_id"]: detail for detail in details}
    for detail in details:
        parent = by_id.get(detail["parent_task_id"])
        if parent is not None:
            parent.setdefault("child_tasks", []).append({"task_id": detail["task_id"]})


def new_run(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a run that has just been asked for."""
    when = now()
    fresh = {
        "storage_state": "AVAILABLE",
        "state": "PENDING",
        "state_history": [status("PENDING", when)],
        "created_at": when,
        "scheduled_at": when,
        "finished_at": NEVER,
    }
    return {**fresh, **values}
