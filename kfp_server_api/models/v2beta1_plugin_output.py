# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

from kfp_server_api._model import Model, field

if TYPE_CHECKING:
    from kfp_server_api.models.v2beta1_metadata_value import V2beta1MetadataValue


class V2beta1PluginOutput(Model):
    """The record that one plugin of the server made of a run. Since 2.17.0."""

    entries: dict[str, V2beta1MetadataValue] | None = None
    """Recorded values by name."""
    state: str | None = field(default=None, enum="V2beta1PluginState")
    """How far the plugin is. One of `V2beta1PluginState`."""
    state_message: str | None = None
    """Reason of the state, for people."""
