# SPDX-License-Identifier: Apache-2.0
"""Runs one component of a pipeline as a process of this machine, with the parts of `kfp.local`.

`kfp.local` makes the component's input, fills the placeholders of its command and reads its outputs. The
process is started here, because kfp's own handler installs into the interpreter that runs it, prints what the
component prints and refuses container components.
"""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Callable
from urllib.parse import unquote, urlparse

from kfp_server_api.server.engine import dataflow
from kfp_server_api.server.engine.component_venv import ComponentVenv, without_kfp_install
from kfp_server_api.server.engine.dag import Call
from kfp_server_api.server.engine.outcome import FAILED, SUCCEEDED, Outcome
from kfp_server_api.server.process_exit import exit_text, tail

_OLDEST_KFP = "2.14.1"
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# What kfp's executor itself logs: one line, after one of them a JSON object over several lines.
_EXECUTOR_LOG = re.compile(r"^\[KFP Executor[^\n]*\n(?:\{\n.*?^\}\n)?", re.DOTALL | re.MULTILINE)
_TRACEBACK = "Traceback (most recent call last):"
_TAIL = 8000
_LONGEST_ERROR = 2000


class UnsupportedKfpError(RuntimeError):
    """The installed kfp lacks a part that running pipelines needs."""


class Components:
    """What the components of one run share.

    Attributes:
        running: The processes that run now.
    """

    def __init__(self, directory: Path, pipeline_name: str, run_id: str) -> None:
        self._name = pipeline_name
        self._run_id = run_id
        self._tasks = directory / "tasks"
        self._kfp = _Kfp(self._tasks, directory / "workspace")
        self.running: set[subprocess.Popen[bytes]] = set()

    def run(self, call: Call) -> Outcome:
        """Run one component to its end."""
        missing = _missing(call)
        if missing:
            return Outcome(FAILED, error=f"input {', '.join(missing)} has no value")
        if "importer" in call.executor:
            return self._import(call)
        if "container" not in call.executor:
            kinds = ", ".join(sorted(call.executor)) or "nothing"
            return Outcome(FAILED, error=f"its executor is {kinds}, which the local server cannot run")
        return self._run_container(call)

    def _run_container(self, call: Call) -> Outcome:
        root = self._tasks / call.path
        work, log = root / "work", root / "log.txt"
        work.mkdir(parents=True, exist_ok=True)
        component, executor_input = self._kfp.executor_input(call, root / "outputs")
        command = self._command(call, component, executor_input)
        container = call.executor["container"]
        of_python = _is_python_component(container)
        if not command:
            return Outcome(FAILED, error="it has no command of its own; " + _not_in_image(container), log=str(log))
        environment_of = ComponentVenv(root)
        environment_of.create()
        environment = environment_of.variables({v["name"]: v.get("value", "") for v in container.get("env") or []})
        try:
            code = self._run_process(command, environment, work, log, "" if of_python else _notice(container))
        except OSError as error:
            text = f"command {command[0]!r} cannot be started ({error.strerror}); {_not_in_image(container)}"
            return Outcome(FAILED, error=text, log=str(log))
        if code:
            note = "" if of_python else "; " + _not_in_image(container)
            return Outcome(FAILED, error=_reason(code, log) + note, log=str(log))
        return Outcome(SUCCEEDED, self._kfp.outputs(component, executor_input), log=str(log))

    def _command(self, call: Call, component: Any, executor_input: Any) -> list[str]:
        container = call.executor["container"]
        full = without_kfp_install([*(container.get("command") or []), *(container.get("args") or [])])
        return self._kfp.fill(full, component, executor_input, self._name, call.path, self._run_id)

    def _run_process(self, command: list[str], environment: dict[str, str], work: Path, log: Path, notice: str) -> int:
        """Run a command with its output going straight to a file, so that no reader can hold it up."""
        with log.open("ab") as output:
            output.write(notice.encode())
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

    def _import(self, call: Call) -> Outcome:
        """Run an importer; a `file:` address becomes the path that a component can open."""
        component, _ = self._kfp.executor_input(call, self._tasks / call.path / "outputs")
        outputs = self._kfp.run_importer(call, component, self._name, self._run_id)
        for artifact in outputs.values():
            if str(artifact.uri).startswith("file:"):
                artifact.uri = unquote(urlparse(artifact.uri).path)
        return Outcome(SUCCEEDED, outputs)


class _Kfp:
    """The functions of `kfp.local` that are used here; no other place calls them.

    They are not public. Their signatures are the same from kfp 2.14.1 to 2.17.3.
    """

    def __init__(self, root: Path, workspace: Path) -> None:
        try:
            from google.protobuf import json_format
            from kfp import local
            from kfp.local import (
                executor_input_utils,
                executor_output_utils,
                importer_handler,
                placeholder_utils,
            )
            from kfp.pipeline_spec import pipeline_spec_pb2

            self._spec_pb2 = pipeline_spec_pb2
            self._json_format = json_format
            self._construct = executor_input_utils.construct_executor_input
            self._input_as_dict = executor_input_utils.executor_input_to_dict
            self._fill = placeholder_utils.replace_placeholders
            self._read_outputs = executor_output_utils.get_outputs_for_task
            self._as_artifact = executor_output_utils.artifact_list_to_dsl_artifact
            self._run_importer = importer_handler.run_importer
        except (ImportError, AttributeError) as error:
            raise UnsupportedKfpError(
                f"the installed kfp cannot run pipelines here ({error}); kfp {_OLDEST_KFP} or newer can"
            ) from error
        self._root = str(root)
        self._start(local.init, local.SubprocessRunner(use_venv=False), workspace)

    def _start(self, init: Callable[..., None], runner: Any, workspace: Path) -> None:
        # The placeholder of the workspace reads kfp's process-wide configuration; kfp knows one since 2.15.
        known = inspect.signature(init).parameters
        extra = {"workspace_root": str(workspace)} if "workspace_root" in known else {}
        workspace.mkdir(parents=True, exist_ok=True)
        init(runner, pipeline_root=self._root, **extra)

    def executor_input(self, call: Call, root: Path) -> tuple[Any, Any]:
        """Return the messages that describe the component and what it is called with."""
        root.mkdir(parents=True, exist_ok=True)
        component = self._json_format.ParseDict(
            call.component, self._spec_pb2.ComponentSpec(), ignore_unknown_fields=True
        )
        # Inputs are put in here: kfp refuses null inside mappings and, before 2.17, lists of artifacts.
        without_inputs = self._spec_pb2.ComponentSpec()
        without_inputs.CopyFrom(component)
        without_inputs.ClearField("input_definitions")
        message = self._construct(
            component_spec=without_inputs, arguments={}, task_root=str(root), block_input_artifact=False
        )
        artifacts = (call.component.get("inputDefinitions") or {}).get("artifacts") or {}
        for name, value in dataflow.with_defaults(call.component, call.arguments).items():
            if name in artifacts:
                listed = {"artifacts": dataflow.as_json(value if isinstance(value, list) else [value])}
                self._json_format.ParseDict(listed, message.inputs.artifacts[name])
            else:
                self._json_format.ParseDict(value, message.inputs.parameter_values[name])
        return component, message

    def fill(
        self, command: list[str], component: Any, executor_input: Any, pipeline: str, task: str, run_id: str
    ) -> list[str]:
        """Replace the placeholders of a command."""
        as_dict = self._input_as_dict(executor_input=executor_input, component_spec=component)
        inputs = as_dict.get("inputs", {})
        values = inputs.get("parameterValues", {})
        values.update({name: dataflow.whole(v) for name, v in values.items() if isinstance(v, (list, dict))})
        inputs["artifacts"] = dataflow.whole(inputs.get("artifacts", {}))
        filled: list[str] = self._fill(
            full_command=command,
            executor_input_dict=as_dict,
            pipeline_resource_name=pipeline,
            task_resource_name=task,
            pipeline_root=self._root,
            unique_pipeline_id=run_id,
        )
        return filled

    def outputs(self, component: Any, executor_input: Any) -> dict[str, Any]:
        """Read what a component left behind."""
        found = self._read_outputs(executor_input=executor_input, component_spec=component)
        outputs = {name: dataflow.whole(v) if isinstance(v, (list, dict)) else v for name, v in found.items()}
        # Only components written in Python list their artifacts; a command just writes the files.
        for name, artifacts in executor_input.outputs.artifacts.items():
            if name not in outputs:
                outputs[name] = self._as_artifact(artifacts, is_artifact_list=False)
        return outputs

    def run_importer(self, call: Call, component: Any, pipeline: str, run_id: str) -> dict[str, Any]:
        """Return the artifact that an importer makes known."""
        executor = self._spec_pb2.PipelineDeploymentConfig.ExecutorSpec()
        outputs, _ = self._run_importer(
            pipeline_resource_name=pipeline,
            component_name=f"comp-{call.task_name}",
            component_spec=component,
            executor_spec=self._json_format.ParseDict(call.executor, executor, ignore_unknown_fields=True),
            arguments=call.arguments,
            pipeline_root=self._root,
            unique_pipeline_id=run_id,
        )
        return dict(outputs)


def _missing(call: Call) -> list[str]:
    definitions = call.component.get("inputDefinitions") or {}
    wanted = {**(definitions.get("parameters") or {}), **(definitions.get("artifacts") or {})}
    return [
        repr(name)
        for name, definition in wanted.items()
        if name not in call.arguments and not definition.get("isOptional") and definition.get("defaultValue") is None
    ]


def _is_python_component(container: dict[str, Any]) -> bool:
    return any("kfp.dsl.executor_main" in part for part in container.get("command") or [])


def _not_in_image(container: dict[str, Any]) -> str:
    return f"the local server runs commands on this machine and not in image {container.get('image', '')!r}"


def _notice(container: dict[str, Any]) -> str:
    return f"[local server] {_not_in_image(container)}\n"


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
    said = [line for line in lines if line.strip() and not line.startswith("[local server]")]
    return f"{ended}: {said[-1].strip()}"[:_LONGEST_ERROR] if said else ended


def _exception(lines: list[str]) -> str | None:
    if _TRACEBACK not in lines:
        return None
    after = lines[len(lines) - lines[::-1].index(_TRACEBACK) :]
    start = next((i for i, line in enumerate(after) if line and not line[0].isspace()), None)
    return "\n".join(after[start:]).strip() if start is not None else None


def _tail(log: Path) -> str:
    return _ANSI.sub("", tail(log, _TAIL))
