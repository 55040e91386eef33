# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from kfp_server_api._model import Model, field

if TYPE_CHECKING:
    from kfp_server_api.models.google_rpc_status import GoogleRpcStatus
    from kfp_server_api.models.v2beta1_url import V2beta1Url


class V2beta1PipelineVersion(Model):
    """One compiled state of a pipeline; the newest is the default of its runs."""

    pipeline_id: str | None = None
    """`pipeline_id` of the parent. Required in the body of a create, although the path names it too."""
    pipeline_version_id: str | None = None
    """UUID, set by the server; what a caller sends is ignored."""
    display_name: str | None = None
    """Name shown to people; need not be unique since 2.14.0 and can be changed. Defaults to name."""
    name: str | None = field(default=None, since="2.14.0", always=True)
    """Name, unique in the pipeline, at most 127 bytes and never changed. Defaults to display_name; with the
    Kubernetes store it must be a DNS name. Since 2.14.0.
    """
    description: str | None = None
    """Free text; cannot be changed later."""
    created_at: datetime | None = None
    """When the server stored it, UTC in whole seconds. Set by the server. The newest version is the one with the
    latest time.
    """
    package_url: V2beta1Url | None = None
    """Where the server read the spec from; required in a create. Absent for uploads since 2.4.0."""
    code_source_url: str | None = None
    """Where the source code is. Servers up to 2.17.0 store it but never return it."""
    pipeline_spec: Any | None = None
    """Compiled pipeline as JSON: the IR itself, or `{"pipeline_spec": ..., "platform_spec": ...}` where it has
    Kubernetes settings. Set by the server from the package, normalised: comments and default values are gone.
    """
    error: GoogleRpcStatus | None = None
    """Set when the stored spec cannot be read; then only this and the ID are there."""
    tags: dict[str, str] | None = field(default=None, since="2.17.0")
    """Labels of up to 63 characters each, at most 20, no `.` in a key. Since 2.17.0."""
