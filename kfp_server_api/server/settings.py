# SPDX-License-Identifier: Apache-2.0
"""Settings of a server."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

PROCESSORS = os.cpu_count() or 1

_ORIGIN = re.compile(r"(https?)://([^/?#@:\[\]\s]+|\[[0-9a-fA-F:.]+\])(?::([0-9]{1,5}))?/?\Z", re.IGNORECASE)
_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True)
class Settings:
    """Values that are fixed while a server runs.

    Attributes:
        host: address to listen on.
        port: 0 takes a free one.
        db: absolute path of the file for the data; None for a temporary one.
        parallel_runs: runs that are executed at one time; with 0 they are accepted and wait.
        allow_origins: web pages that may use the server besides those that it serves itself, as origins such as
            `https://kfp.example.com`.

    Raises:
        ValueError: a value that cannot be.
    """

    host: str = "127.0.0.1"
    port: int = 0
    db: Path | None = None
    parallel_runs: int = PROCESSORS
    allow_origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ValueError(f"port {self.port} is not between 0 and 65535")
        if self.parallel_runs < 0:
            raise ValueError(f"parallel_runs {self.parallel_runs} is less than 0")


def origin_of(text: str) -> str:
    """Return an origin as browsers send it, without the port that its scheme has anyway.

    Raises:
        ValueError: it is none, such as `http://localhost:3000`.
    """
    found = _ORIGIN.match(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no origin such as http://localhost:3000")
    scheme, host, port = (part.lower() if part else "" for part in found.groups())
    return f"{scheme}://{host}" + ("" if port in ("", _PORTS[scheme]) else f":{port}")
