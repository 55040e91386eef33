# SPDX-License-Identifier: Apache-2.0
"""What handlers are and what they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from kfp_server_api.server.orchestration.run_queue import RunQueue
from kfp_server_api.server.store.database import Store


class Context(NamedTuple):
    """What all handlers of one server share."""

    store: Store
    manager: RunQueue


Arguments = Mapping[str, Any]
"""A call's arguments by the names of its operation's parameters; what the caller left out is missing."""

Handler = Callable[[Context, Arguments], dict[str, Any]]
"""Does one operation and returns its answer by attribute names; "object" operations return {}."""
