# SPDX-License-Identifier: Apache-2.0
"""Runs: one execution each of a pipeline version or of a spec that came with the call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from kfp_server_api.api.run_service_api import RunServiceApi
from kfp_server_api.server.errors import ABORTED, PRECONDITION, RequestError, exists, invalid, not_found
from kfp_server_api.server.orchestration import run_process
from kfp_server_api.server.orchestration.recorder import PLUGIN, change_run, insert_run
from kfp_server_api.server.orchestration.run_files import is_run_id
from kfp_server_api.server.packages.parameters import check_parameters
from kfp_server_api.server.packages.pipeline_spec import Package, parse_inline
from kfp_server_api.server.resources.call import Call, Handler, Page
from kfp_server_api.server.resources.experiments import default_experiment_id, require_experiment
from kfp_server_api.server.resources.listing import listing, read_page
from kfp_server_api.server.resources.pipeline_versions import latest_version, package_of, require_version, whole_spec
from kfp_server_api.server.resources.tasks import error_of, task_details
from kfp_server_api.server.resources.validation import new_id, valid_pipeline
from kfp_server_api.server.store import pipeline_specs, rows, run_values
from kfp_server_api.server.store.tables import experiments, runs
from kfp_server_api.server.times import now

SERVICE_ACCOUNT = "pipeline-runner"

_c = runs.c
_V1_STATES = {
    "PENDING": "Pending",
    "RUNNING": "Running",
    "SUCCEEDED": "Succeeded",
    "SKIPPED": "Skipped",
    "FAILED": "Failed",
    "CANCELING": "Terminating",
}

LISTING = listing(
    "Run",
    runs,
    RunServiceApi._list_runs,
    {
        "status": sa.case(_V1_STATES, value=_c.state, else_=""),
        "namespace": sa.literal(""),
        "state_history": sa.type_coerce(_c.state_history, sa.Text),
        "runtime_details": sa.literal(""),
        "metric:": None,
    },
)


class _Source(NamedTuple):
    """A pipeline to run, and the columns that say which version it is, if it is one."""

    package: Package
    columns: dict[str, Any]


def create(call: Call) -> dict[str, Any]:
    """Make a run and start it, or let it wait while as many as may run at once are running."""
    body = call.arguments["run"]
    _check_body(body)
    with call.context.store.write() as connection, valid_pipeline():
        experiment = _experiment(connection, body)
        source = _source(connection, body)
        check_parameters(source.package.pipeline_spec, (body.get("runtime_config") or {}).get("parameters") or {})
        spec = whole_spec(source.package)
        columns = {"experiment_id": experiment["experiment_id"], "spec_digest": pipeline_specs.keep(connection, spec)}
        row = _insert(connection, {**_own_columns(body), **source.columns, **columns})
    call.context.run_queue.wake()
    return to_reply(row, {row["spec_digest"]: spec}, [])


def _check_body(body: Mapping[str, Any]) -> None:
    if not body.get("display_name"):
        raise invalid("Run name cannot be empty")
    if body.get("plugins_output"):
        text = "plugins_output is server-owned and populated exclusively via plugin lifecycle hooks"
        raise RequestError(ABORTED, text)
    if body.get("recurring_run_id"):
        raise not_found("Job", body["recurring_run_id"])
    _check_plugins_input(body.get("plugins_input") or {})
    if body.get("run_id") and not is_run_id(body["run_id"]):
        raise invalid("A run_id begins with a letter or digit and has up to 64 letters, digits, '-' and '_'")
    reason = run_process.refusal()
    if reason:
        raise RequestError(PRECONDITION, f"This server cannot execute pipelines because {reason}")


def _check_plugins_input(plugins: Mapping[str, Any]) -> None:
    sizes = [len(json.dumps(value)) for value in plugins.values()]
    if len(plugins) > 16:
        raise invalid("Invalid plugins_input: more than 16 keys")
    if max(sizes, default=0) > 64 * 1024 or sum(sizes) > 256 * 1024:
        raise invalid("Invalid plugins_input: more than 64 KiB in one entry or 256 KiB in all")


def _experiment(connection: sa.Connection, body: Mapping[str, Any]) -> dict[str, Any]:
    experiment_id = body.get("experiment_id") or default_experiment_id(connection)
    return require_experiment(connection, experiment_id)


def _source(connection: sa.Connection, body: Mapping[str, Any]) -> _Source:
    """Return what a run executes: the version named, or the pipeline's latest, or the spec given."""
    reference = body.get("pipeline_version_reference") or {}
    version_id, pipeline_id = reference.get("pipeline_version_id"), reference.get("pipeline_id")
    if version_id:
        return _version_source(_version_of(connection, version_id, pipeline_id))
    if pipeline_id:
        return _version_source(latest_version(connection, pipeline_id))
    if not body.get("pipeline_spec"):
        raise invalid("A run needs a pipeline_version_reference or a pipeline_spec")
    return _Source(parse_inline(body["pipeline_spec"]), {})


def _version_of(connection: sa.Connection, version_id: str, pipeline_id: str | None) -> dict[str, Any]:
    row = require_version(connection, version_id)
    if pipeline_id and row["pipeline_id"] != pipeline_id:
        raise invalid(f"PipelineVersion {version_id} does not belong to pipeline {pipeline_id}")
    return row


def _version_source(row: Mapping[str, Any]) -> _Source:
    columns = {name: row[name] for name in ("pipeline_id", "pipeline_version_id")}
    return _Source(package_of(row), columns)


def _own_columns(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that a run takes from the call; a client may choose the id."""
    taken = ("display_name", "description", "scheduled_at", "runtime_config", "plugins_input")
    columns = {name: body[name] for name in taken if name in body}
    columns["run_id"] = body.get("run_id") or new_id()
    columns["service_account"] = body.get("service_account") or SERVICE_ACCOUNT
    if body.get("storage_state") == "ARCHIVED":
        columns["storage_state"] = "ARCHIVED"
    return columns


def _insert(connection: sa.Connection, values: Mapping[str, Any]) -> dict[str, Any]:
    if connection.scalar(sa.select(_c.run_id).where(_c.run_id == values["run_id"])):
        raise exists(f"Run {values['run_id']} already exists")
    row = insert_run(connection, values)
    of_experiment = experiments.c.experiment_id == row["experiment_id"]
    connection.execute(experiments.update().where(of_experiment).values(last_run_created_at=row["created_at"]))
    return row


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
    row = rows.by_id(connection, runs, run_id)
    if row is None:
        raise not_found("Run", run_id)
    return row


def get(call: Call) -> dict[str, Any]:
    """Return one run with its tasks."""
    with call.context.store.read() as connection:
        return _replies(connection, [require_run(connection, call.arguments["run_id"])])[0]


def list_page(call: Call) -> Page:
    """Return a page of runs with their tasks, those of one experiment if it is named.

    A large output value stands in a run once, where a run by itself has it under all its names.
    """
    experiment_id = call.arguments.get("experiment_id")
    with call.context.store.read() as connection:
        if experiment_id:
            require_experiment(connection, experiment_id)
        page = read_page(connection, LISTING, call.arguments, {"experiment_id": experiment_id} if experiment_id else {})
        for row in page.items:
            if row["plugins_output"]:
                row["plugins_output"][PLUGIN]["entries"] = run_values.once(_output_values(row))
        return page._replace(items=_replies(connection, page.items))


def delete(call: Call) -> dict[str, Any]:
    """Delete a run in any state; one that is going on is ended."""
    run_id = call.arguments["run_id"]
    with call.context.store.write() as connection:
        row = require_run(connection, run_id)
        connection.execute(runs.delete().where(_c.run_id == run_id))
        pipeline_specs.drop_unused(connection, row["spec_digest"])
        call.context.run_queue.discard(run_id)
    return {}


def terminate(call: Call) -> dict[str, Any]:
    """End a run: its state is CANCELING at once and FAILED when its processes have ended."""
    run_id = call.arguments["run_id"]
    with call.context.store.write() as connection:
        require_run(connection, run_id)
        if not change_run(connection, run_id, "CANCELING", now()):
            raise invalid(f"Failed to terminate a run {run_id}. Row not found")
        call.context.run_queue.terminate(connection, run_id)
    return {}


def archive(call: Call) -> dict[str, Any]:
    """Archive a run; it goes on if it is running."""
    with call.context.store.write() as connection:
        require_run(connection, call.arguments["run_id"])
        _set_storage_state(connection, call.arguments["run_id"], "ARCHIVED")
    return {}


def unarchive(call: Call) -> dict[str, Any]:
    """Bring a run back; its experiment must not be archived."""
    run_id = call.arguments["run_id"]
    with call.context.store.write() as connection:
        experiment_id = require_run(connection, run_id)["experiment_id"]
        if require_experiment(connection, experiment_id)["storage_state"] == "ARCHIVED":
            raise RequestError(
                PRECONDITION,
                f"Failed to unarchive run {run_id} as experiment {experiment_id} must be un-archived first",
            )
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
}
