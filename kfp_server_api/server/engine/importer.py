# SPDX-License-Identifier: Apache-2.0
"""Importers: artifacts that stand somewhere already."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kfp_server_api.server.engine import placeholders
from kfp_server_api.server.engine.artifacts import as_local, copy, is_out_of_reach
from kfp_server_api.server.engine.outcome import TaskError
from kfp_server_api.server.engine.values import as_text, whole


def imported(spec: Mapping[str, Any], arguments: Mapping[str, Any], workspace: Path) -> dict[str, Any]:
    """Return the artifact of an importer.

    Args:
        spec: the importer of the deployment spec.
        arguments: the values of its inputs, one of which may be the uri.
        workspace: where an artifact goes that shall be in the workspace.

    Raises:
        TaskError: it has no uri, or what shall be in the workspace is not there.
    """
    source = spec.get("artifactUri") or {}
    uri = arguments.get(source["runtimeParameter"]) if "runtimeParameter" in source else source.get("constant")
    place = as_local(as_text(uri))
    if not place:
        raise TaskError("the uri of what it imports is empty")
    if spec.get("downloadToWorkspace") and not is_out_of_reach(place):
        place = _copied(place, workspace / ".artifacts" / uuid.uuid4().hex)
    return {
        "name": "artifact",
        "uri": place,
        "type": spec.get("typeSchema") or {},
        "metadata": whole(spec.get("metadata") or {}),
    }


def notices(artifact: Mapping[str, Any]) -> list[str]:
    """Return what the log of an importer says of its artifact."""
    uri = artifact["uri"]
    lines = [f"{uri!r} is not opened here: no process on this machine can"] if is_out_of_reach(uri) else []
    return [*lines, *placeholders.notices("its metadata", placeholders.left(artifact["metadata"], {}))]


def _copied(place: str, folder: Path) -> str:
    if not os.path.exists(place):
        raise TaskError(f"{place!r}, which shall be in the workspace, is not there")
    target = str(folder / os.path.basename(place.rstrip("/")))
    copy(place, target)
    return target
