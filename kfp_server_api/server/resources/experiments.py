# SPDX-License-Identifier: Apache-2.0
"""Experiments: groups of runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from kfp_server_api.api.experiment_service_api import ExperimentServiceApi
from kfp_server_api.server.errors import ABORTED, RequestError, doing, exists, failing, invalid, not_found
from kfp_server_api.server.resources.call import Call, Handler, Page
from kfp_server_api.server.resources.listing import listing, read_query
from kfp_server_api.server.resources.pages import read_page
from kfp_server_api.server.resources.validation import check_length, new_id
from kfp_server_api.server.store import rows
from kfp_server_api.server.store.folding import fold
from kfp_server_api.server.store.tables import experiments, runs, settings
from kfp_server_api.server.times import now

_c = experiments.c
_DEFAULT = "default_experiment_id"

LISTING = listing("Experiment", experiments, ExperimentServiceApi._list_experiments)


def require_experiment(connection: sa.Connection, experiment_id: str) -> dict[str, Any]:
    """Return an experiment's row.

    Raises:
        RequestError: there is none with this id.
    """
    row = rows.first(connection, experiments, experiment_id=experiment_id)
    if row is None:
        raise not_found("Experiment", experiment_id)
    return row


def default_experiment_id(connection: sa.Connection) -> str:
    """Return the id of the experiment for runs that name none, which is made when it is missing.

    Its id is remembered, so that no other experiment takes its place.
    """
    remembered = rows.first(connection, settings, name=_DEFAULT)
    if remembered:
        return str(remembered["value"])
    description = "All runs created without specifying an experiment will be grouped here."
    chosen = _of_name(connection, "Default") or _insert(connection, "Default", description)
    rows.insert(connection, settings, {"name": _DEFAULT, "value": chosen["experiment_id"]})
    return str(chosen["experiment_id"])


def _of_name(connection: sa.Connection, name: str) -> dict[str, Any] | None:
    return rows.first(connection, experiments, display_name_key=fold(name))


def _insert(connection: sa.Connection, name: str, description: str) -> dict[str, Any]:
    values = {"experiment_id": new_id(), "display_name": name, "description": description, "created_at": now()}
    return rows.insert(connection, experiments, {**values, "storage_state": "AVAILABLE"})


def create(call: Call) -> dict[str, Any]:
    """Make an experiment; its name must be free."""
    body = call.arguments["experiment"]
    name = body.get("display_name", "")
    with doing("[ExperimentServer]: Failed to create a experiment due to conversion error"):
        _check_body(body)
    with doing("Failed to create a experiment"), call.context.store.write() as connection:
        if _of_name(connection, name):
            raise exists(
                f"Failed to create a new experiment. The name {name} already exists. Please specify a new name"
            )
        return _insert(connection, name, body.get("description", ""))


def _check_body(body: Mapping[str, Any]) -> None:
    with failing("Failed to convert API experiment to model experiment"):
        if not body.get("display_name"):
            raise invalid("Experiment must have a non-empty name")
        check_length("Experiment.Name", body["display_name"], 128)
        check_length("Experiment.Namespace", body.get("namespace", ""), 63)


def get(call: Call) -> dict[str, Any]:
    """Return one experiment."""
    with doing("Failed to fetch experiment"), call.context.store.read() as connection:
        return require_experiment(connection, call.arguments["experiment_id"])


def list_page(call: Call) -> Page:
    """Return a page of experiments."""
    query = read_query(LISTING, call.arguments)
    with doing("List experiments failed"), call.context.store.read() as connection:
        return read_page(connection, LISTING, query)


def delete(call: Call) -> dict[str, Any]:
    """Delete an experiment; its runs stay."""
    experiment_id = call.arguments["experiment_id"]
    with doing("Failed to delete experiment"), call.context.store.write() as connection:
        if experiment_id == default_experiment_id(connection):
            text = f"Failed to delete experiment {experiment_id}. The default experiment cannot be deleted"
            cause = invalid(f"Experiment id cannot be equal to the default id {experiment_id}")
            raise RequestError(ABORTED, text, cause=cause.trace)
        with doing(f"Failed to delete experiment {experiment_id} due to error fetching it"):
            require_experiment(connection, experiment_id)
        connection.execute(experiments.delete().where(_c.experiment_id == experiment_id))
    return {}


def archive(call: Call) -> dict[str, Any]:
    """Archive an experiment and all its runs; those that are running go on. One that is not there is no error."""
    experiment_id = call.arguments["experiment_id"]
    with call.context.store.write() as connection:
        _set_storage_state(connection, experiment_id, "ARCHIVED")
        connection.execute(runs.update().where(runs.c.experiment_id == experiment_id).values(storage_state="ARCHIVED"))
    return {}


def unarchive(call: Call) -> dict[str, Any]:
    """Bring an experiment back; its runs stay archived. One that is not there is no error."""
    with call.context.store.write() as connection:
        _set_storage_state(connection, call.arguments["experiment_id"], "AVAILABLE")
    return {}


def _set_storage_state(connection: sa.Connection, experiment_id: str, state: str) -> None:
    connection.execute(experiments.update().where(_c.experiment_id == experiment_id).values(storage_state=state))


HANDLERS: dict[str, Handler] = {
    "experiment_service_create_experiment": create,
    "experiment_service_get_experiment": get,
    "experiment_service_list_experiments": list_page,
    "experiment_service_delete_experiment": delete,
    "experiment_service_archive_experiment": archive,
    "experiment_service_unarchive_experiment": unarchive,
}
