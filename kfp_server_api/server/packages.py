# SPDX-License-Identifier: Apache-2.0
"""Pipeline packages: what a user uploads, read and checked."""

from __future__ import annotations

import gzip
import io
import math
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import IO, Any, NamedTuple

import yaml

from kfp_server_api.server.errors import invalid

LIMIT = 32 * 1024 * 1024
"""Bytes that a package may have, packed or not."""

SCHEMA_VERSION = "2.1.0"

_LARGEST_TREE = 1_000_000
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
_ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # zipfile: the entry is encrypted
    NotImplementedError,  # zipfile: an unknown compression
    ValueError,
)


class Package(NamedTuple):
    """A compiled pipeline: its IR and, if it has one, the platform's settings."""

    pipeline_spec: dict[str, Any]
    platform_spec: dict[str, Any] | None


class UnreadableFileError(Exception):
    """An uploaded file is of an unknown kind, broken, or too large."""


def read_file(name: str, file: IO[bytes]) -> bytes:
    """Return the YAML or JSON text in an uploaded file.

    Its kind is told by the name (.yaml, .yml, .json) or else by its first bytes (zip, tar.gz). In an archive
    the entry `pipeline.yaml` is taken, or else the first, which must be YAML.

    Raises:
        UnreadableFileError: there is no such text in it, or it has more than `LIMIT` bytes.
    """
    if name.lower().endswith((".yaml", ".yml", ".json")):
        return _limited(file)
    packed = _limited(file)
    opener = {b"PK": _open_zip, b"\x1f\x8b": _open_tar}.get(packed[:2])
    if opener is None:
        raise UnreadableFileError(f"{name} is not a pipeline file. Supported are .zip, .tar.gz, .json and .yaml")
    try:
        return opener(io.BytesIO(packed))
    except _ARCHIVE_ERRORS as cause:
        raise UnreadableFileError(f"{name} is a broken archive: {cause}") from cause


def _limited(file: IO[bytes]) -> bytes:
    content = file.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise UnreadableFileError(f"File size too large. Maximum supported size: {LIMIT} bytes")
    return content


def _open_zip(file: IO[bytes]) -> bytes:
    with zipfile.ZipFile(file) as archive:
        entries = {info.filename: info for info in archive.infolist() if not info.is_dir()}
        with archive.open(entries[_entry(list(entries))]) as entry:
            return _limited(entry)


def _open_tar(file: IO[bytes]) -> bytes:
    with tarfile.open(fileobj=file, mode="r:gz") as archive:
        entries = {info.name: info for info in _members(archive) if info.isfile()}
        entry = archive.extractfile(entries[_entry(list(entries))])
        return _limited(entry) if entry else b""


def _members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the entries of an archive, which is unpacked on the way and so may not be huge."""
    for info in archive:
        if info.offset_data + info.size > 8 * LIMIT:
            raise UnreadableFileError(f"the archive holds more than {8 * LIMIT} bytes")
        yield info


def _entry(names: list[str]) -> str:
    """Choose the pipeline among an archive's entries."""
    if "pipeline.yaml" in names:
        return "pipeline.yaml"
    if not names:
        raise UnreadableFileError("the archive is empty")
    if not names[0].lower().endswith((".yaml", ".yml")):
        raise UnreadableFileError(f"the archive's first entry, {names[0]}, is not a YAML file")
    return names[0]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads YAML as JSON has it: what looks like a date stays text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse_package(text: bytes) -> Package:
    """Return the pipeline in a YAML (or JSON) text of one or more documents.

    Raises:
        RequestError: there is not exactly one pipeline in it, or the pipeline cannot be accepted.
    """
    try:
        documents = [_plain(document) for document in yaml.load_all(text, _Loader)]
    except (yaml.YAMLError, UnicodeError, ValueError, RecursionError) as cause:
        reason = " ".join(str(cause).split())
        raise invalid(f"failed to parse pipeline spec YAML: {reason or type(cause).__name__}") from cause
    specs = [document for document in documents if _refusal(document) is None]
    platforms = [document for document in documents if _is_platform(document)]
    if len(specs) > 1:
        raise invalid("multiple pipeline specs provided")
    if len(platforms) > 1:
        raise invalid("multiple platform specs provided")
    if not specs:
        reasons = [_refusal(document) for document in documents if not _is_platform(document)]
        raise invalid(f"unknown template format: {reasons[0] if reasons else 'the file is empty'}")
    check_schema_version(specs[0])
    return Package(specs[0], platforms[0] if platforms else None)


def parse_inline(spec: Any) -> Package:
    """Return the pipeline in a run's `pipeline_spec`: the IR itself, or `{pipeline_spec, platform_spec}`.

    Raises:
        RequestError: it is not a pipeline.
    """
    wrapped = isinstance(spec, Mapping) and "pipeline_spec" in spec
    inner, platform = (spec["pipeline_spec"], spec.get("platform_spec")) if wrapped else (spec, None)
    reason = _refusal(inner)
    if reason:
        raise invalid(f"unknown template format: {reason}")
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
    for field, sound in parts.items():
        if not sound:
            return f"{field} is not a mapping of mappings"
    components = document.get("components") or {}
    for name, component in {**components, "root": document["root"]}.items():
        for task, used in _tasks(component):
            if used not in components:
                return f'task "{task}" of {name} uses component "{used}", which is not in the file'
    return None


def _is_table(value: Any) -> bool:
    """Tell whether a part of the IR that may be missing maps names to mappings."""
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
    """Refuse another version of the IR than the one that servers know."""
    version = spec.get("schemaVersion")
    if version != SCHEMA_VERSION:
        raise invalid(f"KFP only supports schema version {SCHEMA_VERSION}, but the pipeline spec has version {version}")


def check_name(spec: Mapping[str, Any]) -> None:
    """Refuse an uploaded pipeline whose own name is not one that servers take."""
    name = spec["pipelineInfo"]["name"]
    if len(name) > 128:
        raise invalid("pipeline's name must contain no more than 128 characters")
    if not re.match(r"[a-z0-9][a-z0-9-]*\Z", name):
        raise invalid(
            "pipeline's name must contain only lowercase alphanumeric characters or '-' "
            "and must start with alphanumeric characters"
        )


def _plain(document: Any) -> Any:
    """Return a YAML document as JSON has it; one that aliases blow up to a huge tree is refused."""
    left = [_LARGEST_TREE]

    def plain(value: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise ValueError(f"the document has more than {_LARGEST_TREE} values")
        if isinstance(value, dict):
            return {_key(key): plain(item) for key, item in value.items()}
        if isinstance(value, list):
            return [plain(item) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{value} is not a JSON number")
        if value is None or isinstance(value, (str, int, float, bool)):
            return value
        raise ValueError(f"{type(value).__name__} is not a JSON value")

    return plain(document)


def _key(key: Any) -> str:
    if key is None or isinstance(key, (str, int, float)):
        return str(key)
    raise ValueError(f"{type(key).__name__} cannot be a key")
