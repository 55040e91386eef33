# SPDX-License-Identifier: Apache-2.0
"""JSON and queries of the API, read and written by the models' own field tables.

Inside the server a resource is a dict by attribute names; times are whole Unix seconds, enums their names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from kfp_server_api import models
from kfp_server_api.server.errors import RequestError, malformed
from kfp_server_api.server.json_safe import read_float, read_int
from kfp_server_api.server.times import parse_time, time_text

_LIST = re.compile(r"list\[(.+)\]\Z")
_DICT = re.compile(r"dict\(str, (.+)\)\Z")
_INTEGER = re.compile(r"[+-]?[0-9]+\Z")
_BOOLS = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}


def camel(name: str) -> str:
    """Return the lowerCamelCase form of a snake_case name."""
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)


def read_json(raw: bytes) -> Any:
    """Return the first JSON value of a request's body; an empty body is an empty object."""
    try:
        text = raw.decode("utf-8").lstrip()
        value = _DECODER.raw_decode(text)[0] if text else {}
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # half of a surrogate pair cannot be stored
    except (ValueError, RecursionError) as cause:
        raise malformed(f"proto: syntax error: {cause}") from cause
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"invalid value {name}")


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_int=read_int, parse_float=read_float)


def read(type_name: str, value: Any, place: str = "") -> Any:
    """Return the value of a request's JSON in the server's form.

    Args:
        type_name: the type as `openapi_types` writes it.
        place: where the value stands, for error texts.

    Raises:
        RequestError: an unknown field or a value of another type.
    """
    if value is None or type_name == "object":
        return value
    listed, mapped = _LIST.match(type_name), _DICT.match(type_name)
    if listed:
        return [_read_item(listed[1], item, f"{place}[{n}]") for n, item in enumerate(_of(list, value, place))]
    if mapped:
        return {key: _read_item(mapped[1], item, f"{place}.{key}") for key, item in _of(dict, value, place).items()}
    if type_name in _SCALARS:
        return _SCALARS[type_name](value, place)
    model = getattr(models, type_name)
    if hasattr(model, "allowable_values"):
        return _enum(type_name, value, place)
    return _read_model(type_name, _of(dict, value, place), place)


def _read_item(type_name: str, value: Any, place: str) -> Any:
    """Return an element of a list or map, where null is no value unless any JSON is."""
    if value is None and type_name != "object":
        raise _wrong(type_name, value, place)
    return read(type_name, value, place)


def _read_model(type_name: str, value: Mapping[str, Any], place: str) -> dict[str, Any]:
    names, model = _names(type_name), getattr(models, type_name)
    found: dict[str, Any] = {}
    for key, item in value.items():
        if key not in names:
            raise malformed(f'proto: {_at(place)}unknown field "{key}"')
        if item is None:
            continue
        name = names[key]
        if name in found:
            raise malformed(f'proto: {_at(place)}duplicate field "{key}"')
        inner = f"{place}.{name}" if place else name
        is_int64 = getattr(model, name).int64
        found[name] = _read_int64(item, inner) if is_int64 else read(model.openapi_types[name], item, inner)
    _check_one_of(model._one_of, found, place)
    return found


def _check_one_of(names: Iterable[str], found: Mapping[str, Any], place: str) -> None:
    chosen = [name for name in names if name in found]
    if len(chosen) > 1:
        raise malformed(f'proto: {_at(place)}error parsing "{chosen[1]}", oneof is already set by "{chosen[0]}"')


@cache
def _names(type_name: str) -> dict[str, str]:
    """Return every name that a field may have in a request, to its attribute name."""
    names: dict[str, str] = {}
    for name, key in getattr(models, type_name).attribute_map.items():
        names.update({key: name, name: name, camel(name): name})
    return names


def _at(place: str) -> str:
    return f"(at {place}): " if place else ""


def _wrong(what: str, value: Any, place: str) -> RequestError:
    return malformed(f"proto: invalid value for {what} field {place}: {json.dumps(value)[:80]}")


def _of(cls: type, value: Any, place: str) -> Any:
    if not isinstance(value, cls):
        raise _wrong("list" if cls is list else "object", value, place or "body")
    return value


def _string(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise _wrong("string", value, place)
    return value


def _bool(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong("bool", value, place)
    return value


def _integer(value: Any, place: str, bits: int = 32) -> int:
    if isinstance(value, str) and _INTEGER.match(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
        raise _wrong(f"int{bits}", value, place)
    return value


def _read_int64(value: Any, place: str) -> Any:
    if isinstance(value, list):
        return [str(_integer(item, place, 64)) for item in value]
    return str(_integer(value, place, 64))


def _time(value: Any, place: str) -> int:
    try:
        return parse_time(_string(value, place))
    except ValueError as cause:
        raise _wrong("google.protobuf.Timestamp", value, place) from cause


def _enum(type_name: str, value: Any, place: str) -> str:
    enum = getattr(models, type_name)
    names: list[str] = enum.allowable_values
    if isinstance(value, int) and not isinstance(value, bool):
        value = dict(zip(enum._numbers or range(len(names)), names)).get(value, value)
    if value not in names:
        raise _wrong("enum", value, place)
    return str(value)


_SCALARS = {"str": _string, "bool": _bool, "int": _integer, "datetime": _time}


def read_query(params: Iterable[Any], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the query parameters that an operation knows, by their Python names; others are ignored."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    values: dict[str, Any] = {}
    for param in params:
        wire = param.wire or param.name
        given = [text for key in dict.fromkeys((wire, camel(wire))) for text in found.get(key, ())]
        if len(given) > 1:
            raise malformed(f'too many values for field "{wire}": {", ".join(given)}')
        if given:
            values[param.name] = _read_text(param.type, given[0], wire)
    return values


def _read_text(type_name: str, text: str, wire: str) -> Any:
    if type_name == "int":
        if not _INTEGER.match(text):
            raise malformed(f'parsing field "{wire}": strconv.ParseInt: parsing "{text}": invalid syntax')
        if not -(2**31) <= int(text[:20]) < 2**31:
            raise malformed(f'parsing field "{wire}": strconv.ParseInt: parsing "{text}": value out of range')
        return int(text)
    if type_name == "bool":
        if text not in _BOOLS:
            raise malformed(f'parsing field "{wire}": strconv.ParseBool: parsing "{text}": invalid syntax')
        return _BOOLS[text]
    return text


def write(type_name: str, value: Any) -> Any:
    """Return a value of the server as the API's JSON: zero values are left out, times are text."""
    listed, mapped = _LIST.match(type_name), _DICT.match(type_name)
    if listed:
        return [write(listed[1], item) for item in value]
    if mapped:
        return {key: write(mapped[1], item) for key, item in value.items()}
    if type_name == "datetime":
        return time_text(value)
    if type_name in _SCALARS or type_name == "object" or isinstance(value, str):
        return value
    model = getattr(models, type_name)
    return {
        model.attribute_map[name]: write(type, value[name])
        for name, type in model.openapi_types.items()
        if _is_set(type, value.get(name))
    }


def _is_set(type_name: str, value: Any) -> bool:
    """Tell whether a field is written; a time of 0 is (it means "not yet"), and so is any JSON value."""
    if value is None or type_name in ("object", "datetime"):
        return value is not None
    if isinstance(value, dict) and not _DICT.match(type_name):
        return True  # an object that was set explicitly is written even if it is empty
    if isinstance(value, str) and type_name not in _SCALARS:
        return bool(value) and not value.endswith("UNSPECIFIED")
    return bool(value)
