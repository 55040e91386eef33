# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kfp_server_api._model import Model, field

if TYPE_CHECKING:
    from kfp_server_api.models.google_rpc_status import GoogleRpcStatus


class V2beta1RuntimeStatus(Model):
    """One change of state."""

    update_time: datetime | None = None
    """When the state was reached, UTC in whole seconds."""
    state: str | None = field(default=None, enum="V2beta1RuntimeState")
    """The state reached; absent where the server did not know it. One of `V2beta1RuntimeState`."""
    error: GoogleRpcStatus | None = None
    """Meant for the reason of the change. Clusters leave it empty."""
