# SPDX-License-Identifier: Apache-2.0
"""Names and types of Python, from those of the spec."""

from __future__ import annotations

import re


def snake(name: str) -> str:
    """Return `V2beta1ListRunsResponse` as `v2beta1_list_runs_response`, `recurringRuns` as `recurring_runs`."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def identifier(wire_name: str) -> str:
    """Return the attribute or keyword for a name on the wire: `@type` is `type`, `run.run_id` is `run_run_id`."""
    return snake(re.sub(r"\W", "_", wire_name).strip("_"))


def annotation(type_name: str, enums: frozenset[str] = frozenset()) -> str:
    """Return the Python type of a spec type as `openapi_types` writes it: `dict(str, object)` is `dict[str, Any]`."""
    if type_name.startswith("list["):
        return f"list[{annotation(type_name[5:-1], enums)}]"
    if type_name.startswith("dict("):
        return f"dict[str, {annotation(type_name[10:-1], enums)}]"
    if type_name in enums:
        return "str"
    return {"object": "Any", "file": "Upload"}.get(type_name, type_name)


def models_in(type_name: str) -> set[str]:
    """Return the names of models and enums that a type mentions."""
    words = set(re.findall(r"\w+", type_name))
    return words - {"list", "dict", "str", "int", "bool", "float", "object", "datetime", "date", "file"}
