# SPDX-License-Identifier: Apache-2.0
"""Values that go in and out of the tasks of a compiled pipeline."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from kfp_server_api.server.engine.outcome import Outcome

_SELECTOR = re.compile(r"^parseJson\(string_value\)((?:\[[^\]]+\])*)$")
_PLACEHOLDER = re.compile(r"\{\{\$\.inputs\.parameters\['([^']+)'\]\}\}")


class MissingValueError(ValueError):
    """An input comes from a task that gave no output.

    Attributes:
        failed: False where that task was skipped, so that the one that needs it is skipped as well.
    """

    def __init__(self, message: str, failed: bool) -> None:
        super().__init__(message)
        self.failed = failed


class Scope:
    """What the tasks of one graph can see: its inputs and how its other tasks ended."""

    def __init__(self, inputs: dict[str, Any]) -> None:
        self.inputs = inputs
        self.outcomes: dict[str, Outcome] = {}

    def output(self, task: str, key: str) -> Any:
        """Return one output of a task that ended."""
        outcome = self.outcomes.get(task)
        if outcome is not None and key in outcome.outputs:
            return outcome.outputs[key]
        skipped = outcome is not None and outcome.state in ("SKIPPED", "SUCCEEDED")
        raise MissingValueError(f"task {task!r} gave no output {key!r}", failed=not skipped)


def pipeline_inputs(root: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """Join the parameters of a run with the pipeline's defaults.

    Raises:
        ValueError: a parameter is missing, unknown or of another type.
    """
    known = _definitions(root, "parameters")
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise ValueError(f"the pipeline has no parameter {', '.join(map(repr, unknown))}")
    given = {name: typed(name, value, known[name]) for name, value in parameters.items() if value is not None}
    inputs = with_defaults(root, given)
    missing = sorted(name for name in known if name not in inputs and not known[name].get("isOptional"))
    if missing:
        raise ValueError(f"the pipeline needs a value for parameter {', '.join(map(repr, missing))}")
    return inputs


def with_defaults(component: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Add the defaults of a component to its arguments."""
    defaults = {
        name: typed(name, definition["defaultValue"], definition)
        for name, definition in _definitions(component, "parameters").items()
        if definition.get("defaultValue") is not None
    }
    return {**defaults, **arguments}


def typed(name: str, value: Any, definition: dict[str, Any]) -> Any:
    """Give a JSON value the Python type that its definition names.

    IR keeps every number as a double, also those inside lists and mappings; whole ones become int there, as
    they do on their way through a cluster.
    """
    kind = definition.get("parameterType")
    if isinstance(value, str) and _PLACEHOLDER.search(value):
        return value
    try:
        if kind == "NUMBER_INTEGER":
            return int(value)
        if kind == "NUMBER_DOUBLE":
            return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"parameter {name!r} must be {kind}, not {value!r}") from None
    return whole(value) if isinstance(value, (list, dict)) else value


def whole(value: Any) -> Any:
    """Turn whole floats inside lists and mappings into ints."""
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def dependencies(task: dict[str, Any]) -> set[str]:
    """Return the names of the tasks that must have ended before a task may start."""
    inputs = task.get("inputs") or {}
    sources = [*(inputs.get("parameters") or {}).values(), *(inputs.get("artifacts") or {}).values()]
    kinds = ("taskOutputParameter", "taskOutputArtifact", "taskFinalStatus")
    named = [source.get(kind) for source in sources for kind in kinds]
    return {*(task.get("dependentTasks") or []), *(source["producerTask"] for source in named if source)}


def task_arguments(task: dict[str, Any], component: dict[str, Any], scope: Scope) -> dict[str, Any]:
    """Return the values of a task's inputs; optional ones without a value are left out.

    Raises:
        MissingValueError: an input that the component needs comes from a task that gave none.
        ValueError: an input of a kind that is not known.
    """
    inputs = task.get("inputs") or {}
    arguments: dict[str, Any] = {}
    for kind in ("parameters", "artifacts"):
        definitions = _definitions(component, kind)
        for name, source in (inputs.get(kind) or {}).items():
            definition = definitions.get(name, {})
            try:
                value = _source_value(name, source, scope)
            except MissingValueError:
                if definition.get("isOptional") or definition.get("defaultValue") is not None:
                    continue
                raise
            if value is not None:
                arguments[name] = typed(name, value, definition) if kind == "parameters" else value
    return {name: _filled(value, arguments) for name, value in arguments.items()}


def _source_value(name: str, source: dict[str, Any], scope: Scope) -> Any:
    if "runtimeValue" in source:
        return source["runtimeValue"].get("constant")
    for kind in ("Parameter", "Artifact"):
        produced = source.get(f"taskOutput{kind}")
        if produced:
            value = scope.output(produced["producerTask"], produced[f"output{kind}Key"])
            return select(value, source.get("parameterExpressionSelector", ""))
    for kind in ("componentInputParameter", "componentInputArtifact"):
        if kind in source:
            value = scope.inputs.get(source[kind])
            return select(value, source.get("parameterExpressionSelector", ""))
    if "taskFinalStatus" in source:
        return _final_status(source["taskFinalStatus"]["producerTask"], scope)
    raise ValueError(f"input {name!r} comes from {', '.join(source)}, which the local server does not know")


def _final_status(task: str, scope: Scope) -> dict[str, Any]:
    outcome = scope.outcomes[task]
    return {
        "state": "SUCCEEDED" if outcome.state == "SUCCEEDED" else "FAILED",
        "pipelineTaskName": task,
        "pipelineJobResourceName": "",
        "error": {"code": 1, "message": outcome.error} if outcome.error else {},
    }


def _filled(value: Any, arguments: dict[str, Any]) -> Any:
    """Put sibling arguments into the text that the compiler makes of an f-string."""
    if not isinstance(value, str) or "{{$" not in value:
        return value

    def replace(match: re.Match[str]) -> str:
        found = arguments.get(match.group(1), match.group(0))
        return found if isinstance(found, str) else json.dumps(found)

    return _PLACEHOLDER.sub(replace, value)


def select(value: Any, expression: str) -> Any:
    """Take a part of a value, as in `parseJson(string_value)["a"]`."""
    if not expression:
        return value
    match = _SELECTOR.match(expression)
    if match is None:
        raise ValueError(f"selector {expression!r} is one that the local server does not know")
    value = json.loads(value) if isinstance(value, str) else value
    for key in re.findall(r"\[([^\]]+)\]", match.group(1)):
        value = value[json.loads(key)]
    return value


def loop_items(task: dict[str, Any], arguments: dict[str, Any]) -> tuple[str, list[Any]]:
    """Return the name of a loop's variable and the items that it takes."""
    iterator = task.get("parameterIterator") or task["artifactIterator"]
    source = iterator["items"]
    if "raw" in source:
        items = json.loads(source["raw"])
    else:
        items = arguments.get(source.get("inputParameter") or source.get("inputArtifact"), [])
    items = json.loads(items) if isinstance(items, str) else items
    if not isinstance(items, list):
        raise ValueError(f"a loop needs a list to go over, not {items!r}")
    return iterator["itemInput"], items


def collect(component: dict[str, Any], outputs: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Join the outputs of a loop's iterations into one list an output, in the order of the items."""
    definitions = component.get("outputDefinitions") or {}
    keys = [*(definitions.get("parameters") or {}), *(definitions.get("artifacts") or {})]
    return {key: [one[key] for one in outputs if key in one] for key in keys}


def dag_outputs(outputs: dict[str, Any], scope: Scope) -> dict[str, Any]:
    """Return the outputs of a graph; those whose task was skipped are left out.

    Raises:
        ValueError: none of the branches of a `dsl.OneOf` ran.
    """
    chosen: dict[str, Any] = {}
    for key, source in (outputs.get("parameters") or {}).items():
        one_of = source.get("valueFromOneof")
        selectors = one_of["parameterSelectors"] if one_of else [source["valueFromParameter"]]
        _choose(chosen, key, [(s["producerSubtask"], s["outputParameterKey"]) for s in selectors], scope)
    for key, source in (outputs.get("artifacts") or {}).items():
        selectors = source.get("artifactSelectors") or []
        _choose(chosen, key, [(s["producerSubtask"], s["outputArtifactKey"]) for s in selectors], scope)
    return chosen


def _choose(chosen: dict[str, Any], key: str, sources: list[tuple[str, str]], scope: Scope) -> None:
    for task, output in sources:
        outcome = scope.outcomes.get(task)
        if outcome is not None and output in outcome.outputs:
            chosen[key] = outcome.outputs[output]
            return
    if len(sources) > 1:
        raise ValueError(f"output {key!r}: none of the branches that could give it ran")


def as_json(value: Any) -> Any:
    """Return a value as JSON types; an artifact becomes its name, uri, type and metadata."""
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    schema = {"schemaTitle": value.schema_title, "schemaVersion": value.schema_version}
    return {
        "name": value.name,
        "uri": value.uri,
        "type": schema,
        "metadata": as_json(whole(dict(value.metadata))),
    }


def seconds(duration: str | None, default: float) -> float:
    """Read a protobuf duration such as "1.5s"."""
    return float(duration.rstrip("s")) if duration else default


def _definitions(component: dict[str, Any], kind: str) -> dict[str, Any]:
    definitions: dict[str, Any] = (component.get("inputDefinitions") or {}).get(kind) or {}
    return definitions
