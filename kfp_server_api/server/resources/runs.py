# SPDX-License-Identifier: Apache-2.0
"""Runs: one execution each of a pipeline version or of a spec that came with the call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from kfp_server_api.api.run_service_api import RunServiceApi
from kfp_server_api.server.errors import (
    ABORTED,
    INTERNAL,
    NOT_FOUND,
    PRECONDITION,
    UNIMPLEMENTED,
    RequestError,
    UploadError,
    doing,
    invalid,
    not_found,
)
from kfp_server_api.server.gotext import quote
from kfp_server_api.server.orchestration.recorder import PLUGIN, change_run
from kfp_server_api.server.resources.call import Call, Handler, Page
from kfp_server_api.server.resources.experiments import require_experiment
from kfp_server_api.server.resources.listing import listing, read_query
from kfp_server_api.server.resources.pages import read_page
from kfp_server_api.server.resources.run_creation import create_run
from kfp_server_api.server.resources.tasks import error_of, task_details
from kfp_server_api.server.store import pipeline_specs, rows, run_values
from kfp_server_api.server.store.tables import MADE_OF_RUNS, runs
from kfp_server_api.server.times import now

_c = runs.c
LISTING = listing(
    "Run",
    runs,
    RunServiceApi._list_runs,
    {
        **MADE_OF_RUNS,
        "namespace": "''",
        "runtime_details": "''",
        "metric:": "0",  # no run has any
    },
)


def create(call: Call) -> dict[str, Any]:
    """Make a run and start it, or let it wait while as many as may run at once are running."""
    row, spec = create_run(call)
    call.context.run_queue.wake()
    return to_reply(row, {row["spec_digest"]: spec}, [])


def to_reply(
    row: Mapping[str, Any], specs: Mapping[str, dict[str, Any]], details: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return a run as the API shows it.

    Args:
        specs: pipeline specs by digest; that of the run, unless it is of a pipeline version.
        details: its tasks.
    """
    reference = {name: row.get(name) for name in ("pipeline_id", "pipeline_version_id")}
    of_version = bool(reference["pipeline_version_id"])
    return {
        **row,
        "pipeline_version_id": None,  # deprecated: servers leave it out
        "pipeline_version_reference": reference if of_version else None,
        "pipeline_spec": None if of_version else specs.get(row["spec_digest"]),
        "run_details": {"task_details": details} if details else None,
        "runtime_config": row.get("runtime_config") or None,
        "error": error_of(row),
    }


def _replies(connection: sa.Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return runs as the API shows them, with the specs that they show and their tasks."""
    run_values.restore(connection, {row["run_id"]: _output_values(row) for row in rows})
    specs = pipeline_specs.read(connection, [row["spec_digest"] for row in rows if not row["pipeline_version_id"]])
    details = task_details(connection, [row["run_id"] for row in rows])
    return [to_reply(row, specs, details.get(row["run_id"], [])) for row in rows]


def _output_values(row: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = row["plugins_output"][PLUGIN]["entries"] if row["plugins_output"] else {}
    return entries


def require_run(connection: sa.Connection, run_id: str) -> dict[str, Any]:
    """Return a run's row.

    Raises:
        RequestError: there is none with this id.
    """
    row = rows.first(connection, runs, run_id=run_id)
    if row is None:
        raise not_found("Run", run_id)
    return row


def _fetch(connection: sa.Connection, run_id: str) -> dict[str, Any]:
    with doing(f"Failed to fetch run {run_id}"):
        return require_run(connection, run_id)


def get(call: Call) -> dict[str, Any]:
    """Return one run with its tasks."""
    with doing("Failed to get a run"), call.context.store.read() as connection:
        return _replies(connection, [_fetch(connection, call.arguments["run_id"])])[0]


def list_page(call: Call) -> Page:
    """Return a page of runs with their tasks, those of one experiment if it is named.

    A large output value stands in a run once, where a run by itself has it under all its names.
    """
    experiment_id = call.arguments.get("experiment_id")
    query = read_query(LISTING, call.arguments)
    with doing("Failed to list runs"), call.context.store.read() as connection:
        if experiment_id:
            outer = f"Failed to list runs due to error fetching namespace for experiment {experiment_id}"
            inner = f"Failed to fetch namespace from experiment {experiment_id}"
            with doing(f"{outer}. Try filtering based on namespace", inner):
                require_experiment(connection, experiment_id)
        page = read_page(connection, LISTING, query, {"experiment_id": experiment_id} if experiment_id else {})
        if page.next_page_token and query.sort == "metric:":
            _refuse_metric(call.arguments["sort_by"])
        for row in page.items:
            if row["plugins_output"]:
                row["plugins_output"][PLUGIN]["entries"] = run_values.once(_output_values(row))
        return page._replace(items=_replies(connection, page.items))


def _refuse_metric(sort_by: str) -> None:
    """Refuse the order by a metric for more than a page, which the next run would have to have."""
    metric = sort_by.lower().split()[0][len("metric:") :]
    with doing("Failed to list runs"):
        raise invalid(f'cannot sort by field {quote(metric)} on type "Run"')


def delete(call: Call) -> dict[str, Any]:
    """Delete a run in any state; one that is going on is ended."""
    run_id = call.arguments["run_id"]
    with doing("Failed to delete a run"), call.context.store.write() as connection:
        with doing(f"Failed to delete run {run_id} as it does not exist"):
            row = _fetch(connection, run_id)
        connection.execute(runs.delete().where(_c.run_id == run_id))
        pipeline_specs.drop_unused(connection, row["spec_digest"])
        call.context.run_queue.discard(run_id)
    return {}


def terminate(call: Call) -> dict[str, Any]:
    """End a run: its state is CANCELING at once and FAILED when its processes have ended."""
    run_id = call.arguments["run_id"]
    with doing("Failed to terminate a run"), call.context.store.write() as connection:
        with doing(f"Failed to terminate run {run_id} due to error fetching the run"):
            _fetch(connection, run_id)
        if not change_run(connection, run_id, "CANCELING", now()):
            with doing(f"Failed to terminate run {run_id}"):
                raise invalid(f"Failed to terminate a run {run_id}. Row not found")
        call.context.run_queue.terminate(connection, run_id)
    return {}


def retry(call: Call) -> dict[str, Any]:
    """Refuse to retry a run: one that has not failed cannot be, the others are not retried by this server."""
    run_id = call.arguments["run_id"]
    fetching = f"Failed to retry run {run_id} due to error fetching the run"
    with doing("Failed to retry a run", fetching), call.context.store.read() as connection:
        state = _fetch(connection, run_id)["state"]
    with doing("Failed to retry a run"):
        if state in ("PENDING", "CANCELING"):
            text = f"Failed to retry run {run_id} due to error fetching workflow manifest"
            raise RequestError(ABORTED, text, cause=invalid("Workflow manifest cannot be empty").trace)
        if state != "FAILED":
            raise RequestError(ABORTED, "Workflow must be Failed/Error to retry")
        raise RequestError(UNIMPLEMENTED, "The local server does not retry runs")


def read_artifact(call: Call) -> dict[str, Any]:
    """Refuse to read an artifact here, as a cluster does for runs of compiled pipelines."""
    with call.context.store.read() as connection:
        found = connection.scalar(sa.select(_c.run_id).where(_c.run_id == call.arguments["run_id"]))
    if not found:
        raise UploadError(NOT_FOUND, "artifact not found: <nil>", early=True)
    text = "read artifact from run with v2 IR spec is not supported"
    raise UploadError(INTERNAL, f"Invalid input error: {text}", early=True)


def archive(call: Call) -> dict[str, Any]:
    """Archive a run; it goes on if it is running."""
    run_id = call.arguments["run_id"]
    with doing("Failed to archive a run"), call.context.store.write() as connection:
        with doing(f"Failed to archive run {run_id} as it failed to be retrieved"):
            _fetch(connection, run_id)
        _set_storage_state(connection, run_id, "ARCHIVED")
    return {}


def unarchive(call: Call) -> dict[str, Any]:
    """Bring a run back; its experiment must not be archived."""
    run_id = call.arguments["run_id"]
    with doing("Failed to unarchive a run"), call.context.store.write() as connection:
        with doing(f"Failed to unarchive run {run_id} as it does not exist"):
            experiment_id = _fetch(connection, run_id)["experiment_id"]
        with doing(f"Failed to unarchive run {run_id} due to experiment fetching error"):
            experiment = require_experiment(connection, experiment_id)
        if experiment["storage_state"] == "ARCHIVED":
            text = f"Failed to unarchive run {run_id} as experiment {experiment_id} must be un-archived first"
            cause = "Unarchive the experiment first to allow the run to be restored"
            raise RequestError(PRECONDITION, text, cause=cause)
        _set_storage_state(connection, run_id, "AVAILABLE")
    return {}


def _set_storage_state(connection: sa.Connection, run_id: str, state: str) -> None:
    connection.execute(runs.update().where(_c.run_id == run_id).values(storage_state=state))


HANDLERS: dict[str, Handler] = {
    "run_service_create_run": create,
    "run_service_get_run": get,
    "run_service_list_runs": list_page,
    "run_service_delete_run": delete,
    "run_service_terminate_run": terminate,
    "run_service_archive_run": archive,
    "run_service_unarchive_run": unarchive,
    "run_service_retry_run": retry,
    "run_service_read_artifact": read_artifact,
}
