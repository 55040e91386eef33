# SPDX-License-Identifier: Apache-2.0
"""Settings of a server."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kfp_server_api._urls import PORTS

PROCESSORS = os.cpu_count() or 1

TASKS_AT_ONCE = 32
"""More than processors: many tasks wait, some for one another."""
_ORIGIN = re.compile(r"(https?)://([^/?#@:\[\]\s]+|\[[0-9a-fA-F:.]+\])(?::([0-9]{1,5}))?/?\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Settings:
    """Values that are fixed while a server runs.

    Attributes:
        host: address to listen on.
        port: 0 takes a free one.
        db: absolute path of the file for the data; None for a temporary one.
        parallel_runs: runs that are executed at one time; with 0 they are accepted and wait.
        parallel_tasks: tasks of one run that are executed at one time, at least 1.
        secrets: absolute path of the file with the secrets and config maps that tasks may ask for; None for none.
        env: variables that components get besides the chosen ones; None stands for the value that the server has.
        token: what callers have to show; "" for nothing.
        allow_origins: web pages that may use the server besides those that it serves itself, as origins such as
            `https://kfp.example.com`.

    Raises:
        ValueError: a value that cannot be.
    """

    host: str = "127.0.0.1"
    port: int = 0
    db: Path | None = None
    parallel_runs: int = PROCESSORS
    parallel_tasks: int = TASKS_AT_ONCE
    secrets: Path | None = None
    env: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    token: str = field(default="", repr=False)
    allow_origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ValueError(f"port {self.port} is not between 0 and 65535")
        if self.parallel_runs < 0:
            raise ValueError(f"parallel_runs {self.parallel_runs} is less than 0")
        if self.parallel_tasks < 1:
            raise ValueError(f"parallel_tasks {self.parallel_tasks} is less than 1")
        self.added_env()
        if not re.fullmatch(r"[!-~]*", self.token):
            raise ValueError("token has characters that no Authorization header can have")

    def added_env(self) -> dict[str, str]:
        """Return the values of `env`."""
        values = {name: os.environ.get(name) if value is None else value for name, value in self.env.items()}
        for name, value in values.items():
            if not name or "=" in name or "\0" in f"{name}{value}":
                raise ValueError(f"env {name!r} cannot be the name of a variable, or its value has a zero byte")
            if value is None:
                raise ValueError(f"env {name} has no value, and the server's environment has none either")
        return {name: value for name, value in values.items() if value is not None}


def origin_of(text: str) -> str:
    """Return an origin as browsers send it, without the port that its scheme has anyway.

    Raises:
        ValueError: it is none, such as `http://localhost:3000`.
    """
    found = _ORIGIN.match(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no origin such as http://localhost:3000")
    scheme, host, port = (part.lower() if part else "" for part in found.groups())
    return f"{scheme}://{host}" + ("" if port in ("", str(PORTS[scheme])) else f":{port}")
