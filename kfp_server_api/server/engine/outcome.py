# SPDX-License-Identifier: Apache-2.0
"""How a task ended."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

SUCCEEDED, FAILED, SKIPPED, RUNNING = "SUCCEEDED", "FAILED", "SKIPPED", "RUNNING"
# A task that never starts because one that it waits for failed; never reported.
BLOCKED = "BLOCKED"


class Outcome(NamedTuple):
    """How a task ended."""

    state: str
    outputs: Mapping[str, Any] = MappingProxyType({})
    error: str = ""
    """Why the task failed."""
    cause: str = ""
    """The same, beginning with the name of the innermost task that failed."""
    log: str | None = None
