# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class V2beta1RecurringRunStatus(Enum):
    """Whether a recurring run starts runs."""

    STATUS_UNSPECIFIED = "STATUS_UNSPECIFIED"
    """Not seen in replies."""
    ENABLED = "ENABLED"
    """It starts runs."""
    DISABLED = "DISABLED"
    """It starts none until enabled."""
