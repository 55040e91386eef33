# SPDX-License-Identifier: Apache-2.0
"""The message that describes one execution of a component, as kfp's executor reads it, and what a command may name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kfp_server_api.server.engine import placeholders
from kfp_server_api.server.engine.artifacts import local_path
from kfp_server_api.server.engine.inputs import definitions, with_defaults


def executor_input(component: Mapping[str, Any], arguments: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the message that describes one execution of a component.

    Args:
        arguments: values of its inputs, artifacts as mappings.
        folder: where its outputs go.
    """
    artifacts = definitions(component, "artifacts")
    values = with_defaults(component, arguments)
    outputs = component.get("outputDefinitions") or {}
    return {
        "inputs": {
            "parameterValues": {name: value for name, value in values.items() if name not in artifacts},
            "artifacts": {name: _listed(value) for name, value in values.items() if name in artifacts},
        },
        "outputs": {
            "parameters": {name: {"outputFile": str(folder / name)} for name in outputs.get("parameters") or {}},
            "artifacts": {
                name: _listed({"name": name, "uri": str(folder / name), "type": _type(definition), "metadata": {}})
                for name, definition in (outputs.get("artifacts") or {}).items()
            },
            "outputFile": str(folder / "executor_output.json"),
        },
    }


def _listed(value: Any) -> dict[str, Any]:
    return {"artifacts": value if isinstance(value, list) else [value]}


def _type(definition: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = definition.get("artifactType") or {}
    return found


def placeholder_table(message: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of the placeholders in a component's command: those of its inputs and outputs, and `{{$}}`."""
    inputs, outputs = message["inputs"], message["outputs"]
    table = {"{{$}}": json.dumps(message), **placeholders.of_parameters(inputs["parameterValues"])}
    for name, value in outputs["parameters"].items():
        table[f"{{{{$.outputs.parameters['{name}'].output_file}}}}"] = value["outputFile"]
    for way, artifacts in (("inputs", inputs["artifacts"]), ("outputs", outputs["artifacts"])):
        for name, listed in artifacts.items():
            if listed["artifacts"]:  # of a list, the first
                uri = listed["artifacts"][0]["uri"]
                table[f"{{{{$.{way}.artifacts['{name}'].uri}}}}"] = uri
                table[f"{{{{$.{way}.artifacts['{name}'].path}}}}"] = local_path(uri)
    return table
