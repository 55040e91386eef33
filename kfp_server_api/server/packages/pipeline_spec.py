# SPDX-License-Identifier: Apache-2.0
"""Compiled pipelines as users upload or send them, read and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from kfp_server_api.server.packages import InvalidPipelineError
from kfp_server_api.server.packages.spec_schema import SchemaError, normalized_platform, normalized_spec
from kfp_server_api.server.packages.task_order import cycle_text, task_order

SCHEMA_VERSION = "2.1.0"

_INVALID, _SPEC, _PLATFORM = "InvalidInputError", "pipeline spec is invalid", "platform spec is invalid"
_UNKNOWN = "unknown template format"


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
        raise _invalid(f"failed to parse pipeline spec YAML: {cause}") from cause
    specs, platforms, reasons = [], [], []
    for document in documents:
        try:
            specs.append(_spec(document))
        except SchemaError as cause:
            platform = _platform(document)
            if platform:
                platforms.append(platform)
            else:
                reasons.append(str(cause))
    if len(specs) > 1:
        raise _invalid("multiple pipeline specs provided")
    if not specs:
        raise _unknown(reasons[0] if reasons else "the file is empty")
    if len(platforms) > 1:
        raise InvalidPipelineError("multiple platform specs provided", _INVALID, _PLATFORM)
    _check(specs[0])
    return Package(specs[0], platforms[0] if platforms else None)


def parse_inline(spec: Any) -> Package:
    """Return the pipeline in a run's `pipeline_spec`, as it was sent; it is one or is `{pipeline_spec, platform_spec}`.

    Raises:
        InvalidPipelineError: it is not a pipeline.
    """
    wrapped = isinstance(spec, Mapping) and "pipeline_spec" in spec
    inner, platform = (spec["pipeline_spec"], spec.get("platform_spec")) if wrapped else (spec, None)
    try:
        _spec(inner)
    except SchemaError as cause:
        raise _unknown(str(cause)) from cause
    _check(inner)
    return Package(inner, platform or None)


def _invalid(text: str) -> InvalidPipelineError:
    return InvalidPipelineError(text, _INVALID, _SPEC)


def _unknown(reason: str) -> InvalidPipelineError:
    return InvalidPipelineError(_UNKNOWN, _INVALID, f"{_SPEC}: {reason}")


def _spec(document: Any) -> dict[str, Any]:
    """Return a document as a pipeline spec.

    Raises:
        SchemaError: it is none.
    """
    if not isinstance(document, dict):
        raise SchemaError("the document is empty" if document is None else "the document is not a mapping")
    if str(document.get("apiVersion", "")).startswith("argoproj.io/"):
        raise SchemaError("this server runs no Argo workflows (v1 pipelines); compile the pipeline with kfp 2")
    spec = normalized_spec(document)
    if not _get(spec.get("pipelineInfo"), "name"):
        raise SchemaError("pipelineInfo.name is missing")
    if not isinstance(spec.get("root"), dict):
        raise SchemaError("root is missing")
    return spec


def _platform(document: Any) -> dict[str, Any] | None:
    """Return a document as the platform's settings that belong to a pipeline, None if it is no such."""
    if _get(_get(document, "platforms"), "kubernetes") is None:
        return None
    try:
        return normalized_platform(document)
    except SchemaError:
        return None


def _check(spec: Mapping[str, Any]) -> None:
    """Refuse a pipeline spec that cannot be run here."""
    check_schema_version(spec)
    reason = _wrong_part(spec)
    if reason:
        raise _unknown(reason)


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


def check_schema_version(spec: Mapping[str, Any]) -> None:
    """Refuse a pipeline spec of another schema than the one that servers know."""
    version = spec.get("schemaVersion")
    if version != SCHEMA_VERSION:
        raise _invalid(
            f"KFP only supports schema version {SCHEMA_VERSION}, but the pipeline spec has version {version or ''}"
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
