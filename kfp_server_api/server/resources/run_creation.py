# SPDX-License-Identifier: Apache-2.0
"""New runs: what a call asks for, held against what is there, in the order in which the API looks at it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from kfp_server_api.server.errors import (
    ABORTED,
    PRECONDITION,
    RequestError,
    doing,
    failing,
    internal,
    invalid,
)
from kfp_server_api.server.gotext import quote
from kfp_server_api.server.orchestration import run_process
from kfp_server_api.server.orchestration.recorder import insert_run
from kfp_server_api.server.orchestration.run_files import is_run_id
from kfp_server_api.server.packages.parameters import check_parameters
from kfp_server_api.server.packages.pipeline_spec import Package, parse_inline
from kfp_server_api.server.resources.call import Call
from kfp_server_api.server.resources.experiments import default_experiment_id, require_experiment
from kfp_server_api.server.resources.pipeline_versions import latest_version, package_of, require_version, whole_spec
from kfp_server_api.server.resources.validation import check_length, new_id, valid_pipeline
from kfp_server_api.server.store import pipeline_specs
from kfp_server_api.server.store.tables import experiments, runs

SERVICE_ACCOUNT = "pipeline-runner"
_LONGEST_NAME = 255
_MOST_PLUGINS, _PLUGIN, _PLUGINS = 16, 64 * 1024, 256 * 1024

_c = runs.c


class _Source(NamedTuple):
    """A pipeline to run, and the columns that say which version it is, if it is one."""

    package: Package
    columns: dict[str, Any]


def create_run(call: Call) -> tuple[dict[str, Any], dict[str, Any]]:
    """Store the run that a call asks for, and return its row and its whole pipeline spec.

    Raises:
        RequestError: it cannot be made.
    """
    body = call.arguments["run"]
    _check_plugins_output(body)
    with doing("CreateJob(job.ToV2())Failed to create a run due to conversion error"):
        _check_body(body)
    with doing("Failed to create a new run"), call.context.store.write() as connection:
        experiment = _experiment(connection, body)
        with failing("Failed to create a run due to error fetching manifest"), valid_pipeline():
            source = _source(connection, body)
        with doing("Failed to generate the ExecutionSpec", "invalid pipeline job inputs"), valid_pipeline():
            check_parameters(source.package.pipeline_spec, (body.get("runtime_config") or {}).get("parameters") or {})
        _check_recurring_run(body)
        spec = whole_spec(source.package)
        columns = {"experiment_id": experiment["experiment_id"], "spec_digest": pipeline_specs.keep(connection, spec)}
        with doing("Failed to create a run"):
            return _insert(connection, {**_own_columns(body), **source.columns, **columns}), spec


def _check_plugins_output(body: Mapping[str, Any]) -> None:
    if body.get("plugins_output"):
        text = "plugins_output is server-owned and populated exclusively via plugin lifecycle hooks"
        raise RequestError(ABORTED, text, cause="plugins_output must not be set by the client")


def _check_body(body: Mapping[str, Any]) -> None:
    _check_plugins_input(body.get("plugins_input") or {})
    with failing("Failed to convert a API run detail to its internal representation"):
        if not body.get("display_name"):
            raise invalid("Run name cannot be empty")
    with failing("Failed to convert API run to its internal representation"):
        check_length("Run.UUID", body.get("run_id", ""), 191)
        check_length("Run.ExperimentId", body.get("experiment_id", ""), 64)
    if body.get("run_id") and not is_run_id(body["run_id"]):
        raise invalid("A run_id begins with a letter or digit and has up to 64 letters, digits, '-' and '_'")
    reason = run_process.refusal()
    if reason:
        raise RequestError(PRECONDITION, f"This server cannot execute pipelines because {reason}")


def _check_recurring_run(body: Mapping[str, Any]) -> None:
    schedule = body.get("recurring_run_id")
    if schedule:
        with failing("Failed to create a run due to invalid recurring run id"):
            raise invalid(f"RecurringRunId doesn't exist: {schedule}")


def _check_plugins_input(plugins: Mapping[str, Any]) -> None:
    if len(plugins) > _MOST_PLUGINS:
        text = f"number of plugins_input entries ({len(plugins)}) exceeds maximum of {_MOST_PLUGINS}"
        raise invalid(f"Invalid plugins_input: {text}")
    sizes = {name: len(json.dumps(value, separators=(",", ":")).encode()) for name, value in plugins.items()}
    for name, size in sizes.items():
        if size > _PLUGIN:
            text = f"plugins_input[{quote(name)}] size ({size} bytes) exceeds maximum {_PLUGIN} bytes"
            raise invalid(f"Invalid plugins_input: {text}")
    if sum(sizes.values()) > _PLUGINS:
        text = f"plugins_input total size ({sum(sizes.values())} bytes) exceeds maximum {_PLUGINS} bytes"
        raise invalid(f"Invalid plugins_input: {text}")


def _experiment(connection: sa.Connection, body: Mapping[str, Any]) -> dict[str, Any]:
    experiment_id = body.get("experiment_id") or default_experiment_id(connection)
    outer = "Failed to create a run due to invalid experimentId and namespace combination"
    inner = f"Failed to fetch namespace from experiment {experiment_id}"
    with doing(outer, f"Failed to fetch namespace for experiment {experiment_id}", inner):
        return require_experiment(connection, experiment_id)


def _source(connection: sa.Connection, body: Mapping[str, Any]) -> _Source:
    """Return what a run executes: the version named, or the pipeline's latest, or the spec given."""
    reference = body.get("pipeline_version_reference") or {}
    version_id, pipeline_id = reference.get("pipeline_version_id"), reference.get("pipeline_id")
    if version_id or pipeline_id:
        with doing("Failed to fetch a template due to error retrieving pipeline version"):
            return _version_source(_version_of(connection, version_id, pipeline_id))
    if "pipeline_spec" not in body:
        raise invalid("Failed to fetch a template with an empty pipeline spec manifest")
    with doing("Failed to fetch a template with an invalid pipeline spec manifest"), valid_pipeline():
        return _Source(parse_inline(body["pipeline_spec"]), {})


def _version_of(connection: sa.Connection, version_id: str | None, pipeline_id: str | None) -> dict[str, Any]:
    outer = "Failed to fetch a pipeline version and its manifest from pipeline"
    if not version_id:
        with doing(f"{outer} {pipeline_id}"):
            return latest_version(connection, str(pipeline_id))
    with doing(f"{outer} version {version_id}", f"Failed to get a pipeline version with id {version_id}"):
        row = require_version(connection, version_id)
    if pipeline_id and row["pipeline_id"] != pipeline_id:
        owner = row["pipeline_id"]
        raise invalid(f"Pipeline version {version_id} belongs to pipeline {owner} (not {pipeline_id})")
    return row


def _version_source(row: Mapping[str, Any]) -> _Source:
    columns = {name: row[name] for name in ("pipeline_id", "pipeline_version_id")}
    return _Source(package_of(row), columns)


def _own_columns(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that a run takes from the call; a client may choose the id."""
    taken = (
        *("display_name", "description", "scheduled_at", "finished_at"),
        *("state_history", "runtime_config", "plugins_input"),
    )
    columns = {name: body[name] for name in taken if name in body}
    columns["run_id"] = body.get("run_id") or new_id()
    columns["service_account"] = body.get("service_account") or SERVICE_ACCOUNT
    if body.get("storage_state") == "ARCHIVED":
        columns["storage_state"] = "ARCHIVED"
    return columns


def _insert(connection: sa.Connection, values: Mapping[str, Any]) -> dict[str, Any]:
    storing = f"Failed to store run {values['run_id']} to table"
    if len(values["display_name"]) > _LONGEST_NAME:
        raise internal(storing, f"display_name has more than {_LONGEST_NAME} characters")
    if connection.scalar(sa.select(_c.run_id).where(_c.run_id == values["run_id"])):
        raise internal(storing, "a run with this id is there")
    row = insert_run(connection, values)
    of_experiment = experiments.c.experiment_id == row["experiment_id"]
    connection.execute(experiments.update().where(of_experiment).values(last_run_created_at=row["created_at"]))
    return row
