# SPDX-License-Identifier: Apache-2.0
"""Pipeline versions: each holds one compiled pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from kfp_server_api.api.pipeline_service_api import PipelineServiceApi
from kfp_server_api.server.errors import exists, invalid, not_found
from kfp_server_api.server.packages.pipeline_spec import Package
from kfp_server_api.server.resources.call import Call, Handler, Page
from kfp_server_api.server.resources.listing import listing, read_page
from kfp_server_api.server.resources.pipelines import changes, names, require_pipeline
from kfp_server_api.server.resources.validation import check_length, check_tags, new_id
from kfp_server_api.server.store.tables import pipeline_versions
from kfp_server_api.server.times import now

_c = pipeline_versions.c

LISTING = listing(
    "PipelineVersion",
    pipeline_versions,
    PipelineServiceApi._list_pipeline_versions,
    {"status": sa.literal("READY"), "pipeline_spec": sa.type_coerce(_c.pipeline_spec, sa.Text)},
)


def require_version(connection: sa.Connection, version_id: str, pipeline_id: str = "") -> dict[str, Any]:
    """Return a version's row.

    Args:
        pipeline_id: the pipeline that it must be of; "" for any.

    Raises:
        RequestError: there is no such version.
    """
    where = [_c.pipeline_version_id == version_id]
    if pipeline_id:
        where.append(_c.pipeline_id == pipeline_id)
    row = connection.execute(sa.select(pipeline_versions).where(*where)).mappings().first()
    if row is None:
        raise not_found("PipelineVersion", version_id)
    return dict(row)


def latest_version(connection: sa.Connection, pipeline_id: str) -> dict[str, Any]:
    """Return the version of a pipeline that came last.

    Raises:
        RequestError: there is no such pipeline, or it has no version.
    """
    require_pipeline(connection, pipeline_id)
    newest = sa.select(pipeline_versions).where(_c.pipeline_id == pipeline_id).order_by(_c.arrival.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    if row is None:
        raise invalid(f"Pipeline {pipeline_id} has no versions")
    return dict(row)


def insert_version(
    connection: sa.Connection, pipeline_id: str, body: Mapping[str, Any], package: Package
) -> dict[str, Any]:
    """Store a new version of a pipeline and return its row.

    Raises:
        RequestError: the name or a tag is not allowed, or the name is taken.
    """
    name, display_name = names(body)
    check_length("PipelineVersion.Name", name, 127)
    check_tags(body.get("tags") or {})
    taken = sa.select(_c.pipeline_version_id).where(_c.pipeline_id == pipeline_id, _c.name == name)
    if connection.scalar(taken):
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
        "pipeline_spec": whole_spec(package_of(row)),
        "package_url": {"pipeline_url": url} if url else None,
    }


def get(call: Call) -> dict[str, Any]:
    """Return one version of a pipeline."""
    with call.context.store.read() as connection:
        row = require_version(connection, call.arguments["pipeline_version_id"], call.arguments["pipeline_id"])
    return to_reply(row)


def list_page(call: Call) -> Page:
    """Return a page of a pipeline's versions, with their specs."""
    pipeline_id = call.arguments["pipeline_id"]
    with call.context.store.read() as connection:
        require_pipeline(connection, pipeline_id)
        page = read_page(connection, LISTING, call.arguments, {"pipeline_id": pipeline_id})
    return page._replace(items=[to_reply(row) for row in page.items])


def delete(call: Call) -> dict[str, Any]:
    """Delete one version of a pipeline; runs of it stay."""
    version_id = call.arguments["pipeline_version_id"]
    with call.context.store.write() as connection:
        require_version(connection, version_id, call.arguments["pipeline_id"])
        connection.execute(pipeline_versions.delete().where(_c.pipeline_version_id == version_id))
    return {}


def update(call: Call) -> dict[str, Any]:
    """Change a version's display_name and tags."""
    version_id = call.arguments["pipeline_version_pipeline_version_id"]
    changed = changes(call.arguments["pipeline_version"])
    with call.context.store.write() as connection:
        row = require_version(connection, version_id, call.arguments["pipeline_version_pipeline_id"])
        if changed:
            change = pipeline_versions.update().where(_c.pipeline_version_id == version_id)
            connection.execute(change.values(**changed))
    return to_reply({**row, **changed})


HANDLERS: dict[str, Handler] = {
    "pipeline_service_get_pipeline_version": get,
    "pipeline_service_list_pipeline_versions": list_page,
    "pipeline_service_delete_pipeline_version": delete,
    "pipeline_service_update_pipeline_version": update,
}
