# SPDX-License-Identifier: Apache-2.0
"""A run's parameters, held against what its pipeline declares."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from kfp_server_api.server.packages import InvalidPipelineError


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "NUMBER_DOUBLE": (_is_number, "double or integer, but the parameter value is not of number value type"),
    "NUMBER_INTEGER": (_is_number, "double or integer, but the parameter value is not of number value type"),
    "STRING": (lambda v: isinstance(v, str), "string, but the input parameter is not of string value type"),
    "BOOLEAN": (lambda v: isinstance(v, bool), "bool, but the input parameter is not of bool value type"),
    "LIST": (lambda v: isinstance(v, list), "list, but the input parameter is not of list value type"),
    "STRUCT": (lambda v: isinstance(v, dict), "struct, but the input parameter is not of struct value type"),
    "TASK_FINAL_STATUS": (lambda v: False, "TASK_FINAL_STATUS, which is invalid for root component"),
}
"""Parameter type to its check and what an error text says of it."""
_OF_TASKS = {"TASK_FINAL_STATUS", "TASK_CONFIG"}
"""Types of which only tasks have values, mappings that the server makes."""


def fits(declared: str, value: Any) -> bool:
    """Tell whether a task's value has a parameter type; an unknown type has any."""
    return declared in _OF_TASKS or declared not in _TYPES or _TYPES[declared][0](value)


def check_parameters(spec: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Refuse parameters that the pipeline does not declare, lacks, or declares with another type.

    Raises:
        InvalidPipelineError: which parameter is wrong and why.
    """
    inputs = spec["root"].get("inputDefinitions") or {}
    declared: Mapping[str, Any] = inputs.get("parameters") or {}
    for name, definition in declared.items():
        _check(name, definition or {}, given)
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise InvalidPipelineError(f"parameter(s) provided are not required by pipeline: {', '.join(unknown)}")


def _check(name: str, definition: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    if name not in given:
        if "defaultValue" not in definition and not definition.get("isOptional"):
            raise InvalidPipelineError(
                f"parameter {name} is not optional, yet has neither default value nor user provided value"
            )
        return
    value = given[name]
    fits, wanted = _TYPES.get(str(definition.get("parameterType")), (lambda value: True, ""))
    if not fits(value):
        raise InvalidPipelineError(f"input parameter {name} requires type {wanted}")
    literals = definition.get("literals") or []
    if literals and value not in literals:
        allowed = ", ".join(json.dumps(literal) for literal in literals)
        raise InvalidPipelineError(
            f'input parameter "{name}" value {json.dumps(value)} '
            f"does not match any of the allowed literal values: {allowed}"
        )
