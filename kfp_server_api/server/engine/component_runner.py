# SPDX-License-Identifier: Apache-2.0
"""Runs components of a pipeline as processes of this machine.

Nothing of kfp is loaded here, which takes longer than many a component; the process of a Python component loads it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kfp_server_api.server.engine import artifacts, importer, placeholders
from kfp_server_api.server.engine.component_io import executor_input, placeholder_table
from kfp_server_api.server.engine.component_outputs import not_written, written_outputs
from kfp_server_api.server.engine.component_venv import ComponentVenv, without_kfp_install
from kfp_server_api.server.engine.dag import TaskRun
from kfp_server_api.server.engine.outcome import FAILED, SUCCEEDED, Outcome, TaskError
from kfp_server_api.server.engine.outputs import flattened
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
        directory: The run's folder.

    Attributes:
        running: The processes that run now.
    """

    def __init__(self, spec: Mapping[str, Any], directory: Path) -> None:
        self._executors = (spec.get("deploymentSpec") or {}).get("executors") or {}
        self._tasks = directory / "tasks"
        self._workspace = directory / "workspace"
        self.running: set[subprocess.Popen[bytes]] = set()

    def run(self, task: TaskRun) -> Outcome:
        """Run one component to its end."""
        executor = self._executors.get(task.component.get("executorLabel", ""))
        if executor is None:
            name = task.spec["componentRef"]["name"]
            return Outcome(FAILED, error=f"component {name!r} has no executor in the pipeline")
        if "importer" in executor:
            return self._import(task, executor["importer"])
        if "container" in executor:
            return self._run_container(task, executor["container"])
        found = ", ".join(sorted(executor)) or "nothing"
        return Outcome(FAILED, error=f"its executor is {found}, which the local server cannot run")

    def _import(self, task: TaskRun, spec: Mapping[str, Any]) -> Outcome:
        artifact = importer.imported(spec, task.arguments, self._workspace)
        declared = task.component.get("outputDefinitions") or {}
        if declared.get("parameters"):
            raise not_written(*next(iter(declared["parameters"].items())))
        names = declared.get("artifacts") or ["artifact"]
        log = self._tasks / task.path / "log.txt"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(_notice_lines(importer.notices(artifact)))
        return Outcome(SUCCEEDED, dict.fromkeys(names, artifact), log=str(log))

    def _run_container(self, task: TaskRun, container: Mapping[str, Any]) -> Outcome:
        root = self._tasks / task.path
        (root / "outputs").mkdir(parents=True, exist_ok=True)
        message = executor_input(task.component, task.arguments, root / "outputs")
        command, notices = self._command(task, container, message)
        if not command:
            return Outcome(FAILED, error=f"it has no command of its own; {_not_in_image(container)}")
        environment, log = _environment(container, root), root / "log.txt"
        image = [] if _is_python_component(container) else [_not_in_image(container)]
        try:
            code = self._run_process(command, environment, root / "work", log, [*image, *notices])
        except OSError as error:
            text = f"command {command[0]!r} cannot be started ({error.strerror}); {_not_in_image(container)}"
            return Outcome(FAILED, error=text, log=str(log))
        if code:
            reasons = [_reason(code, log), *image, artifacts.out_of_reach(task.arguments), flattened(task.arguments)]
            return Outcome(FAILED, error="; ".join(filter(None, reasons)), log=str(log))
        try:
            return Outcome(SUCCEEDED, written_outputs(task.component, message), log=str(log))
        except TaskError as error:
            return Outcome(FAILED, error=str(error), log=str(log))

    def _command(
        self, task: TaskRun, container: Mapping[str, Any], message: Mapping[str, Any]
    ) -> tuple[list[str], list[str]]:
        """Return the command of a component, and what its log says of placeholders that stay."""
        table = placeholder_table(message)
        if "retryPolicy" in task.spec:
            table[placeholders.RETRIES] = str(task.attempt)
        parts = without_kfp_install([*(container.get("command") or []), *(container.get("args") or [])])
        inputs = message["inputs"]
        self._workspace.mkdir(parents=True, exist_ok=True)
        given = {*inputs["parameterValues"], *inputs["artifacts"]}
        command, unfilled = placeholders.command(parts, table, given, str(self._workspace))
        stay = {"its command": unfilled}
        for name, value in inputs["parameterValues"].items():
            stay[f"its input {name!r}"] = placeholders.left(value, {})
        return command, [line for where, names in stay.items() for line in placeholders.notices(where, names)]

    def _run_process(
        self, command: list[str], environment: dict[str, str], work: Path, log: Path, notices: list[str]
    ) -> int:
        """Run a command with its output going straight to a file, so that no reader can hold it up."""
        work.mkdir(exist_ok=True)
        with log.open("ab") as output:
            output.write(_notice_lines(notices))
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


def _notice_lines(notices: list[str]) -> bytes:
    return "".join(f"{_NOTICE} {notice}\n" for notice in notices).encode()


def _is_python_component(container: Mapping[str, Any]) -> bool:
    return any("kfp.dsl.executor_main" in part for part in container.get("command") or [])


def _not_in_image(container: Mapping[str, Any]) -> str:
    return f"the local server runs commands on this machine and not in image {container.get('image', '')!r}"


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
