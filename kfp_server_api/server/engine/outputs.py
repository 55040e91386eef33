# SPDX-License-Identifier: Apache-2.0
"""Values that come out of the tasks of a compiled pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kfp_server_api.server.engine.inputs import whole
from kfp_server_api.server.engine.outcome import Outcome, TaskError


def graph_outputs(declared: Mapping[str, Any], outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Return the outputs of a graph; those whose task was skipped are left out.

    Args:
        declared: where each output comes from, `dag.outputs` of the pipeline spec.
        outcomes: how the graph's tasks ended.

    Raises:
        TaskError: none of the branches of a `dsl.OneOf` ran.
    """
    chosen: dict[str, Any] = {}
    for key, source in (declared.get("parameters") or {}).items():
        one_of = source.get("valueFromOneof")
        selectors = one_of["parameterSelectors"] if one_of else [source["valueFromParameter"]]
        _choose(chosen, key, [(s["producerSubtask"], s["outputParameterKey"]) for s in selectors], outcomes)
    for key, source in (declared.get("artifacts") or {}).items():
        selectors = source.get("artifactSelectors") or []
        _choose(chosen, key, [(s["producerSubtask"], s["outputArtifactKey"]) for s in selectors], outcomes)
    return chosen


def _choose(
    chosen: dict[str, Any], key: str, sources: Sequence[tuple[str, str]], outcomes: Mapping[str, Outcome]
) -> None:
    for task, output in sources:
        outcome = outcomes.get(task)
        if outcome is not None and output in outcome.outputs:
            chosen[key] = outcome.outputs[output]
            return
    if len(sources) > 1:
        raise TaskError(f"output {key!r}: none of the branches that could give it ran")


def collect(component: Mapping[str, Any], iterations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Join the outputs of a loop's iterations into one list an output, in the order of the items."""
    definitions = component.get("outputDefinitions") or {}
    keys = [*(definitions.get("parameters") or {}), *(definitions.get("artifacts") or {})]
    return {key: [outputs[key] for outputs in iterations if key in outputs] for key in keys}


def as_json(value: Any) -> Any:
    """Return a value as JSON types; an artifact becomes its name, uri, type and metadata."""
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return {
        "name": value.name,
        "uri": value.uri,
        "type": {"schemaTitle": value.schema_title, "schemaVersion": value.schema_version},
        "metadata": as_json(whole(dict(value.metadata))),
    }
