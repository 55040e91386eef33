# SPDX-License-Identifier: Apache-2.0
"""Compiling and running pipelines in tests."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Callable

import yaml

from kfp_server_api.server.execution import Execution

LIMIT = 60.0


class Ran:
    """The events of a run that has ended."""

    def __init__(self, directory: Path, events: list[dict[str, Any]]) -> None:
        self.directory = directory
        self.events = events

    @property
    def last(self) -> dict[str, Any]:
        """Return the event that ended the run."""
        return self.events[-1]

    @property
    def outputs(self) -> dict[str, Any]:
        """Return the outputs of a run that must have succeeded."""
        assert self.last["state"] == "SUCCEEDED", self.last["error"]
        outputs: dict[str, Any] = self.last["outputs"]
        return outputs

    def tasks(self, name: str) -> list[dict[str, Any]]:
        """Return the events of the tasks of that name."""
        return [event for event in self.events if event["type"] == "task" and event["name"] == name]

    def states(self, name: str) -> list[str]:
        """Return the states that the tasks of that name went through."""
        return [event["state"] for event in self.tasks(name)]

    def log(self, name: str) -> str:
        """Return what the one task of that name printed."""
        return Path(self.tasks(name)[-1]["log"]).read_text(encoding="utf-8")


def compiled(pipeline: Any, folder: Path) -> dict[str, Any]:
    """Compile a pipeline function and return its IR."""
    from kfp import compiler

    file = folder / "compiled.yaml"
    compiler.Compiler().compile(pipeline, str(file))
    return read(file)


def read(file: Path) -> dict[str, Any]:
    """Return the IR of a compiled file, without platform settings."""
    spec: dict[str, Any] = next(yaml.safe_load_all(file.read_text(encoding="utf-8")))
    return spec


def started(spec: dict[str, Any], folder: Path, events: list[dict[str, Any]], **parameters: Any) -> Execution:
    """Start a run that appends its events to a list."""
    execution = Execution(spec=spec, parameters=parameters, directory=folder / "run-1", on_event=events.append)
    execution.start()
    return execution


def run(spec: dict[str, Any], folder: Path, **parameters: Any) -> Ran:
    """Run a pipeline to its end."""
    events: list[dict[str, Any]] = []
    execution = started(spec, folder, events, **parameters)
    try:
        assert execution.wait(LIMIT), f"not ended after {LIMIT} s: {events}"
    finally:
        execution.terminate()
    return Ran(folder / "run-1", events)


def until(condition: Callable[[], Any], limit: float = 20.0) -> Any:
    """Return the first true value of a condition; fail when there is none in time."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not so within {limit} s")


def alive(pid: int) -> bool:
    """Return whether a process runs; one that only waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
