# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class V2beta1RuntimeState(Enum):
    """How far a run or one of its steps is."""

    RUNTIME_STATE_UNSPECIFIED = "RUNTIME_STATE_UNSPECIFIED"
    """Unknown; servers leave the field out instead."""
    PENDING = "PENDING"
    """Accepted, not started. The first state of a run."""
    RUNNING = "RUNNING"
    """Under way."""
    SUCCEEDED = "SUCCEEDED"
    """Ended well. Terminal."""
    SKIPPED = "SKIPPED"
    """A step that was not needed: its condition was false or its result cached. Not used for runs. Terminal.
    """
    FAILED = "FAILED"
    """Ended badly, or was stopped by a call of terminate. Terminal."""
    CANCELING = "CANCELING"
    """Being stopped."""
    CANCELED = "CANCELED"
    """Stopped; clusters normally end a stopped run as `FAILED`. Terminal."""
    PAUSED = "PAUSED"
    """Held; not written by servers at present."""

    _terminal = frozenset({SUCCEEDED, SKIPPED, FAILED, CANCELED})
