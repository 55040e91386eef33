# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class AuthorizeRequestVerb(Enum):
    """Actions that `auth_service_authorize` asks about."""

    UNASSIGNED_VERB = "UNASSIGNED_VERB"
    """Nothing; refused as missing."""
    CREATE = "CREATE"
    """Create one."""
    GET = "GET"
    """Read one."""
    DELETE = "DELETE"
    """Delete one."""
