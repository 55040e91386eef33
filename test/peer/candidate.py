# SPDX-License-Identifier: Apache-2.0
"""What every probe shares inside a candidate's process: build arguments and show results."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import re
import sys
import uuid
from pathlib import Path
from typing import Any, Callable

import kfp_server_api
from kfp_server_api import models

ZONE = re.compile(
    r"tzutc\(\)|tzlocal\(\)|tzoffset\([^()]*\)|"
    r"datetime\.timezone\(datetime\.timedelta\([^()]*\)\)|datetime\.timezone\.utc"
)
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


class Colour(enum.Enum):
    """An application's own enum."""

    RED = "red"


SIMPLE: dict[str, Callable[[Any], Any]] = {
    "decimal": decimal.Decimal,
    "uuid": uuid.UUID,
    "set": set,
    "path": Path,
    "enum": Colour,
}


def build(spec: Any, folder: Path) -> Any:
    """Turn the JSON form of an argument (see `values.py`) into the Python value."""
    if isinstance(spec, list):
        return [build(item, folder) for item in spec]
    if not isinstance(spec, dict):
        return spec
    if "$" not in spec:
        return {key: build(value, folder) for key, value in spec.items()}
    return _special(spec, folder)


def _special(spec: dict[str, Any], folder: Path) -> Any:
    kind, value = spec["$"], spec.get("value")
    if kind == "model":
        return getattr(models, spec["name"])(**{key: build(each, folder) for key, each in value.items()})
    if kind == "datetime":
        return datetime.datetime.fromisoformat(value)
    if kind == "date":
        return datetime.date.fromisoformat(value)
    if kind == "tuple":
        return tuple(build(value, folder))
    if kind == "file":
        return _file(folder, spec["name"], value)
    if kind == "float":
        return float(value)
    if kind == "bytes":
        return value.encode("latin-1")
    if kind in SIMPLE:
        return SIMPLE[kind](value)
    raise ValueError(f"unknown kind {kind!r}")


def _file(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
    return str(path)


def show(value: Any) -> Any:
    """Return JSON that tells everything a caller sees of a result."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, (list, tuple)):
        return {type(value).__name__: [show(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[show(key), show(item)] for key, item in value.items()]}
    return _show_object(value)


def _show_object(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        zone = None if value.tzinfo is None else f"{type(value.tzinfo).__module__}.{type(value.tzinfo).__name__}"
        return {"datetime": value.isoformat(), "zone": zone}
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    if hasattr(type(value), "openapi_types"):
        return {
            "model": type(value).__name__,
            "fields": {k: show(getattr(value, k)) for k in type(value).openapi_types},
        }
    if hasattr(value, "preload_content") or hasattr(value, "read"):
        return {"response": type(value).__name__, "status": value.status, "data": text(value.data)}
    if hasattr(value, "items"):
        return {type(value).__name__: sorted([str(k), str(v)] for k, v in value.items())}
    return {type(value).__name__: ADDRESS.sub("0x", str(value))}


def shown_text(value: object) -> str:
    """Return `repr` with the time zone objects blanked; their kind is compared on its own."""
    return ADDRESS.sub("0x", ZONE.sub("<zone>", repr(value)))


def text(data: Any) -> Any:
    """Return bytes as text that loses nothing."""
    return data.decode("latin-1") if isinstance(data, (bytes, bytearray)) else data


def attempt(call: Callable[[], Any]) -> dict[str, Any]:
    """Return what the call gave, or everything a handler can see of what it raised."""
    try:
        return {"value": show(call())}
    except Exception as error:
        return {"raised": failure(error)}


def failure(error: BaseException) -> dict[str, Any]:
    """Return an exception as its classes (names), attributes and text."""
    seen: dict[str, Any] = {
        "classes": [cls.__name__ for cls in type(error).__mro__],
        "lines": ADDRESS.sub("0x", str(error)).splitlines(),
    }
    for name in ("status", "reason", "body"):
        if hasattr(error, name):
            seen[name] = show(text(getattr(error, name)))
    headers = getattr(error, "headers", None)
    if headers is not None:
        seen["headers"] = sorted([str(k), str(v)] for k, v in headers.items())
    return seen


def main(probe: Callable[[Any, Path], Any]) -> None:
    """Run a probe: `python probe_x.py <cases.json> <result.json> <folder for files> <package folder>`."""
    cases, result, folder, expected = (Path(each).resolve() for each in sys.argv[1:5])
    found = Path(str(kfp_server_api.__file__)).parent.parent
    if found.resolve() != expected.resolve():
        raise SystemExit(f"wrong candidate: {found} instead of {expected}")
    given = json.loads(cases.read_text("utf-8"))
    result.write_text(json.dumps(probe(given, folder)), "utf-8")
