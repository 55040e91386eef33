# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kfp_server_api._model import Model, field

if TYPE_CHECKING:
    from kfp_server_api.models.google_rpc_status import GoogleRpcStatus


class V2beta1Pipeline(Model):
    """A named series of versions of one compiled pipeline."""

    pipeline_id: str | None = None
    """UUID, set by the server; what a caller sends is ignored."""
    display_name: str | None = None
    """Name shown to people; need not be unique and can be changed. Defaults to name. Before 2.14.0 it is the
    unique name.
    """
    name: str | None = field(default=None, since="2.14.0", always=True)
    """Name, unique in the namespace, at most 128 bytes and never changed. Defaults to display_name; with the
    Kubernetes store it must be a DNS name. Since 2.14.0.
    """
    description: str | None = None
    """Free text; cannot be changed later."""
    created_at: datetime | None = None
    """When the server stored it, UTC in whole seconds. Set by the server."""
    namespace: str | None = None
    """Namespace it belongs to, at most 63 bytes. Empty means shared on a multi-user server; dropped on
    single-user ones.
    """
    error: GoogleRpcStatus | None = None
    """Set by the server when the stored pipeline cannot be read."""
    tags: dict[str, str] | None = field(default=None, since="2.17.0")
    """Labels of up to 63 characters each, at most 20, no `.` in a key. Since 2.17.0."""
