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
    """Ended well. Final."""
    SKIPPED = "SKIPPED"
    """A step that was not needed: its condition was false or its result cached. Final; not used for runs."""
    FAILED = "FAILED"
    """Ended badly, or was stopped by a call of terminate. Final."""
    CANCELING = "CANCELING"
    """Being stopped; not final."""
    CANCELED = "CANCELED"
    """Stopped. Final, but clusters normally end a stopped run as `FAILED`."""
    PAUSED = "PAUSED"
    """Held; not written by servers at present."""
