# SPDX-License-Identifier: Apache-2.0
"""JSON and queries of the API, read and written by the models' own field tables.

Inside the server a resource is a dict by attribute names; times are whole Unix seconds, enums their names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from kfp_server_api import models
from kfp_server_api.server import json_safe
from kfp_server_api.server.errors import RequestError, malformed
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


def decode(type_name: str, raw: bytes) -> dict[str, Any]:
    """Return the message of a request's body in the server's form; an empty body is an empty message.

    Args:
        type_name: the model of the message. Only the first JSON value of the body is read.

    Raises:
        RequestError: it is no JSON, or not this message.
    """
    try:
        value = json_safe.decode(raw, first=True) if raw.strip() else {}
    except (ValueError, RecursionError) as cause:
        raise malformed(f"proto: syntax error: {cause}") from cause
    return read(type_name, value) or {}


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
    return _writer(type_name)(value)


@cache
def _writer(type_name: str) -> Callable[[Any], Any]:
    """Return what writes the values of a type."""
    listed, mapped = _LIST.match(type_name), _DICT.match(type_name)
    if listed or mapped:
        inner = _writer((listed or mapped or [])[1])
        if listed:
            return lambda value: [inner(item) for item in value]
        return lambda value: {key: inner(item) for key, item in value.items()}
    if type_name == "datetime":
        return time_text
    if type_name in _SCALARS or type_name == "object" or hasattr(getattr(models, type_name), "allowable_values"):
        return lambda value: value
    return _model_writer(type_name)


def _model_writer(type_name: str) -> Callable[[Any], Any]:
    model = getattr(models, type_name)
    fields: list[tuple[str, str, Callable[[Any], bool], Callable[[Any], Any]]] = []

    def write_model(value: Any) -> Any:
        if not fields:  # made when they are first needed, since models refer to one another
            fields.extend((n, model.attribute_map[n], _is_set(t), _writer(t)) for n, t in model.openapi_types.items())
        return {
            key: write_field(item)
            for name, key, is_set, write_field in fields
            if (item := value.get(name)) is not None and is_set(item)
        }

    return write_model


def _is_set(type_name: str) -> Callable[[Any], bool]:
    """Return what tells whether a field's value that is not None is written.

    A time of 0 is (it means "not yet"), and so is any JSON value, and an object that was set explicitly, even if empty.
    """
    if type_name in _SCALARS or _LIST.match(type_name) or _DICT.match(type_name):
        return (lambda value: True) if type_name == "datetime" else bool
    if type_name != "object" and hasattr(getattr(models, type_name), "allowable_values"):
        return lambda value: bool(value) and not value.endswith("UNSPECIFIED")
    return lambda value: True
