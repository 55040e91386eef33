# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

from kfp_server_api._model import Model, field


class V2beta1MetadataValue(Model):
    """One value that a plugin recorded for a run. Since 2.17.0."""

    value: Any | None = None
    """Any JSON value; numbers are doubles, so integers above 2^53 lose digits."""
    render_type: str | None = field(default=None, enum="MetadataValueRenderType")
    """How the web UI shows it. One of `MetadataValueRenderType`."""
