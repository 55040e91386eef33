# SPDX-License-Identifier: Apache-2.0
"""Pipelines: named lists of versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from kfp_server_api.api.pipeline_service_api import PipelineServiceApi
from kfp_server_api.server.errors import exists, invalid, not_found
from kfp_server_api.server.resources.call import Call, Handler, Page
from kfp_server_api.server.resources.listing import listing, read_page
from kfp_server_api.server.resources.validation import check_length, check_tags, new_id
from kfp_server_api.server.store import rows
from kfp_server_api.server.store.tables import pipeline_versions, pipelines
from kfp_server_api.server.times import now

_c = pipelines.c

LISTING = listing("Pipeline", pipelines, PipelineServiceApi._list_pipelines)


def require_pipeline(connection: sa.Connection, pipeline_id: str) -> dict[str, Any]:
    """Return a pipeline's row.

    Raises:
        RequestError: there is none with this id.
    """
    row = rows.by_id(connection, pipelines, pipeline_id)
    if row is None:
        raise not_found("Pipeline", pipeline_id)
    return row


def names(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return name and display_name of a new pipeline or version: each stands for the other if missing."""
    name = body.get("name") or body.get("display_name") or ""
    return name, body.get("display_name") or name


def insert_pipeline(connection: sa.Connection, body: Mapping[str, Any]) -> dict[str, Any]:
    """Store a new pipeline and return its row.

    Raises:
        RequestError: the name or a tag is not allowed, or the name is taken.
    """
    name, display_name = names(body)
    if not name:
        raise invalid("name is required")
    check_length("Pipeline.Name", name, 128)
    check_tags(body.get("tags") or {})
    if connection.scalar(sa.select(_c.pipeline_id).where(_c.name == name)):
        text = f"Failed to create a new pipeline. The name {name} already exist. Please specify a new name"
        raise exists(text)
    pipeline_id = new_id()
    rows.insert(
        connection,
        pipelines,
        {
            "pipeline_id": pipeline_id,
            "name": name,
            "display_name": display_name,
            "description": body.get("description", ""),
            "created_at": now(),
            "tags": body.get("tags") or None,
        },
    )
    return require_pipeline(connection, pipeline_id)


def changes(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that a PATCH changes: a display_name that is not empty, and tags as a whole."""
    check_tags(body.get("tags") or {})
    found: dict[str, Any] = {}
    if body.get("display_name"):
        found["display_name"] = body["display_name"]
    if "tags" in body:
        found["tags"] = body["tags"] or None
    return found


def create(call: Call) -> dict[str, Any]:
    """Make a pipeline without versions."""
    with call.context.store.write() as connection:
        return insert_pipeline(connection, call.arguments["pipeline"])


def get(call: Call) -> dict[str, Any]:
    """Return one pipeline."""
    with call.context.store.read() as connection:
        return require_pipeline(connection, call.arguments["pipeline_id"])


def get_by_name(call: Call) -> dict[str, Any]:
    """Return the pipeline of a name, which is not its display_name."""
    name = call.arguments["name"]
    with call.context.store.read() as connection:
        row = connection.execute(sa.select(pipelines).where(_c.name == name)).mappings().first()
    if row is None:
        raise not_found("Namespace/Pipeline", f"/{name}")
    return dict(row)


def list_page(call: Call) -> Page:
    """Return a page of pipelines."""
    with call.context.store.read() as connection:
        return read_page(connection, LISTING, call.arguments)


def delete(call: Call) -> dict[str, Any]:
    """Delete a pipeline, with `cascade` its versions too; runs of it stay."""
    pipeline_id = call.arguments["pipeline_id"]
    versions = sa.select(pipeline_versions.c.pipeline_version_id)
    with call.context.store.write() as connection:
        require_pipeline(connection, pipeline_id)
        version = connection.scalar(versions.where(pipeline_versions.c.pipeline_id == pipeline_id))
        if version and not call.arguments.get("cascade"):
            raise invalid(
                f"Failed to delete pipeline with id {pipeline_id} as it has existing pipeline versions "
                f"(e.g. {version}). Set cascade=true to delete all versions"
            )
        connection.execute(pipelines.delete().where(_c.pipeline_id == pipeline_id))
    return {}


def update(call: Call) -> dict[str, Any]:
    """Change a pipeline's display_name and tags."""
    pipeline_id = call.arguments["pipeline_pipeline_id"]
    changed = changes(call.arguments["pipeline"])
    with call.context.store.write() as connection:
        require_pipeline(connection, pipeline_id)
        if changed:
            connection.execute(pipelines.update().where(_c.pipeline_id == pipeline_id).values(**changed))
        return require_pipeline(connection, pipeline_id)


HANDLERS: dict[str, Handler] = {
    "pipeline_service_create_pipeline": create,
    "pipeline_service_get_pipeline": get,
    "pipeline_service_get_pipeline_by_name": get_by_name,
    "pipeline_service_list_pipelines": list_page,
    "pipeline_service_delete_pipeline": delete,
    "pipeline_service_update_pipeline": update,
}
