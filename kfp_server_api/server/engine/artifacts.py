# SPDX-License-Identifier: Apache-2.0
"""Where artifacts are. An artifact is a mapping: its name, uri, type and metadata."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlparse

# Where a cluster puts what stands in a store; kfp's artifacts say that path for these.
_MOUNTS = {"gs://": "/gcs/", "minio://": "/minio/", "s3://": "/s3/", "oci://": "/oci/"}


def local_path(uri: str) -> str:
    """Return the path at which a component opens an artifact."""
    for scheme, mount in _MOUNTS.items():
        if uri.startswith(scheme):
            rest = uri[len(scheme) :]
            return f"{mount}{rest.replace('/', '_')}/models" if scheme == "oci://" else mount + rest
    return uri


def as_local(uri: str) -> str:
    """Return a uri with the path in place of a `file:` address, which no component could open."""
    return unquote(urlparse(uri).path) if uri.startswith("file:") else uri


def is_out_of_reach(uri: str) -> bool:
    """Tell whether no process of this machine can open what stands there as a file."""
    scheme = urlparse(uri).scheme
    remote = "://" in uri and scheme not in ("file", "http", "https")
    return remote and not os.path.exists(local_path(uri))


def out_of_reach(arguments: Mapping[str, Any]) -> str:
    """Return the inputs of a task that no process can open, as its reason says it; "" where there is none."""
    found = [f"{name!r} is {uri!r}" for name, uri in _uris(arguments) if is_out_of_reach(uri)]
    return f"its input {', '.join(found)}, which no process on this machine can open" if found else ""


def _uris(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in arguments.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict) and isinstance(each.get("uri"), str):
                yield name, each["uri"]


def keep(path: str, uri: str) -> None:
    """Put what a component wrote to a path of its own where the artifact is; a cluster uploads it from there."""
    if not os.path.exists(path) or "://" in uri or os.path.realpath(path) == os.path.realpath(uri):
        return
    copy(path, uri)


def copy(source: str, target: str) -> None:
    """Copy a file or a folder to a place whose folder may not be there yet."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(source):
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)
