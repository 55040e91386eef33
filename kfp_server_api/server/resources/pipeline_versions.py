# SPDX-License-Identifier: Apache-2.0
"""Pipeline versions: each holds one compiled pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from kfp_server_api.api.pipeline_service_api import PipelineServiceApi
from kfp_server_api.server.errors import doing, exists, invalid, not_found
from kfp_server_api.server.packages.pipeline_spec import Package
from kfp_server_api.server.resources.call import Call, Handler, Page
from kfp_server_api.server.resources.listing import listing, read_query
from kfp_server_api.server.resources.pages import read_page
from kfp_server_api.server.resources.pipelines import (
    changes,
    names,
    newest_version,
    refuse_unknown,
    require_pipeline,
)
from kfp_server_api.server.resources.validation import new_id
from kfp_server_api.server.store import rows
from kfp_server_api.server.store.folding import fold
from kfp_server_api.server.store.tables import pipeline_versions
from kfp_server_api.server.times import now

_c = pipeline_versions.c

LISTING = listing(
    "PipelineVersion",
    pipeline_versions,
    PipelineServiceApi._list_pipeline_versions,
    {"status": "'READY'"},
    things="pipeline versions",
)


def require_version(connection: sa.Connection, version_id: str) -> dict[str, Any]:
    """Return a version's row.

    Raises:
        RequestError: there is none with this id.
    """
    row = rows.first(connection, pipeline_versions, pipeline_version_id=version_id)
    if row is None:
        raise not_found("PipelineVersion", version_id)
    return row


def latest_version(connection: sa.Connection, pipeline_id: str) -> dict[str, Any]:
    """Return the version of a pipeline that came last.

    Raises:
        RequestError: there is no such pipeline, or it has no version.
    """
    with doing("Failed to get the latest pipeline version as pipeline was not found"):
        require_pipeline(connection, pipeline_id)
    row = newest_version(connection, pipeline_id)
    if row is None:
        with doing("Failed to get the latest pipeline version for a pipeline"):
            raise not_found("PipelineVersion", pipeline_id)
    return row


def insert_version(
    connection: sa.Connection, pipeline_id: str, body: Mapping[str, Any], package: Package
) -> dict[str, Any]:
    """Store a new version of a pipeline and return its row.

    Raises:
        RequestError: the name is taken.
    """
    name, display_name = names(body)
    if rows.first(connection, pipeline_versions, pipeline_id=pipeline_id, name_key=fold(name)):
        raise exists(f"Failed to create a new pipeline version. The name {name} already exist. Specify a new name")
    version_id = new_id()
    connection.execute(
        pipeline_versions.insert().values(
            pipeline_version_id=version_id,
            pipeline_id=pipeline_id,
            name=name,
            display_name=display_name,
            description=body.get("description", ""),
            created_at=now(),
            code_source_url=body.get("code_source_url", ""),
            tags=body.get("tags") or None,
            **package._asdict(),
        )
    )
    return require_version(connection, version_id)


def package_of(row: Mapping[str, Any]) -> Package:
    """Return the compiled pipeline of a version's row."""
    return Package(row["pipeline_spec"], row["platform_spec"])


def whole_spec(package: Package) -> dict[str, Any]:
    """Return a compiled pipeline as one value: a spec with platform settings stands in a wrapper with them."""
    return package._asdict() if package.platform_spec else package.pipeline_spec


def to_reply(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a version as the API shows it."""
    url = row["package_url"]
    return {
        **row,
        "code_source_url": None,  # servers of this release keep it to themselves
        "pipeline_spec": whole_spec(package_of(row)),
        "package_url": {"pipeline_url": url} if url else None,
    }


def get(call: Call) -> dict[str, Any]:
    """Return one version, whichever pipeline the call names."""
    version_id = call.arguments["pipeline_version_id"]
    inner = f"Failed to get a pipeline version with id {version_id}"
    with doing(f"Failed to get a pipeline version {version_id}", inner), call.context.store.read() as connection:
        return to_reply(require_version(connection, version_id))


def list_page(call: Call) -> Page:
    """Return a page of a pipeline's versions, with their specs."""
    pipeline_id = call.arguments["pipeline_id"]
    query = read_query(LISTING, call.arguments)
    with doing(f"Failed to list pipeline versions for pipeline {pipeline_id}"):
        if not pipeline_id:
            raise invalid("Failed to list pipeline versions. Pipeline id cannot be empty")
        with call.context.store.read() as connection:
            with doing(*_fetching(pipeline_id)):
                require_pipeline(connection, pipeline_id)
            page = read_page(connection, LISTING, query, {"pipeline_id": pipeline_id})
    return page._replace(items=[to_reply(row) for row in page.items])


def _fetching(pipeline_id: str) -> tuple[str, ...]:
    return (
        f"Failed to list pipeline versions due to error fetching the namespace for pipeline {pipeline_id}",
        f"Failed to get namespace for pipeline id {pipeline_id}",
        f"Failed to get a pipeline with id {pipeline_id}",
    )


def delete(call: Call) -> dict[str, Any]:
    """Delete one version, whichever pipeline the call names; runs of it stay."""
    version_id, pipeline_id = call.arguments["pipeline_version_id"], call.arguments["pipeline_id"]
    if not version_id:
        raise invalid("Failed to delete a pipeline version due missing pipeline version id")
    if not pipeline_id:
        raise invalid(f"Failed to delete a pipeline version {version_id} due missing pipeline id")
    outer = f"Failed to delete a pipeline version id {version_id} under pipeline id {pipeline_id}. Check error stack"
    with doing(outer), call.context.store.write() as connection:
        with doing(f"Failed to delete pipeline version with id {version_id} as it was not found"):
            require_version(connection, version_id)
        connection.execute(pipeline_versions.delete().where(_c.pipeline_version_id == version_id))
    return {}


def update(call: Call) -> dict[str, Any]:
    """Change a version's display_name and tags, whichever pipeline the call names."""
    version_id = call.arguments["pipeline_version_pipeline_version_id"]
    body = call.arguments["pipeline_version"]
    if not version_id:
        raise invalid("Failed to update a pipeline version. Pipeline version id cannot be empty")
    if not call.arguments["pipeline_version_pipeline_id"]:
        raise invalid(f"Failed to update pipeline version {version_id}. Pipeline id cannot be empty")
    with doing(f"Failed to update pipeline version {version_id}. Check error stack"):
        changed = changes(body)
        with call.context.store.write() as connection:
            if changed:
                change = pipeline_versions.update().where(_c.pipeline_version_id == version_id)
                connection.execute(change.values(**changed))
            row = rows.first(connection, pipeline_versions, pipeline_version_id=version_id)
            return to_reply(row) if row else refuse_unknown(body, "PipelineVersion", version_id)


HANDLERS: dict[str, Handler] = {
    "pipeline_service_get_pipeline_version": get,
    "pipeline_service_list_pipeline_versions": list_page,
    "pipeline_service_delete_pipeline_version": delete,
    "pipeline_service_update_pipeline_version": update,
}
