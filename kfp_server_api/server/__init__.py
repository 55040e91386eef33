# SPDX-License-Identifier: Apache-2.0
"""A server for this machine that speaks the API and really runs pipelines.

It is an extra, `server`: `pip install ".[server]"` in a clone, or the wheel's path with `[server]` behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kfp_server_api.server.local_server import LocalServer

__all__ = ["LocalServer"]

EXTRA = 'the local server needs more packages: install this package with its extra "server", as its README says'


def __getattr__(name: str) -> Any:
    """Import `LocalServer` when it is first used, since the packages that it needs are an extra."""
    if name != "LocalServer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from kfp_server_api.server.local_server import LocalServer
    except ModuleNotFoundError as cause:
        if (cause.name or "").startswith("kfp_server_api"):
            raise
        raise ModuleNotFoundError(f"{EXTRA} ({cause.name} is missing)", name=cause.name) from cause
    return LocalServer


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
