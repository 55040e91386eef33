# SPDX-License-Identifier: Apache-2.0
"""The schema of compiled pipelines, from the file that kfp brings; `kfp` itself takes long to import."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any

from kfp_server_api.server.json_safe import as_double
from kfp_server_api.server.packages import InvalidPipelineError

_MODULE = "kfp.pipeline_spec.pipeline_spec_pb2"
_ANY_JSON = "deploymentSpec"
"""The part of a pipeline spec that is any JSON object to the schema."""
_LONGEST = 500
"""Characters of a reason, which may quote what is wrong."""


class SchemaError(ValueError):
    """A document is not what the schema says."""


def normalized_spec(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document as a pipeline spec holds it: camelCase names, nothing that is a default.

    Raises:
        SchemaError: an unknown field, or a value of another type.
    """
    deployment = document.get(_ANY_JSON)
    others = {key: value for key, value in document.items() if key != _ANY_JSON or not isinstance(value, dict)}
    spec = _normalized(others, "PipelineSpec")
    return {**spec, _ANY_JSON: deployment} if isinstance(deployment, dict) else spec


def normalized_platform(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document as a platform spec holds it.

    Raises:
        SchemaError: as for a pipeline spec.
    """
    return _normalized(document, "PlatformSpec")


def _normalized(document: dict[str, Any], message: str) -> dict[str, Any]:
    from google.protobuf import json_format

    try:
        parsed = json_format.ParseDict(document, getattr(_schema(), message)())
        found: dict[str, Any] = _whole(json_format.MessageToDict(parsed))
        return found
    except (json_format.Error, AttributeError, TypeError, ValueError, RecursionError) as cause:
        raise SchemaError(" ".join(str(cause).split())[:_LONGEST]) from cause


def _whole(value: Any) -> Any:
    """Return a JSON value with its numbers as the API gives them back; the schema's messages hold doubles."""
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return as_double(value) if isinstance(value, float) else value


@cache
def _schema() -> Any:
    """Return the module of the schema.

    Raises:
        InvalidPipelineError: kfp is not installed.
    """
    if _MODULE in sys.modules:
        return sys.modules[_MODULE]
    kfp = importlib.util.find_spec("kfp")
    for folder in (kfp.submodule_search_locations if kfp else None) or ():
        path = Path(folder, *_MODULE.split(".")[1:]).with_suffix(".py")
        spec = importlib.util.spec_from_file_location("_pipeline_spec_pb2", path) if path.exists() else None
        if spec and spec.loader:
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    raise InvalidPipelineError("this server takes no pipelines: the package kfp is not installed")
