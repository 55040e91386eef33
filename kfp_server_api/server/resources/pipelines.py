# SPDX-License-Identifier: Apache-2.0
"""Pipelines: named lists of versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import sqlalchemy as sa

from kfp_server_api.api.pipeline_service_api import PipelineServiceApi
from kfp_server_api.server.errors import doing, exists, failing, internal, invalid, not_found
from kfp_server_api.server.resources.call import Call, Handler, Page
from kfp_server_api.server.resources.listing import listing, read_query
from kfp_server_api.server.resources.pages import read_page
from kfp_server_api.server.resources.validation import check_length, check_tags, new_id
from kfp_server_api.server.store import rows
from kfp_server_api.server.store.folding import fold
from kfp_server_api.server.store.rows import Sql
from kfp_server_api.server.store.tables import pipeline_versions, pipelines
from kfp_server_api.server.times import now

_c = pipelines.c

LISTING = listing("Pipeline", pipelines, PipelineServiceApi._list_pipelines, things="pipelines")


def require_pipeline(connection: sa.Connection, pipeline_id: str) -> dict[str, Any]:
    """Return a pipeline's row.

    Raises:
        RequestError: there is none with this id.
    """
    row = rows.first(connection, pipelines, pipeline_id=pipeline_id)
    if row is None:
        raise not_found("Pipeline", pipeline_id)
    return row


def names(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return name and display_name of a new pipeline or version: each stands for the other if missing."""
    name = body.get("name") or body.get("display_name") or ""
    return name, body.get("display_name") or name


def check_names(body: Mapping[str, Any], word: str, limit: int) -> None:
    """Refuse names of a new pipeline or version, `word` for short, that are longer than the API takes."""
    check_length(f"{word}.Name", names(body)[0], limit)
    check_length(f"{word}.Namespace", body.get("namespace", ""), 63)


def insert_pipeline(
    connection: sa.Connection, body: Mapping[str, Any], ending: str = "already exist. Please specify a new name"
) -> dict[str, Any]:
    """Store a new pipeline and return its row.

    Args:
        ending: of the sentence that says that the name is taken.

    Raises:
        RequestError: the name is taken.
    """
    name, display_name = names(body)
    if rows.first(connection, pipelines, name_key=fold(name)):
        raise exists(f"Failed to create a new pipeline. The name {name} {ending}")
    values = {"pipeline_id": new_id(), "name": name, "display_name": display_name, "created_at": now()}
    description, tags = body.get("description", ""), body.get("tags") or None
    return rows.insert(connection, pipelines, {**values, "description": description, "tags": tags})


def changes(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that a PATCH changes: a display_name that is not empty, and tags as a whole."""
    check_tags(body.get("tags") or {})
    found: dict[str, Any] = {}
    if body.get("display_name"):
        found["display_name"] = body["display_name"]
        found["display_name_key"] = fold(body["display_name"])
    if "tags" in body:
        found["tags"] = body["tags"] or None
    return found


def refuse_unknown(body: Mapping[str, Any], word: str, id: str) -> NoReturn:
    """Raise the error for a PATCH of what is not there: tags of nothing are a failure of the server's own."""
    if body.get("tags"):
        raise internal(f"Failed to update {word}", f"there is no {word} {id} for the tags")
    raise not_found(word, id)


def create(call: Call) -> dict[str, Any]:
    """Make a pipeline without versions."""
    body = call.arguments["pipeline"]
    failure = "Failed to convert API pipeline to model pipeline"
    with doing("Failed to create a pipeline as pipeline conversion failed"), failing(failure):
        check_names(body, "Pipeline", 128)
    with doing("Failed to create a pipeline due to server error"):
        if not names(body)[0]:
            raise invalid("name is required")
        check_tags(body.get("tags") or {})
        with doing("Failed to create a pipeline in PipelineStore"), call.context.store.write() as connection:
            return insert_pipeline(connection, body)


def get(call: Call) -> dict[str, Any]:
    """Return one pipeline."""
    pipeline_id = call.arguments["pipeline_id"]
    with doing(f"Failed to get a pipeline {pipeline_id}. Check error stack"):
        if not pipeline_id:
            raise invalid("Failed to get a pipeline. Pipeline id cannot be empty")
        with doing(f"Failed to get a pipeline with id {pipeline_id}"), call.context.store.read() as connection:
            return require_pipeline(connection, pipeline_id)


def get_by_name(call: Call) -> dict[str, Any]:
    """Return the pipeline of a name, which is not its display_name."""
    name, namespace = call.arguments["name"], call.arguments.get("namespace", "")
    with call.context.store.read() as connection:
        row = rows.first(connection, pipelines, name_key=fold(name))
    if row is None:
        outer = f"Failed to get a pipeline with name {name} and namespace {namespace}. Check error stack."
        with doing(outer, f"Failed to get a pipeline named {name} in namespace "):
            raise not_found("Namespace/Pipeline", f"/{name}")
    return row


def list_page(call: Call) -> Page:
    """Return a page of pipelines."""
    query = read_query(LISTING, call.arguments)
    with call.context.store.read() as connection:
        return read_page(connection, LISTING, query)


def delete(call: Call) -> dict[str, Any]:
    """Delete a pipeline, with `cascade` its versions too; runs of it stay."""
    pipeline_id = call.arguments["pipeline_id"]
    with doing(f"Failed to delete pipeline {pipeline_id}. Check error stack"):
        if not pipeline_id:
            raise invalid("Failed to delete a pipeline due missing pipeline id")
        with call.context.store.write() as connection:
            with doing(f"Failed to delete pipeline with id {pipeline_id} as it was not found"):
                require_pipeline(connection, pipeline_id)
            _check_versions(connection, pipeline_id, bool(call.arguments.get("cascade")))
            connection.execute(pipelines.delete().where(_c.pipeline_id == pipeline_id))
    return {}


def _check_versions(connection: sa.Connection, pipeline_id: str, cascade: bool) -> None:
    version = None if cascade else newest_version(connection, pipeline_id)
    if version:
        raise invalid(
            f"Failed to delete pipeline with id {pipeline_id} as it has existing pipeline versions "
            f"(e.g. {version['pipeline_version_id']}). Set cascade=true to delete all versions"
        )


def newest_version(connection: sa.Connection, pipeline_id: str) -> dict[str, Any] | None:
    """Return the version of a pipeline that came last, None where it has none."""
    last = Sql("WHERE pipeline_id = ? ORDER BY arrival DESC LIMIT 1", (pipeline_id,))
    return next(iter(rows.select(connection, pipeline_versions, last)), None)


def update(call: Call) -> dict[str, Any]:
    """Change a pipeline's display_name and tags."""
    pipeline_id, body = call.arguments["pipeline_pipeline_id"], call.arguments["pipeline"]
    if not pipeline_id:
        raise invalid("Failed to update a pipeline. Pipeline id cannot be empty")
    with doing(f"Failed to update pipeline {pipeline_id}. Check error stack"):
        changed = changes(body)
        with call.context.store.write() as connection:
            if changed:
                connection.execute(pipelines.update().where(_c.pipeline_id == pipeline_id).values(**changed))
            row = rows.first(connection, pipelines, pipeline_id=pipeline_id)
            return row or refuse_unknown(body, "Pipeline", pipeline_id)


HANDLERS: dict[str, Handler] = {
    "pipeline_service_create_pipeline": create,
    "pipeline_service_get_pipeline": get,
    "pipeline_service_get_pipeline_by_name": get_by_name,
    "pipeline_service_list_pipelines": list_page,
    "pipeline_service_delete_pipeline": delete,
    "pipeline_service_update_pipeline": update,
}
