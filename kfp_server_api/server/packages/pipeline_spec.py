# SPDX-License-Identifier: Apache-2.0
"""Compiled pipelines as users upload or send them, read and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from kfp_server_api.server.packages import InvalidPipelineError
from kfp_server_api.server.packages.task_order import cycle_text, task_order

SCHEMA_VERSION = "2.1.0"

_FIELDS = frozenset(
    {
        "pipelineInfo",
        "deploymentSpec",
        "schemaVersion",
        "sdkVersion",
        "components",
        "root",
        "defaultPipelineRoot",
    }
)


class Package(NamedTuple):
    """A compiled pipeline: its pipeline spec and, if it has one, the platform's settings."""

    pipeline_spec: dict[str, Any]
    platform_spec: dict[str, Any] | None


def parse_package(read: Callable[[], Sequence[Any]]) -> Package:
    """Return the pipeline in a YAML (or JSON) text of one or more documents.

    Args:
        read: returns the documents as JSON has them, or raises a ValueError that says why they cannot be read.

    Raises:
        InvalidPipelineError: there is not exactly one pipeline in it, or the pipeline cannot be accepted.
    """
    try:
        documents = read()
    except ValueError as cause:
        raise InvalidPipelineError(f"failed to parse pipeline spec YAML: {cause}") from cause
    specs = [document for document in documents if _refusal(document) is None]
    platforms = [document for document in documents if _is_platform(document)]
    if len(specs) > 1:
        raise InvalidPipelineError("multiple pipeline specs provided")
    if len(platforms) > 1:
        raise InvalidPipelineError("multiple platform specs provided")
    if not specs:
        reasons = [_refusal(document) for document in documents if not _is_platform(document)]
        raise InvalidPipelineError(f"unknown template format: {reasons[0] if reasons else 'the file is empty'}")
    check_schema_version(specs[0])
    return Package(specs[0], platforms[0] if platforms else None)


def parse_inline(spec: Any) -> Package:
    """Return the pipeline in a run's `pipeline_spec`, which is one or is `{pipeline_spec, platform_spec}`.

    Raises:
        InvalidPipelineError: it is not a pipeline.
    """
    wrapped = isinstance(spec, Mapping) and "pipeline_spec" in spec
    inner, platform = (spec["pipeline_spec"], spec.get("platform_spec")) if wrapped else (spec, None)
    reason = _refusal(inner)
    if reason:
        raise InvalidPipelineError(f"unknown template format: {reason}")
    check_schema_version(inner)
    return Package(inner, platform or None)


def _refusal(document: Any) -> str | None:
    """Return why a document is not a pipeline, None if it is one."""
    if not isinstance(document, dict):
        return "the document is empty" if document is None else "the document is not a mapping"
    if str(document.get("apiVersion", "")).startswith("argoproj.io/"):
        return "this server runs no Argo workflows (v1 pipelines); compile the pipeline with kfp 2"
    unknown = sorted(key for key in document if key not in _FIELDS)
    if unknown:
        return f'unknown field "{unknown[0]}"'
    info, root = document.get("pipelineInfo"), document.get("root")
    if not isinstance(info, dict) or not isinstance(info.get("name"), str) or not info["name"]:
        return "pipelineInfo.name is missing"
    if not isinstance(root, dict) or not root:
        return "root is missing"
    return _wrong_part(document)


def _wrong_part(document: Mapping[str, Any]) -> str | None:
    """Return which part of a pipeline is no mapping, or which task names a component that is not there."""
    inputs = document["root"].get("inputDefinitions")
    parts = {
        "components": _is_table(document.get("components")),
        "deploymentSpec": _is_table(document.get("deploymentSpec")),
        "root.inputDefinitions": _is_table(inputs),
        "root.inputDefinitions.parameters": _is_table(_get(inputs, "parameters")),
    }
    for field, is_table in parts.items():
        if not is_table:
            return f"{field} is not a mapping of mappings"
    return _wrong_graph(document.get("components") or {}, document["root"])


def _wrong_graph(components: Mapping[str, Any], root: Mapping[str, Any]) -> str | None:
    """Return what keeps the task graphs of a pipeline from being walked."""
    for name, component in [*components.items(), ("root", root)]:
        dag = component.get("dag")
        if not (dag is None or isinstance(dag, dict)) or not _is_table(_get(dag, "tasks")):
            return f"the dag of {name} is not a mapping with a mapping of tasks"
        for task, used in _tasks(component):
            if "/" in task or "\0" in task or task in ("", ".", ".."):
                return f"{task!r} in the dag of {name} cannot be the name of a task"
            if used not in components:
                return f'task "{task}" of {name} uses component "{used}", which is not in the file'
        try:
            task_order(_get(dag, "tasks") or {})
        except InvalidPipelineError as cause:
            return f"the dag of {name}: {cause}"
    used_by = {name: {used for _, used in _tasks(component)} for name, component in components.items()}
    try:
        TopologicalSorter(used_by).prepare()
    except CycleError as cause:
        return f"components use themselves: {cycle_text(cause)}"
    return None


def _is_table(value: Any) -> bool:
    """Tell whether a part of a pipeline spec that may be missing maps names to mappings."""
    return value is None or (isinstance(value, dict) and all(isinstance(item, dict) for item in value.values()))


def _tasks(component: Any) -> Iterator[tuple[str, Any]]:
    """Yield each task of a component's graph with the name of its component."""
    tasks = _get(_get(component, "dag"), "tasks")
    for name, task in tasks.items() if isinstance(tasks, dict) else ():
        yield name, str(_get(_get(task, "componentRef"), "name"))


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _is_platform(document: Any) -> bool:
    return _get(_get(document, "platforms"), "kubernetes") is not None


def check_schema_version(spec: Mapping[str, Any]) -> None:
    """Refuse a pipeline spec of another schema than the one that servers know."""
    version = spec.get("schemaVersion")
    if version != SCHEMA_VERSION:
        raise InvalidPipelineError(
            f"KFP only supports schema version {SCHEMA_VERSION}, but the pipeline spec has version {version}"
        )


def check_name(spec: Mapping[str, Any]) -> None:
    """Refuse an uploaded pipeline whose own name is not one that servers take."""
    name = spec["pipelineInfo"]["name"]
    if len(name) > 128:
        raise InvalidPipelineError("pipeline's name must contain no more than 128 characters")
    if not re.match(r"[a-z0-9][a-z0-9-]*\Z", name):
        raise InvalidPipelineError(
            "pipeline's name must contain only lowercase alphanumeric characters or '-' "
            "and must start with alphanumeric characters"
        )
