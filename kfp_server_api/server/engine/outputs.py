# SPDX-License-Identifier: Apache-2.0
"""Values that come out of graphs and loops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kfp_server_api.server.engine.inputs import MissingValueError, Scope
from kfp_server_api.server.engine.outcome import TaskError


class Collected(list[Any]):
    """The values that the iterations of a loop gave, in the order of its items.

    Attributes:
        nested: whether loops inside gave lists, whose items stand in this one.
    """

    nested = False


def graph_outputs(declared: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """Return the outputs of a graph; those whose task was skipped are left out.

    Args:
        declared: where each output comes from, `dag.outputs` of the pipeline spec.

    Raises:
        TaskError: a task or output is not there, or none of the branches of a `dsl.OneOf` ran.
    """
    chosen: dict[str, Any] = {}
    for key, source in (declared.get("parameters") or {}).items():
        one_of = source.get("valueFromOneof")
        selectors = one_of["parameterSelectors"] if one_of else [source["valueFromParameter"]]
        _choose(chosen, key, [(s["producerSubtask"], s["outputParameterKey"]) for s in selectors], scope)
    for key, source in (declared.get("artifacts") or {}).items():
        selectors = source.get("artifactSelectors") or []
        _choose(chosen, key, [(s["producerSubtask"], s["outputArtifactKey"]) for s in selectors], scope)
    return chosen


def _choose(chosen: dict[str, Any], key: str, sources: Sequence[tuple[str, str]], scope: Scope) -> None:
    for task, output in sources:
        try:
            chosen[key] = scope.output(task, output)
            return
        except MissingValueError as error:
            if error.failed and len(sources) == 1:
                raise TaskError(f"output {key!r}: {error}") from None
    if len(sources) > 1:
        raise TaskError(f"output {key!r}: none of the branches that could give it ran")


def collect(component: Mapping[str, Any], iterations: Sequence[Mapping[str, Any]]) -> dict[str, Collected]:
    """Join the outputs of a loop's iterations into one list an output; what loops inside gave becomes part of it."""
    definitions = component.get("outputDefinitions") or {}
    keys = [*(definitions.get("parameters") or {}), *(definitions.get("artifacts") or {})]
    return {key: _joined(outputs[key] for outputs in iterations if key in outputs) for key in keys}


def _joined(values: Iterable[Any]) -> Collected:
    joined = Collected()
    for value in values:
        if isinstance(value, Collected):
            joined.extend(value)
            joined.nested = True
        else:
            joined.append(value)
    return joined


def flattened(arguments: Mapping[str, Any]) -> str:
    """Return the inputs of a task that loops in loops gave, as its reason says it; "" where there is none."""
    names = [repr(name) for name, value in arguments.items() if isinstance(value, Collected) and value.nested]
    return f"its input {', '.join(names)} is one flat list of what nested loops gave, as on a cluster" if names else ""
