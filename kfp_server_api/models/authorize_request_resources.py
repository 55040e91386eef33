# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class AuthorizeRequestResources(Enum):
    """Resources that `auth_service_authorize` asks about."""

    UNASSIGNED_RESOURCES = "UNASSIGNED_RESOURCES"
    """Nothing; refused as missing."""
    VIEWERS = "VIEWERS"
    """Viewers that the web UI starts, such as TensorBoard."""
