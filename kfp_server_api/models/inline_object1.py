# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from kfp_server_api._model import Model

if TYPE_CHECKING:
    from kfp_server_api.models.google_rpc_status import GoogleRpcStatus
    from kfp_server_api.models.v2beta1_url import V2beta1Url


class InlineObject1(Model):
    """Body of `pipeline_service_update_pipeline_version`: a version without its IDs. Since 2.17.0."""

    display_name: str | None = None
    """New name shown to people; absent or empty leaves it as it is."""
    name: str | None = None
    """Ignored; the name never changes."""
    description: str | None = None
    """Ignored by this operation."""
    created_at: datetime | None = None
    """Ignored; set by the server."""
    package_url: V2beta1Url | None = None
    """Ignored by this operation."""
    code_source_url: str | None = None
    """Ignored by this operation."""
    pipeline_spec: Any | None = None
    """Ignored; upload another version instead."""
    error: GoogleRpcStatus | None = None
    """Ignored; set by the server."""
    tags: dict[str, str] | None = None
    """The whole new set of tags: missing keys are removed, `{}` clears all, absent changes nothing. Labels of up
    to 63 characters each, at most 20, no `.` in a key.
    """
