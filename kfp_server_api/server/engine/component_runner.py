# SPDX-License-Identifier: Apache-2.0
"""Runs components of a pipeline as processes of this machine.

Nothing of kfp is loaded here, which takes longer than many a component; the process of a Python component loads it.
"""

from __future__ import annotations

import errno
import itertools
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kfp_server_api.server.engine import artifacts, importer, placeholders
from kfp_server_api.server.engine.component_io import executor_input, placeholder_table
from kfp_server_api.server.engine.component_outputs import not_written, written_outputs
from kfp_server_api.server.engine.component_process import Processes, Surroundings, refusal_of
from kfp_server_api.server.engine.component_venv import ComponentVenv
from kfp_server_api.server.engine.dag import TaskRun
from kfp_server_api.server.engine.failure_reasons import NOTICE, failure_reason, needs_image, pip_reason
from kfp_server_api.server.engine.kept_packages import KeptPackages, can_be_kept
from kfp_server_api.server.engine.outcome import FAILED, SUCCEEDED, Outcome, TaskError
from kfp_server_api.server.engine.outputs import flattened
from kfp_server_api.server.engine.pip_steps import requirements, with_todays_executor, without_installs
from kfp_server_api.server.engine.pod import Mount, Pod
from kfp_server_api.server.engine.pod_settings import PodSettings
from kfp_server_api.server.engine.short_paths import remove, short_path
from kfp_server_api.server.engine.task_config import inputs_of_config
from kfp_server_api.server.engine.unwritten_outputs import FILE as UNWRITTEN
from kfp_server_api.server.packages.secrets_file import Secrets

_LOG = "log.txt"
_KEPT, _CLAIMS = ".packages", ".volumes"
"""The folders of kept packages and of persistent volume claims, beside those of the runs; no run has such an id."""
_TOO_LONG = "Argument list too long"
# Images that are none: the tasks that `kubernetes.CreatePVC` and `DeletePVC` make.
_CLAIM_TASKS = {"argostub/createpvc": PodSettings.create_claim, "argostub/deletepvc": PodSettings.delete_claim}


class Components:
    """The components of one run.

    Args:
        spec: The pipeline spec.
        directory: The run's folder.
        platform: The platform spec, if the pipeline has one.
        secrets: The secrets and config maps that tasks may ask for.

    Attributes:
        processes: Those of components.
    """

    def __init__(
        self,
        spec: Mapping[str, Any],
        directory: Path,
        platform: Mapping[str, Any] | None = None,
        secrets: Secrets | None = None,
    ) -> None:
        self._executors = (spec.get("deploymentSpec") or {}).get("executors") or {}
        self._compiled_by = str(spec.get("sdkVersion") or "")
        self._tasks = directory / "tasks"
        self._workspace = directory / "workspace"
        self._kept = KeptPackages(directory.parent / _KEPT)
        self._temporary = directory / "tmp"
        self._temporary.mkdir(exist_ok=True)
        self._short = short_path(self._temporary)
        self._numbers = itertools.count()
        self._pods = PodSettings(platform, secrets or Secrets(), directory.name, directory.parent / _CLAIMS)
        self._needed = (str(directory), str(self._short.parent), sys.prefix, sys.base_prefix)
        self.processes: Processes = Processes()

    def close(self) -> None:
        """Remove what stands outside of the run's folder."""
        remove(self._short)

    def note(self, task: TaskRun, text: str) -> str:
        """Write a line of the server's own to the log of a task; return the path of that file."""
        log = self._tasks / task.path / _LOG
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{NOTICE} {text}\n")
        return str(log)

    def run(self, task: TaskRun) -> Outcome:
        """Run one component to its end; the reason of a failure says where its log is."""
        outcome = self._run(task)
        if outcome.state != FAILED or not outcome.log:
            return outcome
        return outcome._replace(error=f"{outcome.error} (log: {outcome.log})")

    def _run(self, task: TaskRun) -> Outcome:
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
        logs = [self.note(task, line) for line in importer.notices(artifact)]
        return Outcome(SUCCEEDED, dict.fromkeys(names, artifact), log=logs[0] if logs else None)

    def _run_container(self, task: TaskRun, container: Mapping[str, Any]) -> Outcome:
        """Run one attempt; whatever fails it, its log is known."""
        container = _filled(container, task)
        root = self._tasks / task.path
        _start_anew(root)
        log = root / _LOG
        attempts = int((task.spec.get("retryPolicy") or {}).get("maxRetryCount") or 0) + 1
        if attempts > 1:
            self.note(task, f"attempt {task.attempt + 1} of {attempts}")
        if not _is_python_component(container) and container.get("image") not in _CLAIM_TASKS:
            self.note(task, _not_in_image(container))
        log.touch()
        try:
            outcome = self._run_attempt(task, container, root, log)
        except TaskError as error:
            self.note(task, f"failed: {error}")
            outcome = Outcome(FAILED, error=str(error))
        return outcome._replace(log=str(log))

    def _run_attempt(self, task: TaskRun, container: Mapping[str, Any], root: Path, log: Path) -> Outcome:
        if container.get("image") in _CLAIM_TASKS:
            return Outcome(SUCCEEDED, _CLAIM_TASKS[container["image"]](self._pods, task.arguments))
        pod = self._pods.pod(task.path, task.component, container, task.value_of, root / "volumes")
        config = dict.fromkeys(inputs_of_config(task.component), pod.config)
        (root / "outputs").mkdir()
        message = executor_input(task.component, {**task.arguments, **config}, root / "outputs")
        parts, installs = without_installs(
            with_todays_executor([*(container.get("command") or []), *(container.get("args") or [])])
        )
        command = self._command(task, parts, message)
        if any("\0" in part for part in command):
            raise TaskError("a value in its command has a NUL character, which no command line can have")
        if not command:
            raise TaskError(f"it has no command of its own; {_not_in_image(container)}")
        mounts = self._mounts(pod)
        for line in filter(None, [*pod.notes, pod.not_given_text]):
            self.note(task, line)
        around = self._surroundings(root, installs, pod.environment, log)
        try:
            code = self.processes.run(command, around, mounts, pod.timeout)
        except OSError as error:
            raise TaskError(_not_started(command, error, container)) from error
        if code:
            reason = _explained(failure_reason(code, log), code, container, root / "outputs" / UNWRITTEN)
            again = _compile_again(reason, self._compiled_by)
            inputs = [artifacts.out_of_reach(task.arguments), flattened(task.arguments)]
            return Outcome(FAILED, error="; ".join(filter(None, [reason, again, *inputs, pod.not_given_text])))
        return Outcome(SUCCEEDED, written_outputs(task.component, message))

    def _command(self, task: TaskRun, parts: list[str], message: Mapping[str, Any]) -> list[str]:
        """Return the command of a component, and note the placeholders that stay in it and in its inputs."""
        table, inputs = placeholder_table(message), message["inputs"]
        if "retryPolicy" in task.spec:
            table[placeholders.RETRIES] = str(task.attempt)
        self._workspace.mkdir(parents=True, exist_ok=True)
        given = {*inputs["parameterValues"], *inputs["artifacts"]}
        command, unfilled = placeholders.command(parts, table, given, str(self._workspace))
        stay = {"its command": unfilled}
        for name, value in inputs["parameterValues"].items():
            stay[f"its input {name!r}"] = placeholders.left(value, {})
        for where, names in stay.items():
            for line in placeholders.notices(where, names):
                self.note(task, line)
        return command

    def _mounts(self, pod: Pod) -> list[Mount]:
        """Return the folders that a task sees at other paths, and note those that it does not and can go without."""
        given = []
        for mount in pod.mounts:
            refusal = refusal_of(mount, self._needed)
            if not refusal:
                given.append(mount)
            elif mount.optional:
                pod.notes.append(f"nothing is mounted at {mount.target}: {refusal}; it is optional")
            else:
                raise TaskError(f"nothing can be mounted at {mount.target}: {refusal}")
        return given

    def _surroundings(
        self, root: Path, installs: Sequence[Sequence[str]], variables: Mapping[str, str], log: Path
    ) -> Surroundings:
        """Make the virtual environment of a component, with its packages, and the variables that it gets.

        Raises:
            TaskError: pip failed.
        """
        temporary = self._short / str(next(self._numbers))
        temporary.mkdir()

        def around(environment: ComponentVenv) -> Surroundings:
            return Surroundings(environment.variables(temporary, variables), root / "work", log)

        def install(into: ComponentVenv) -> bool:
            pip = [str(into.python), "-m", "pip", "install"]
            return not any(self.processes.run([*pip, *arguments], around(into)) for arguments in installs)

        own = ComponentVenv(root / "environment")
        kept = bool(installs) and can_be_kept(installs)
        base = self._kept.provide(installs, around(own).environment, install) if kept else None
        if kept:
            own = ComponentVenv(own.environment, base)
        own.create()
        if installs and base is None and (kept or not install(own)):
            raise TaskError(_pip_failed(installs, log))
        return around(own)


def _start_anew(root: Path) -> None:
    """Take away what an earlier attempt left in a task's folder, but for its log."""
    root.mkdir(parents=True, exist_ok=True)
    left = [entry for entry in root.iterdir() if entry.name != _LOG]
    if left:
        aside = Path(tempfile.mkdtemp(prefix=".removed-", dir=root))
        for entry in left:
            entry.rename(aside / entry.name)
        shutil.rmtree(aside, ignore_errors=True)


def _filled(container: Mapping[str, Any], task: TaskRun) -> dict[str, Any]:
    """Return a container with a task's inputs in its image and resources, the only places beside its command."""
    table = placeholders.of_parameters(task.arguments)
    places = {key: placeholders.filled(container[key], table) for key in ("image", "resources") if key in container}
    return {**container, **places}


def _is_python_component(container: Mapping[str, Any]) -> bool:
    """Tell whether the code of a component stands in its command, and not in its image."""
    return any("--component_module_path" in part for part in container.get("command") or [])


def _not_in_image(container: Mapping[str, Any]) -> str:
    return f"the local server runs commands on this machine and not in image {container.get('image', '')!r}"


def _not_started(command: Sequence[str], error: OSError, container: Mapping[str, Any]) -> str:
    if error.errno == errno.E2BIG:
        longest = max(len(part.encode()) for part in command)
        return f"{_TOO_LONG}: one of its arguments has {longest} bytes; {_about_length()}"
    return f"command {command[0]!r} cannot be started ({error.strerror}); {_not_in_image(container)}"


def _about_length() -> str:
    return (
        "the values of a task's inputs stand in the command line of its process, and no argument there can be longer "
        "than 128 KiB (Linux), on a cluster neither: pass what is larger as an artifact"
    )


def _explained(reason: str, code: int, container: Mapping[str, Any], unwritten: Path) -> str:
    """Add to the reason of a failure what its own words leave out."""
    if _TOO_LONG in reason:
        return f"{reason}; {_about_length()}"
    if unwritten.is_file():
        return f"{reason}; this was raised as {unwritten.read_text(encoding='utf-8')} was written"
    if not _is_python_component(container) or needs_image(code, reason):
        return f"{reason}; {_not_in_image(container)}"
    return reason


def _compile_again(reason: str, compiled_by: str) -> str:
    """Say so where the code of a component may be too old for the kfp that runs it."""
    if not re.match(r"kfp-(1\.|2\.0\.0-?(alpha|beta|b|rc))", compiled_by) or not re.search(r"\bkfp\b", reason):
        return ""
    return f"the pipeline was compiled by {compiled_by} and runs with kfp {version('kfp')}: compile it again with that"


def _pip_failed(installs: Sequence[Sequence[str]], log: Path) -> str:
    named = [repr(word) for arguments in installs for word in requirements(arguments)]
    return f"pip could not install {', '.join(named)}: {pip_reason(log)}"
