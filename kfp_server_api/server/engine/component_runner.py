# SPDX-License-Identifier: Apache-2.0
"""Runs components of a pipeline as processes of this machine.

`kfp.local` makes the component's input, fills the placeholders of its command and reads its outputs. The
process is started here, because kfp's own handler installs into the interpreter that runs it, prints what the
component prints and refuses container components.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kfp_server_api.server.engine.component_venv import ComponentVenv, without_kfp_install
from kfp_server_api.server.engine.dag import TaskRun
from kfp_server_api.server.engine.kfp_local import KfpLocal
from kfp_server_api.server.engine.outcome import FAILED, SUCCEEDED, Outcome
from kfp_server_api.server.process_exit import exit_text, tail

_NOTICE = "[local server]"
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# What kfp's executor itself logs: one line, after one of them a JSON object over several lines.
_EXECUTOR_LOG = re.compile(r"^\[KFP Executor[^\n]*\n(?:\{\n.*?^\}\n)?", re.DOTALL | re.MULTILINE)
_TRACEBACK = "Traceback (most recent call last):"
_TAIL = 8000
_LONGEST_ERROR = 2000


class Components:
    """The components of one run.

    Args:
        spec: The pipeline spec.
        directory: The run's folder; its name serves as the run's ID in the pipeline.

    Attributes:
        running: The processes that run now.
    """

    def __init__(self, spec: Mapping[str, Any], directory: Path) -> None:
        name = (spec.get("pipelineInfo") or {}).get("name", "pipeline")
        self._executors = (spec.get("deploymentSpec") or {}).get("executors") or {}
        self._tasks = directory / "tasks"
        self._kfp = KfpLocal(self._tasks, directory / "workspace", name, directory.name)
        self.running: set[subprocess.Popen[bytes]] = set()

    def run(self, task: TaskRun) -> Outcome:
        """Run one component to its end."""
        executor = self._executors.get(task.component.get("executorLabel", ""))
        if executor is None:
            name = task.spec["componentRef"]["name"]
            return Outcome(FAILED, error=f"component {name!r} has no executor in the pipeline")
        missing = _missing(task)
        if missing:
            return Outcome(FAILED, error=f"input {', '.join(missing)} has no value")
        if "importer" in executor:
            return Outcome(SUCCEEDED, self._kfp.import_artifact(task, executor, self._tasks / task.path / "outputs"))
        if "container" in executor:
            return self._run_container(task, executor["container"])
        found = ", ".join(sorted(executor)) or "nothing"
        return Outcome(FAILED, error=f"its executor is {found}, which the local server cannot run")

    def _run_container(self, task: TaskRun, container: Mapping[str, Any]) -> Outcome:
        root = self._tasks / task.path
        prepared = self._kfp.prepare(task, root / "outputs")
        command = self._kfp.fill(_command(container), prepared, task.path)
        if not command:
            return Outcome(FAILED, error=f"it has no command of its own; {_not_in_image(container)}")
        environment, log = _environment(container, root), root / "log.txt"
        notice = "" if _is_python_component(container) else _not_in_image(container)
        try:
            code = self._run_process(command, environment, root / "work", log, notice)
        except OSError as error:
            text = f"command {command[0]!r} cannot be started ({error.strerror}); {_not_in_image(container)}"
            return Outcome(FAILED, error=text, log=str(log))
        if code:
            error_text = _reason(code, log) + (f"; {notice}" if notice else "")
            return Outcome(FAILED, error=error_text, log=str(log))
        return Outcome(SUCCEEDED, self._kfp.outputs(prepared), log=str(log))

    def _run_process(self, command: list[str], environment: dict[str, str], work: Path, log: Path, notice: str) -> int:
        """Run a command with its output going straight to a file, so that no reader can hold it up."""
        work.mkdir(exist_ok=True)
        with log.open("ab") as output:
            output.write(f"{_NOTICE} {notice}\n".encode() if notice else b"")
            output.flush()
            process = subprocess.Popen(
                _found(command, environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=work,
                env=environment,
            )
        self.running.add(process)
        try:
            return process.wait()
        finally:
            self.running.discard(process)


def _missing(task: TaskRun) -> list[str]:
    definitions = task.component.get("inputDefinitions") or {}
    wanted = {**(definitions.get("parameters") or {}), **(definitions.get("artifacts") or {})}
    return [
        repr(name)
        for name, definition in wanted.items()
        if name not in task.arguments and not definition.get("isOptional") and definition.get("defaultValue") is None
    ]


def _is_python_component(container: Mapping[str, Any]) -> bool:
    return any("kfp.dsl.executor_main" in part for part in container.get("command") or [])


def _not_in_image(container: Mapping[str, Any]) -> str:
    return f"the local server runs commands on this machine and not in image {container.get('image', '')!r}"


def _command(container: Mapping[str, Any]) -> list[str]:
    return without_kfp_install([*(container.get("command") or []), *(container.get("args") or [])])


def _environment(container: Mapping[str, Any], root: Path) -> dict[str, str]:
    """Make the virtual environment of a component and return the variables that it gets."""
    environment = ComponentVenv(root)
    environment.create()
    return environment.variables({v["name"]: v.get("value", "") for v in container.get("env") or []})


def _found(command: list[str], environment: dict[str, str]) -> list[str]:
    """Look the program up on the component's PATH; `Popen` would use the server's."""
    return [shutil.which(command[0], path=environment["PATH"]) or command[0], *command[1:]]


def _reason(code: int, log: Path) -> str:
    """Say why a component failed: the exception that it printed, else its exit code and its last line."""
    lines = _EXECUTOR_LOG.sub("", _tail(log)).rstrip().splitlines()
    raised = _exception(lines)
    if raised:
        return raised[:_LONGEST_ERROR]
    ended = exit_text(code)
    said = [line for line in lines if line.strip() and not line.startswith(_NOTICE)]
    return f"{ended}: {said[-1].strip()}"[:_LONGEST_ERROR] if said else ended


def _exception(lines: list[str]) -> str | None:
    if _TRACEBACK not in lines:
        return None
    after = lines[len(lines) - lines[::-1].index(_TRACEBACK) :]
    start = next((i for i, line in enumerate(after) if line and not line[0].isspace()), None)
    return "\n".join(after[start:]).strip() if start is not None else None


def _tail(log: Path) -> str:
    return _ANSI.sub("", tail(log, _TAIL))
