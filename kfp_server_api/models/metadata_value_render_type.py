# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class MetadataValueRenderType(Enum):
    """How the web UI shows a value of a plugin. Since 2.17.0."""

    UNSPECIFIED = "UNSPECIFIED"
    """As plain text."""
    URL = "URL"
    """As a link."""
