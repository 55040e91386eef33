# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class RecurringRunMode(Enum):
    """Whether a new recurring run starts out enabled."""

    MODE_UNSPECIFIED = "MODE_UNSPECIFIED"
    """Same as `DISABLE`."""
    ENABLE = "ENABLE"
    """It starts runs as soon as it is created."""
    DISABLE = "DISABLE"
    """It waits for a call of `recurring_run_service_enable_recurring_run`."""
