# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class AuthorizeRequestVerb(Enum):
    """What the caller of `auth_service_authorize` wants to do."""

    UNASSIGNED_VERB = "UNASSIGNED_VERB"
    """Nothing; refused as missing."""
    CREATE = "CREATE"
    """Create one."""
    GET = "GET"
    """Read one."""
    DELETE = "DELETE"
    """Delete one."""
