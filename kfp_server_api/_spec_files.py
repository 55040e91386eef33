# SPDX-License-Identifier: Apache-2.0
"""Pipeline specs in files, and when two of them are the same."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
import zlib
from functools import cache
from typing import Any, NamedTuple

from kfp_server_api._multipart import source_of
from kfp_server_api.exceptions import ApiValueError

_AS_THEY_ARE = frozenset(
    {
        "constant", "constantValue", "customProperties", "defaultValue", "deploymentSpec", "literals", "metadata",
        "properties",
    }
)  # fmt: skip
"""Keys of a pipeline spec whose values are data: nothing in them is a default that a server leaves out."""
_ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    OSError,  # gzip
    RuntimeError,  # zipfile: the entry is encrypted, or packed in an unknown way
    LookupError,  # no entry
)
_DEEPEST = 200
"""Levels that YAML may be nested in."""


class SpecFile(NamedTuple):
    """A compiled pipeline that a caller wants to upload."""

    data: bytes
    """The file as it is."""
    name: str
    """Its content, as the name of a pipeline version."""
    spec: str | None
    """Its pipeline spec as `comparable` writes it; None where there is nothing that reads YAML."""


def read_spec_file(package: Any) -> SpecFile:
    """Read a compiled pipeline.

    Args:
        package: a path, bytes or an open binary file, as an upload takes it.

    Raises:
        OSError: no such file.
        ApiTypeError, ApiValueError: not something to upload, or neither YAML, JSON nor an archive with one of them.
    """
    _, source, _ = source_of(package, "package")
    data = source if isinstance(source, bytes) else b"".join(source.chunks())
    text = _unpacked(data)
    documents = _documents(text)
    spec = None if documents is None else comparable(_whole(documents))
    digest = hashlib.sha256(text if spec is None else spec.encode("utf-8", "surrogatepass")).hexdigest()
    return SpecFile(data, f"sha256-{digest[:16]}", spec)


def comparable(spec: Any) -> str:
    """Return a pipeline spec as text that is equal for specs that mean the same.

    Order of keys, whole numbers with or without a fraction, and members that are empty or a default (false, 0, "") do
    not count: a server leaves those out. In values, such as the default of a parameter, all but the order counts.

    Args:
        spec: as servers show it: the spec itself, or `{"pipeline_spec": ..., "platform_spec": ...}`.
    """
    wrapped = isinstance(spec, dict) and "pipeline_spec" in spec
    parts = [spec["pipeline_spec"], spec.get("platform_spec")] if wrapped else [spec, None]
    return json.dumps([_normal(part, False) or None for part in parts], sort_keys=True)


def _normal(value: Any, is_data: bool, depth: int = 0) -> Any:
    if depth > _DEEPEST:
        raise ApiValueError(f"the pipeline spec contains itself, or is nested in more than {_DEEPEST} levels")
    if isinstance(value, dict):
        items = {_key(key): _normal(each, is_data or key in _AS_THEY_ARE, depth + 1) for key, each in value.items()}
        return items if is_data else {key: each for key, each in items.items() if each or key in _AS_THEY_ARE}
    if isinstance(value, list):
        return [_normal(each, is_data, depth + 1) for each in value]
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)  # as servers keep numbers
        except OverflowError:
            return str(value)
    return value if value is None or isinstance(value, (str, float, bool)) else str(value)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key) if isinstance(key, bool) else str(key)


def _whole(documents: list[Any]) -> Any:
    """Return the documents of a file as servers show its pipeline spec; they ignore those for other platforms."""
    platforms = [each for each in documents if isinstance(each, dict) and "platforms" in each]
    specs = [each for each in documents if each is not None and each not in platforms]
    ours = [each for each in platforms if isinstance(each["platforms"], dict) and "kubernetes" in each["platforms"]]
    return {"pipeline_spec": specs[0] if len(specs) == 1 else specs, "platform_spec": ours[0] if ours else None}


def _documents(text: bytes) -> list[Any] | None:
    try:
        return [json.loads(text)]
    except RecursionError:
        raise ApiValueError("`package` is nested too deeply") from None
    except ValueError:
        pass  # then it is YAML
    yaml = _yaml()
    if yaml is None:
        return None
    try:
        _check_depth(yaml, text)
        return list(yaml.load_all(text, _loader()))
    except (yaml.YAMLError, ValueError, RecursionError) as cause:
        reason = " ".join(str(cause).split())[:500]
        raise ApiValueError(f"`package` is neither YAML nor JSON, nor an archive of them: {reason}") from cause


def _check_depth(yaml: Any, text: bytes) -> None:
    """Refuse what is nested so deeply that libyaml would end the process."""
    depth = 0
    for event in yaml.parse(text, _loader()):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ValueError(f"it is nested in more than {_DEEPEST} levels")


def _yaml() -> Any:
    try:
        import yaml
    except ImportError:
        return None
    return yaml


@cache
def _loader() -> Any:
    """Return a loader that leaves text as it is where it looks like a date, as servers do."""
    yaml = _yaml()
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    resolvers = {
        first: [(tag, pattern) for tag, pattern in each if not tag.endswith(":timestamp")]
        for first, each in base.yaml_implicit_resolvers.items()
    }
    return type("Loader", (base,), {"yaml_implicit_resolvers": resolvers})


def _unpacked(data: bytes) -> bytes:
    """Return the text of a file, out of the archive if it is one: `pipeline.yaml`, else the first entry."""
    opened = {b"PK": _from_zip, b"\x1f\x8b": _from_tar}.get(data[:2])
    try:
        return opened(data) if opened else data
    except _ARCHIVE_ERRORS as cause:
        raise ApiValueError(f"`package` is an archive that cannot be read: {cause}") from cause


def _from_zip(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(_entry([each.filename for each in archive.infolist() if not each.is_dir()]))


def _from_tar(data: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        entry = archive.extractfile(_entry([each.name for each in archive if each.isfile()]))
        return entry.read() if entry else b""


def _entry(names: list[str]) -> str:
    if not names:
        raise LookupError("it is empty")
    return "pipeline.yaml" if "pipeline.yaml" in names else names[0]
