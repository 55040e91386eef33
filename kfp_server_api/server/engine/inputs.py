# SPDX-License-Identifier: Apache-2.0
"""Values that go into the tasks of a compiled pipeline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from kfp_server_api.server.engine.outcome import BLOCKED, FAILED, SKIPPED, SUCCEEDED, Outcome, TaskError
from kfp_server_api.server.packages.parameters import check_parameters

_SELECTOR = re.compile(r"^parseJson\(string_value\)((?:\[[^\]]+\])*)$")
_PLACEHOLDER = re.compile(r"\{\{\$\.inputs\.parameters\['([^']+)'\]\}\}")


class MissingValueError(TaskError):
    """An input comes from a task that gave no output.

    Attributes:
        failed: False where that task was skipped, so that the one that needs it is skipped as well.
    """

    def __init__(self, message: str, failed: bool) -> None:
        super().__init__(message)
        self.failed = failed


class Scope:
    """The values that the tasks of one graph can see: its inputs, and the outcomes of its other tasks.

    Attributes:
        run_name: the name that the run has where a cluster has its workflow.
    """

    def __init__(self, inputs: dict[str, Any]) -> None:
        self.inputs = inputs
        self.run_name = ""
        self.outcomes: dict[str, Outcome] = {}

    def output(self, task: str, key: str) -> Any:
        """Return one output of a task that ended."""
        outcome = self.outcomes.get(task)
        if outcome is not None and key in outcome.outputs:
            return outcome.outputs[key]
        skipped = outcome is not None and outcome.state in (SKIPPED, SUCCEEDED)
        raise MissingValueError(f"task {task!r} gave no output {key!r}", failed=not skipped)

    def has_failed(self, tasks: Iterable[str]) -> bool:
        """Tell whether one of these tasks failed, or never started because another failed."""
        outcomes = [self.outcomes[name] for name in tasks if name in self.outcomes]
        return any(outcome.state in (FAILED, BLOCKED) for outcome in outcomes)

    def final_status(self, task: str) -> dict[str, Any]:
        """Return the value of a `PipelineTaskFinalStatus`."""
        outcome = self.outcomes.get(task)
        if outcome is None:
            raise TaskError(f"its input is the final status of task {task!r}, which is not in the graph")
        return {
            "state": {SUCCEEDED: "COMPLETE", SKIPPED: "CANCELED"}.get(outcome.state, FAILED),
            "pipelineTaskName": task,
            "pipelineJobResourceName": self.run_name,
            "error": {"code": 1, "message": outcome.error} if outcome.error else {},
        }


def pipeline_arguments(spec: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a run as the values of the pipeline's inputs; those without a value are left out.

    Raises:
        InvalidPipelineError: a parameter is missing, unknown or of another type.
    """
    check_parameters(spec, parameters)
    known = _definitions(spec["root"], "parameters")
    return {name: _typed(name, value, known[name]) for name, value in parameters.items() if value is not None}


def with_defaults(component: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Add the defaults of a component to its arguments."""
    defaults = {
        name: _typed(name, definition["defaultValue"], definition)
        for name, definition in _definitions(component, "parameters").items()
        if definition.get("defaultValue") is not None
    }
    return {**defaults, **arguments}


def _typed(name: str, value: Any, definition: Mapping[str, Any]) -> Any:
    """Give a JSON value the Python type that its definition names.

    A pipeline spec keeps every number as a double, also those inside lists and mappings; whole ones become int
    there, as they do on their way through a cluster.

    Raises:
        TaskError: it cannot have that type.
    """
    declared = definition.get("parameterType")
    if isinstance(value, str) and _PLACEHOLDER.search(value):
        return value
    try:
        if declared == "NUMBER_INTEGER":
            return int(value)
        if declared == "NUMBER_DOUBLE":
            return float(value)
    except (TypeError, ValueError):
        raise TaskError(f"parameter {name!r} must be {declared}, not {value!r}") from None
    return whole(value) if isinstance(value, (list, dict)) else value


def whole(value: Any) -> Any:
    """Turn whole floats inside lists and mappings into ints."""
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def task_arguments(task: Mapping[str, Any], component: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """Return the values of a task's inputs; optional ones without a value are left out.

    Raises:
        MissingValueError: an input that the component needs comes from a task that gave none.
        TaskError: an input has no such value, or a source that is not known.
    """
    inputs = task.get("inputs") or {}
    arguments: dict[str, Any] = {}
    for section in ("parameters", "artifacts"):
        definitions = _definitions(component, section)
        for name, source in (inputs.get(section) or {}).items():
            definition = definitions.get(name, {})
            try:
                value = _source_value(name, source, scope)
            except MissingValueError:
                if definition.get("isOptional") or definition.get("defaultValue") is not None:
                    continue
                raise
            if value is not None:
                arguments[name] = _typed(name, value, definition) if section == "parameters" else value
    return {name: _filled(value, arguments) for name, value in arguments.items()}


def setting(source: Mapping[str, Any], scope: Scope, arguments: Mapping[str, Any]) -> Any:
    """Return the value that a setting of a task has, from a source in the graph that holds it."""
    return _filled(_source_value("of its settings", source, scope), arguments)


def _source_value(name: str, source: Mapping[str, Any], scope: Scope) -> Any:
    if "runtimeValue" in source:
        return source["runtimeValue"].get("constant")
    for what in ("Parameter", "Artifact"):
        produced = source.get(f"taskOutput{what}")
        if produced:
            value = scope.output(produced["producerTask"], produced[f"output{what}Key"])
            return _select(value, source.get("parameterExpressionSelector", ""))
    for key in ("componentInputParameter", "componentInputArtifact"):
        if key in source:
            value = scope.inputs.get(source[key])
            return _select(value, source.get("parameterExpressionSelector", ""))
    if "taskFinalStatus" in source:
        return scope.final_status(source["taskFinalStatus"]["producerTask"])
    raise TaskError(f"input {name!r} comes from {', '.join(source)}, which the local server does not know")


def _filled(value: Any, arguments: Mapping[str, Any]) -> Any:
    """Put sibling arguments into the text that the compiler makes of an f-string."""
    if not isinstance(value, str) or "{{$" not in value:
        return value

    def replace(match: re.Match[str]) -> str:
        found = arguments.get(match.group(1), match.group(0))
        return found if isinstance(found, str) else json.dumps(found)

    return _PLACEHOLDER.sub(replace, value)


def _select(value: Any, expression: str) -> Any:
    """Take a part of a value, as in `parseJson(string_value)["a"]`."""
    if not expression:
        return value
    match = _SELECTOR.match(expression)
    if match is None:
        raise TaskError(f"selector {expression!r} is one that the local server does not know")
    value = json.loads(value) if isinstance(value, str) else value
    for key in re.findall(r"\[([^\]]+)\]", match.group(1)):
        value = value[json.loads(key)]
    return value


def loop_items(task: Mapping[str, Any], arguments: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return the name of a loop's variable and the items that it takes.

    Raises:
        TaskError: what it goes over is no list.
    """
    iterator = task.get("parameterIterator") or task["artifactIterator"]
    source = iterator["items"]
    if "raw" in source:
        items = json.loads(source["raw"])
    else:
        items = arguments.get(source.get("inputParameter") or source.get("inputArtifact"), [])
    items = json.loads(items) if isinstance(items, str) else items
    if not isinstance(items, list):
        raise TaskError(f"a loop needs a list to go over, not {items!r}")
    return iterator["itemInput"], items


def _definitions(component: Mapping[str, Any], section: str) -> dict[str, Any]:
    definitions: dict[str, Any] = (component.get("inputDefinitions") or {}).get(section) or {}
    return definitions
