# SPDX-License-Identifier: Apache-2.0
"""Health: whether the server answers, and what it is."""

from __future__ import annotations

import json
import os
from typing import Any

from kfp_server_api.server.resources.call import Call, Handler, Stream


def get(call: Call) -> Stream:
    """Return what the official SDK asks first; two of its four keys are no fields of the API, and none is left out.

    Raises:
        StoreUnavailable: the database file is gone.
    """
    call.context.store.check()
    return _stream({**_about(), "pipeline_store": "database"})


def get_v1(call: Call) -> Stream:
    """Return what an older release's route says."""
    call.context.store.check()
    return _stream(_about())


def _about() -> dict[str, Any]:
    return {
        "commit_sha": os.environ.get("COMMIT_SHA", "unknown"),
        "tag_name": os.environ.get("TAG_NAME", "unknown"),
        "multi_user": False,
    }


def _stream(health: dict[str, Any]) -> Stream:
    return Stream([json.dumps(health, separators=(",", ":")).encode()], "application/json")


HANDLERS: dict[str, Handler] = {"healthz_service_get_healthz": get}
