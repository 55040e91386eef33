# SPDX-License-Identifier: Apache-2.0
"""The one writer of states: how runs and their tasks come into the store, change while they go on, and end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kfp_server_api.server.orchestration.run_process import TERMINATED
from kfp_server_api.server.states import FINAL
from kfp_server_api.server.store import run_values
from kfp_server_api.server.store.tables import runs, tasks
from kfp_server_api.server.times import NEVER, TASK_NEVER, now

if TYPE_CHECKING:
    from kfp_server_api.server.engine.events import TaskEvent

MAY_FOLLOW: Mapping[str, frozenset[str]] = {
    # A task comes into being when it starts, or at its end where it never started.
    "": frozenset({"RUNNING", "SUCCEEDED", "FAILED", "SKIPPED", "CANCELED"}),
    # A run that waits, or whose process has started and not begun to work: FAILED where it could not be started.
    "PENDING": frozenset({"RUNNING", "CANCELING", "FAILED"}),
    # CANCELED is for tasks: a run that is terminated becomes CANCELING first, and is FAILED in the end.
    "RUNNING": frozenset({"CANCELING", "SUCCEEDED", "FAILED", "CANCELED"}),
    # SUCCEEDED where the work was done before the signal to end came. Never RUNNING: that is what keeps a run from
    # being started once it was terminated.
    "CANCELING": frozenset({"SUCCEEDED", "FAILED"}),
    "SUCCEEDED": frozenset(),
    "FAILED": frozenset(),
    "SKIPPED": frozenset(),
    "CANCELED": frozenset(),
}
"""State of a run or task to the states that may follow it. Anything else is refused, and then nothing is written."""

SERVER_ENDED = "the server ended before the run did; how far the run came after that is not known"
CLOSED = "ended together with its run"
PLUGIN = "local"
"""Name in `plugins_output` under which the output values of a run and its tasks stand."""

_DEEPEST = 100


def insert_run(connection: sa.Connection, values: Mapping[str, Any]) -> dict[str, Any]:
    """Put a new run at the end of the queue and return its row."""
    when = now()
    last = sa.select(sa.func.max(runs.c.arrival)).where(runs.c.state == "PENDING")
    row = {
        "storage_state": "AVAILABLE",
        "state": "PENDING",
        "created_at": when,
        "scheduled_at": when,
        "finished_at": NEVER,
        # Not a time: clocks are set back.
        "arrival": (connection.scalar(last) or 0) + 1,
        **values,
        "state_history": [*(values.get("state_history") or ()), _status("PENDING", when)],
    }
    connection.execute(runs.insert().values(**row))
    return row


def first_waiting(connection: sa.Connection, besides: Collection[str]) -> str | None:
    """Return the id of the run that has waited longest, but for some; None where none waits."""
    waiting = sa.select(runs.c.run_id).where(runs.c.state == "PENDING", runs.c.run_id.not_in(besides))
    found: str | None = connection.scalar(waiting.order_by(runs.c.arrival).limit(1))
    return found


def known(connection: sa.Connection, run_ids: Collection[str]) -> Collection[str]:
    """Return those of some ids that are of runs."""
    return connection.scalars(sa.select(runs.c.run_id).where(runs.c.run_id.in_(run_ids))).all()


def change_run(connection: sa.Connection, run_id: str, state: str, when: float) -> bool:
    """Bring a run to a state that is no end and note it in the history; CANCELING is noted when the run ends.

    Returns:
        False where nothing was done: no such run, or the state may not follow its state.
    """
    query = sa.select(runs.c.state, runs.c.state_history).where(runs.c.run_id == run_id)
    found = connection.execute(query).first()
    if found is None or state not in MAY_FOLLOW[found.state]:
        return False
    history = list(found.state_history or ())
    if state != "CANCELING":  # clusters note it later, too
        history.append(_status(state, when))
    connection.execute(runs.update().where(runs.c.run_id == run_id).values(state=state, state_history=history))
    return True


def end_run(
    connection: sa.Connection,
    run_id: str,
    state: str,
    when: float,
    reason: str = "",
    outputs: Mapping[str, Any] | None = None,
) -> None:
    """Bring a run and what is open of its tasks to an end; one that has ended stays as it is."""
    _end_runs(connection, runs.c.run_id == run_id, state, when, reason, outputs or {})


def end_left_over(connection: sa.Connection) -> None:
    """Fail the runs that were under way when a server ended without stopping them; those that wait go on waiting."""
    for state, reason in (("RUNNING", SERVER_ENDED), ("CANCELING", TERMINATED)):
        _end_runs(connection, runs.c.state == state, "FAILED", now(), reason, {})


def _end_runs(
    connection: sa.Connection,
    which: sa.ColumnElement[bool],
    state: str,
    when: float,
    reason: str,
    outputs: Mapping[str, Any],
) -> None:
    """End runs in a number of statements that does not grow with theirs; the database itself goes through them."""
    open_states = [before for before, after in MAY_FOLLOW.items() if state in after]
    ended = sa.select(runs.c.run_id).where(which, runs.c.state.in_(open_states))
    _close_tasks(connection, ended, when)
    _keep_outputs(connection, ended, outputs)
    values = {
        "state": state,
        "state_history": _with_end(state, when),
        "finished_at": int(when),
        "end_reason": reason,
    }
    connection.execute(runs.update().where(runs.c.run_id.in_(ended)).values(**values))


def _with_end(state: str, when: float) -> sa.ColumnElement[Any]:
    """Return a run's state_history with its end; that it was terminated is an entry, too, for those who wait for it."""
    terminated = _with_status(runs.c.state_history, "CANCELING", when)
    before = sa.case((runs.c.state == "CANCELING", terminated), else_=runs.c.state_history)
    return _with_status(before, state, when)


def _close_tasks(connection: sa.Connection, ended: sa.Select[Any], when: float) -> None:
    """Fail what is open of the tasks of some runs: the one place where they are closed."""
    values = {
        "state": "FAILED",
        "state_history": _with_status(tasks.c.state_history, "FAILED", when),
        "end_time": int(when),
        "end_reason": CLOSED,
    }
    open_tasks = tasks.c.run_id.in_(ended), tasks.c.state.not_in(FINAL)
    connection.execute(tasks.update().where(*open_tasks).values(**values))


def _with_status(history: sa.ColumnElement[Any], state: str, when: float) -> sa.ColumnElement[Any]:
    """Return a state_history with one entry more."""
    before = sa.case((sa.func.json_type(history) == "array", history), else_=sa.literal_column("'[]'"))
    place = sa.literal("$[").concat(sa.func.json_array_length(before)).concat("]")
    return sa.func.json_insert(before, place, sa.func.json(json.dumps(_status(state, when))))


def _keep_outputs(connection: sa.Connection, ended: sa.Select[Any], outputs: Mapping[str, Any]) -> None:
    """Put the output values of some runs and of their tasks into the runs' rows."""
    by_run: dict[str, list[sa.RowMapping]] = {}
    if outputs:
        by_run = {run_id: [] for run_id in connection.scalars(ended)}
    with_outputs = sa.select(tasks.c.run_id).where(tasks.c.run_id.in_(ended), tasks.c.output_values.is_not(sa.null()))
    columns = (tasks.c[name] for name in ("run_id", "task_id", "parent_task_id", "display_name", "output_values"))
    query = sa.select(*columns).where(tasks.c.run_id.in_(with_outputs)).order_by(tasks.c.run_id, tasks.c.position)
    for row in connection.execute(query).mappings():
        by_run.setdefault(row["run_id"], []).append(row)
    changes = [
        {"of_run": run_id, "made": _plugins_output(rows, run_values.keep(connection, run_id, outputs) or {})}
        for run_id, rows in by_run.items()
    ]
    if changes:
        of_run = runs.c.run_id == sa.bindparam("of_run")
        connection.execute(runs.update().where(of_run).values(plugins_output=sa.bindparam("made")), changes)


def _plugins_output(rows: Sequence[sa.RowMapping], outputs: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return output values of a run by name, those of its tasks by "<task>.<name>"."""
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


def record_task(connection: sa.Connection, run_id: str, event: TaskEvent, log: str) -> None:
    """Store an event of a task; one of a run that was deleted or has ended is dropped.

    An attempt that is not the last is in the history alone: the task goes on.

    Args:
        log: path of the task's log in the run's folder, "" where it has none.
    """
    of_task = tasks.c.run_id == run_id, tasks.c.task_id == event["task_id"]
    row = connection.execute(sa.select(tasks.c.state, tasks.c.state_history).where(*of_task)).first()
    if event.get("attempt"):
        if row and row.state == event["state"]:
            history = [*row.state_history, _status(event["attempt"], event["time"])]
            connection.execute(tasks.update().where(*of_task).values(state_history=history))
        return
    of_run = connection.scalar(sa.select(runs.c.state).where(runs.c.run_id == run_id))
    if event["state"] not in MAY_FOLLOW[row.state if row else ""] or (not row and of_run in {None, *FINAL}):
        return
    values = {
        **_reported(event, log),
        "input_values": run_values.keep(connection, run_id, event["inputs"]),
        "output_values": run_values.keep(connection, run_id, event["outputs"]),
        "state_history": [*(row.state_history if row else ()), _status(event["state"], event["time"])],
    }
    if row:
        connection.execute(tasks.update().where(*of_task).values(**values))
    else:
        connection.execute(tasks.insert().values(run_id=run_id, **_new_task(connection, run_id, event), **values))


def _new_task(connection: sa.Connection, run_id: str, event: TaskEvent) -> dict[str, Any]:
    when = int(event["time"])
    return {
        "task_id": event["task_id"],
        "position": connection.scalar(sa.select(sa.func.count()).where(tasks.c.run_id == run_id)),
        "display_name": event["name"],
        "parent_task_id": event["parent_task_id"] or "",
        "create_time": when,
        "start_time": when,
    }


def _reported(event: TaskEvent, log: str) -> dict[str, Any]:
    """Return the columns that each event of a task sets."""
    return {
        "state": event["state"],
        "end_time": int(event["time"]) if event["state"] in FINAL else TASK_NEVER,
        "end_reason": event["error"] or "",
        "log": log,
    }


def _status(state: str, when: float) -> dict[str, Any]:
    """Return an entry of a state_history."""
    return {"update_time": int(when), "state": state}
