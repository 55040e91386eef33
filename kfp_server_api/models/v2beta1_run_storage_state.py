# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class V2beta1RunStorageState(Enum):
    """Whether a run is in the archive; says nothing about its progress."""

    STORAGE_STATE_UNSPECIFIED = "STORAGE_STATE_UNSPECIFIED"
    """Not set; servers leave it out of a reply."""
    AVAILABLE = "AVAILABLE"
    """In use."""
    ARCHIVED = "ARCHIVED"
    """In the archive; still listed, and still running if it was."""
