# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class V2beta1PluginState(Enum):
    """How far a plugin is with a run. Since 2.17.0."""

    STATE_UNSPECIFIED = "PLUGIN_STATE_UNSPECIFIED"
    """Not set; servers leave it out of a reply."""
    RUNNING = "PLUGIN_RUNNING"
    """At work."""
    SUCCEEDED = "PLUGIN_SUCCEEDED"
    """Done."""
    FAILED = "PLUGIN_FAILED"
    """Failed; `state_message` says why."""
