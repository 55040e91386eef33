# SPDX-License-Identifier: Apache-2.0
"""Values that go into the tasks of a compiled pipeline."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from kfp_server_api.server.engine import placeholders
from kfp_server_api.server.engine.outcome import BLOCKED, FAILED, SKIPPED, SUCCEEDED, Outcome, TaskError
from kfp_server_api.server.engine.values import as_text, read_json, shown, typed, whole
from kfp_server_api.server.packages.parameters import check_parameters

_FROM_ELSEWHERE = {"componentInputParameter", "componentInputArtifact", "parameterExpressionSelector"}
_SELECTOR = re.compile(r"^parseJson\(string_value\)((?:\[[^\]]+\])*)$")


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

    Args:
        inputs: those of the graph that are declared or given; None for one without a value.
        possible: Tells the outputs of a task that tasks inside it give, unless they are skipped.
        run_name: What final statuses say of the run.
    """

    def __init__(
        self,
        inputs: Mapping[str, Any],
        possible: Callable[[str], Collection[str]] = lambda task: (),
        run_name: str = "",
    ) -> None:
        self._inputs = inputs
        self._possible = possible
        self._run_name = run_name
        self.outcomes: dict[str, Outcome] = {}

    def input(self, name: str) -> Any:
        """Return one input of the graph, None where it is declared and has no value."""
        if name not in self._inputs:
            raise TaskError(f"its parent has no input {name!r}")
        return self._inputs[name]

    def output(self, task: str, key: str) -> Any:
        """Return one output of a task that ended."""
        outcome = self.outcomes.get(task)
        if outcome is not None and key in outcome.outputs:
            return outcome.outputs[key]
        state = outcome.state if outcome is not None else FAILED
        # One that succeeded has all its outputs, but for those of branches inside that were not taken.
        skipped = state == SKIPPED or (state == SUCCEEDED and key in self._possible(task))
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
            "pipelineJobResourceName": self._run_name,
            "error": {"code": 1, "message": outcome.error} if outcome.error else {},
        }


def pipeline_arguments(spec: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a run as the values of the pipeline's inputs; those without a value are left out.

    Raises:
        InvalidPipelineError: a parameter is missing, unknown or of another type.
    """
    check_parameters(spec, parameters)
    known = definitions(spec["root"], "parameters")
    given = {name: whole(value) for name, value in parameters.items() if value is not None}
    return {name: typed(f"parameter {name!r}", value, known[name]) for name, value in given.items()}


def with_defaults(component: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Add the defaults of a component to its arguments."""
    defaults = {
        name: typed(f"the default of {name!r}", whole(definition["defaultValue"]), definition)
        for name, definition in definitions(component, "parameters").items()
        if definition.get("defaultValue") is not None
    }
    return {**defaults, **arguments}


def graph_inputs(component: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the tasks in a graph see of its inputs: arguments, defaults, None for what is optional and unset."""
    declared = {**definitions(component, "parameters"), **definitions(component, "artifacts")}
    unset = {name: None for name, definition in declared.items() if definition.get("isOptional")}
    return {**unset, **with_defaults(component, arguments)}


def task_arguments(
    task: Mapping[str, Any], component: Mapping[str, Any], scope: Scope, table: Mapping[str, str]
) -> dict[str, Any]:
    """Return the values of a task's inputs; optional ones without a value are left out.

    Args:
        table: the texts of placeholders that a constant can be.

    Raises:
        MissingValueError: an input that the component needs comes from a task that gave none.
        TaskError: an input has no such value, or a source that is not known.
    """
    sources: dict[str, dict[str, Any]] = (task.get("inputs") or {}).get("parameters") or {}
    known = definitions(component, "parameters")
    values = _resolved(sources, known, lambda name, source: _parameter(name, source, scope, table))
    siblings = placeholders.of_parameters(values)
    if "dag" not in component:  # a graph has no launcher, which is what fills these on a cluster
        constants = {name for name in values if "runtimeValue" in sources[name]}
        values = {name: placeholders.filled(v, siblings) if name in constants else v for name, v in values.items()}
    parameters = {name: typed(f"parameter {name!r}", value, known.get(name, {})) for name, value in values.items()}
    artifacts = _resolved(
        (task.get("inputs") or {}).get("artifacts") or {},
        definitions(component, "artifacts"),
        lambda name, source: _artifact(name, source, scope),
    )
    arguments = {**parameters, **artifacts}
    _check_complete(component, arguments, _iterator(task).get("itemInput"))
    return arguments


def _resolved(
    sources: Mapping[str, dict[str, Any]],
    known: Mapping[str, dict[str, Any]],
    read: Callable[[str, dict[str, Any]], Any],
) -> dict[str, Any]:
    """Read inputs, leaving out those that may be missing and are."""
    values = {}
    for name, source in sources.items():
        optional = _may_be_missing(known.get(name, {}))
        try:
            value = read(name, source)
        except MissingValueError:
            if not optional:
                raise
            continue
        if value is None and not optional and _FROM_ELSEWHERE & source.keys():
            raise TaskError(f"input {name!r} is not optional, and what it comes from has no value")
        if value is not None or not optional:
            values[name] = value
    return values


def _may_be_missing(definition: Mapping[str, Any]) -> bool:
    return bool(definition.get("isOptional")) or definition.get("defaultValue") is not None


def _check_complete(component: Mapping[str, Any], arguments: Mapping[str, Any], item: str | None) -> None:
    """Refuse a task that lacks an input; a loop has no item yet."""
    declared = {**definitions(component, "parameters"), **definitions(component, "artifacts")}
    lacking = [
        repr(name)
        for name, definition in declared.items()
        if name not in arguments and name != item and not _may_be_missing(definition)
    ]
    if lacking:
        raise TaskError(f"input {', '.join(lacking)} has no value")


def setting(source: Mapping[str, Any], scope: Scope, arguments: Mapping[str, Any]) -> Any:
    """Return the value that a setting of a task has, from a source in the graph that holds it."""
    value = _parameter("of its settings", source, scope, {})
    return placeholders.filled(value, placeholders.of_parameters(arguments)) if "runtimeValue" in source else value


def _parameter(name: str, source: Mapping[str, Any], scope: Scope, table: Mapping[str, str]) -> Any:
    if "runtimeValue" in source:
        return placeholders.constant(whole(source["runtimeValue"].get("constant")), table)
    if "taskFinalStatus" in source:
        return scope.final_status(source["taskFinalStatus"]["producerTask"])
    if "taskOutputParameter" in source:
        produced = source["taskOutputParameter"]
        value = scope.output(produced["producerTask"], _output_key(name, produced, "outputParameterKey"))
    elif "componentInputParameter" in source:
        value = scope.input(source["componentInputParameter"])
    else:
        raise _unknown(name, source)
    selector = source.get("parameterExpressionSelector")
    return _select(name, value, selector) if selector else value


def _artifact(name: str, source: Mapping[str, Any], scope: Scope) -> Any:
    if "taskOutputArtifact" in source:
        produced = source["taskOutputArtifact"]
        return scope.output(produced["producerTask"], _output_key(name, produced, "outputArtifactKey"))
    if "componentInputArtifact" in source:
        return scope.input(source["componentInputArtifact"])
    raise _unknown(name, source)


def _output_key(name: str, produced: Mapping[str, str], kind: str) -> str:
    if not produced.get(kind):
        raise TaskError(
            f"input {name!r} comes from an output of task {produced['producerTask']!r} that is not named, "
            "as in pipelines of kfp 2.0 betas: compile it again with a newer kfp"
        )
    return produced[kind]


def _unknown(name: str, source: Mapping[str, Any]) -> TaskError:
    return TaskError(f"input {name!r} comes from {', '.join(source)}, which the local server does not know")


def _select(name: str, value: Any, expression: str) -> Any:
    """Take a part of a value, as in `parseJson(string_value)["a"]`."""
    match = _SELECTOR.match(expression)
    if match is None:
        raise TaskError(f"selector {expression!r} is one that the local server does not know")
    try:
        part = read_json(as_text(value))
    except ValueError:
        raise TaskError(f"input {name!r} takes a part of {shown(value)}, which is no JSON") from None
    for key in map(json.loads, re.findall(r"\[([^\]]+)\]", match.group(1))):
        try:
            part = part[key]
        except (LookupError, TypeError):
            raise TaskError(f"input {name!r} takes the field {key!r} of {shown(part)}, which has none") from None
    return part


def loop_items(task: Mapping[str, Any], arguments: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return the name of a loop's variable and the items that it takes.

    Raises:
        TaskError: what it goes over is not there or no list.
    """
    iterator = _iterator(task)
    source = iterator["items"]
    name = source.get("inputParameter") or source.get("inputArtifact")
    if "raw" not in source and name not in arguments:
        raise TaskError(f"the loop goes over its input {name!r}, which has no value")
    items = source["raw"] if "raw" in source else arguments[name]
    try:
        items = read_json(items) if isinstance(items, str) else items
    except ValueError:
        raise TaskError(f"a loop needs a list to go over, not {shown(items)}") from None
    if not isinstance(items, list):
        raise TaskError(f"a loop needs a list to go over, not {shown(items)}")
    return iterator["itemInput"], items


def _iterator(task: Mapping[str, Any]) -> dict[str, Any]:
    iterator: dict[str, Any] = task.get("parameterIterator") or task.get("artifactIterator") or {}
    return iterator


def item_argument(component: Mapping[str, Any], variable: str, item: Any) -> dict[str, Any]:
    """Return the variable of a loop as an argument of one iteration.

    Raises:
        TaskError: the item is not of the type that the variable has.
    """
    known = definitions(component, "parameters")
    return {
        variable: typed(f"the item of the loop, {variable!r},", item, known[variable]) if variable in known else item
    }


def definitions(component: Mapping[str, Any], section: str) -> dict[str, Any]:
    """Return the inputs that a component declares, of one section: parameters or artifacts."""
    declared: dict[str, Any] = (component.get("inputDefinitions") or {}).get(section) or {}
    return declared
