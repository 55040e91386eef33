# SPDX-License-Identifier: Apache-2.0
"""Experiments: groups of runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from kfp_server_api.api.experiment_service_api import ExperimentServiceApi
from kfp_server_api.server.errors import ABORTED, RequestError, exists, invalid, not_found
from kfp_server_api.server.resources.call import Call, Handler, Page
from kfp_server_api.server.resources.listing import listing, read_page
from kfp_server_api.server.resources.validation import check_length, new_id
from kfp_server_api.server.store import rows
from kfp_server_api.server.store.tables import experiments, runs, settings
from kfp_server_api.server.times import now

_c = experiments.c
_OF_NAME = sa.select(_c.experiment_id).where(_c.display_name == sa.bindparam("name"))
_DEFAULT = "default_experiment_id"

LISTING = listing("Experiment", experiments, ExperimentServiceApi._list_experiments)


def require_experiment(connection: sa.Connection, experiment_id: str) -> dict[str, Any]:
    """Return an experiment's row.

    Raises:
        RequestError: there is none with this id.
    """
    row = rows.by_id(connection, experiments, experiment_id)
    if row is None:
        raise not_found("Experiment", experiment_id)
    return row


def default_experiment_id(connection: sa.Connection) -> str:
    """Return the id of the experiment for runs that name none, which is made when it is missing.

    Its id is remembered, so that no other experiment takes its place.
    """
    query = sa.select(settings.c.value).where(settings.c.name == _DEFAULT)
    remembered: str | None = connection.scalar(query)
    if remembered:
        return remembered
    same_name = sa.select(_c.experiment_id).where(_c.display_name == "Default")
    chosen: str = connection.scalar(same_name) or _insert(
        connection,
        {
            "display_name": "Default",
            "description": "All runs created without specifying an experiment will be grouped here.",
        },
    )
    connection.execute(settings.insert().values(name=_DEFAULT, value=chosen))
    return chosen


def _insert(connection: sa.Connection, body: Mapping[str, Any]) -> str:
    experiment_id = new_id()
    rows.insert(
        connection,
        experiments,
        {
            "experiment_id": experiment_id,
            "display_name": body["display_name"],
            "description": body.get("description", ""),
            "created_at": now(),
            "storage_state": "AVAILABLE",
        },
    )
    return experiment_id


def create(call: Call) -> dict[str, Any]:
    """Make an experiment; its name must be free."""
    body = call.arguments["experiment"]
    name = body.get("display_name", "")
    if not name:
        raise invalid("Experiment must have a non-empty name")
    check_length("Experiment.Name", name, 128)
    with call.context.store.write() as connection:
        if connection.scalar(_OF_NAME, {"name": name}):
            raise exists(
                f"Failed to create a new experiment. The name {name} already exists. Please specify a new name"
            )
        return require_experiment(connection, _insert(connection, body))


def get(call: Call) -> dict[str, Any]:
    """Return one experiment."""
    with call.context.store.read() as connection:
        return require_experiment(connection, call.arguments["experiment_id"])


def list_page(call: Call) -> Page:
    """Return a page of experiments."""
    with call.context.store.read() as connection:
        return read_page(connection, LISTING, call.arguments)


def delete(call: Call) -> dict[str, Any]:
    """Delete an experiment; its runs stay."""
    experiment_id = call.arguments["experiment_id"]
    with call.context.store.write() as connection:
        require_experiment(connection, experiment_id)
        if experiment_id == default_experiment_id(connection):
            text = f"Failed to delete experiment {experiment_id}. The default experiment cannot be deleted"
            raise RequestError(ABORTED, text)
        connection.execute(experiments.delete().where(_c.experiment_id == experiment_id))
    return {}


def archive(call: Call) -> dict[str, Any]:
    """Archive an experiment and all its runs; those that are running go on."""
    experiment_id = call.arguments["experiment_id"]
    with call.context.store.write() as connection:
        _set_storage_state(connection, experiment_id, "ARCHIVED")
        connection.execute(runs.update().where(runs.c.experiment_id == experiment_id).values(storage_state="ARCHIVED"))
    return {}


def unarchive(call: Call) -> dict[str, Any]:
    """Bring an experiment back; its runs stay archived."""
    with call.context.store.write() as connection:
        _set_storage_state(connection, call.arguments["experiment_id"], "AVAILABLE")
    return {}


def _set_storage_state(connection: sa.Connection, experiment_id: str, state: str) -> None:
    require_experiment(connection, experiment_id)
    connection.execute(experiments.update().where(_c.experiment_id == experiment_id).values(storage_state=state))


HANDLERS: dict[str, Handler] = {
    "experiment_service_create_experiment": create,
    "experiment_service_get_experiment": get,
    "experiment_service_list_experiments": list_page,
    "experiment_service_delete_experiment": delete,
    "experiment_service_archive_experiment": archive,
    "experiment_service_unarchive_experiment": unarchive,
}
