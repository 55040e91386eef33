# SPDX-License-Identifier: Apache-2.0
"""Schemas of the spec as models, enums and types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from generator.names import OF_CLASSES, OF_MODELS, OF_MODULES, WRITTEN, identifier, is_usable
from generator.objects import Field, Model
from generator.yaml_lines import Mapping, distinct

RELEASES = ("x-since", "x-until")
SCHEMA = "#/components/schemas/"
_WIRE_NAME = re.compile(r"@?[A-Za-z][A-Za-z0-9_.-]*")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*")
_VALUE = re.compile(r"[A-Za-z0-9_.-]+")
_SCALARS = {
    ("string", ""): "str",
    ("string", "int64"): "str",
    ("string", "date-time"): "datetime",
    ("integer", "int32"): "int",
    ("integer", ""): "int",
    ("boolean", ""): "bool",
}


def models_of(schemas: Mapping) -> dict[str, Model]:
    """Return all models and enums by name."""
    models = [each for name in schemas for each in _with_twins(name, schemas)]
    for model, where in models:
        if not is_usable(model.name) or not model.name[0].isupper() or model.name in OF_CLASSES | WRITTEN.keys():
            raise where.error(f"{model.name!r} cannot name a class", model.name)
    distinct((model.module, where, model.name) for model, where in models)
    return {model.name: model for model, _ in models}


def _with_twins(name: str, schemas: Mapping) -> Iterator[tuple[Model, Mapping]]:
    """Give a schema's model and its twins, each with the mapping that names it."""
    schema = schemas.need(name, Mapping)
    model = _model(name, schema)
    yield model, schemas
    twins = schema.given("x-twins", Mapping("", 0))
    for twin, where in twins.every(Mapping).items():
        since, until = life_of(where.only(*RELEASES))
        yield replace(model, name=twin, since=since, until=until, same_as=name), twins


def type_of(schema: Mapping, *also: str) -> str:
    """Return a schema's type as `openapi_types` writes it.

    Args:
        schema: what the spec says.
        also: further keys that a schema may have where this one stands.
    """
    if "$ref" in schema:
        return _referred(schema.only("$ref", *also))
    if "type" not in schema:
        schema.only("type", *also)  # says more than that the type is missing
    type_name = schema.need("type", str)
    if type_name == "array":
        return f"list[{type_of(schema.only('type', 'items', *also).need('items', Mapping))}]"
    if type_name == "object":
        return _object(schema.only("type", "additionalProperties", *also))
    form = schema.given("format", "")
    if (type_name, form) not in _SCALARS:
        raise schema.error(f"type {type_name!r} with format {form!r} is not known", "format" if form else "type")
    schema.only("type", "format", *also)
    return _SCALARS[type_name, form]


def text_of(mapping: Mapping) -> str:
    """Return the description, which must be there."""
    text = mapping.need("description", str).strip()
    if not text:
        raise mapping.error("the description is empty", "description")
    return text


def life_of(mapping: Mapping) -> tuple[str, str]:
    """Return first and last release, "" where nothing is said of them."""
    return mapping.given("x-since", ""), mapping.given("x-until", "")


def wire_name(mapping: Mapping, key: str, wire: str, reserved: frozenset[str]) -> str:
    """Return a name on the wire as the name in Python; raise where that cannot be one."""
    name = identifier(wire)
    if not _WIRE_NAME.fullmatch(wire) or not is_usable(name) or name in reserved:
        raise mapping.error(f"{wire!r} cannot be a name in Python", key)
    return name


def _referred(schema: Mapping) -> str:
    ref = schema.need("$ref", str)
    if not ref.startswith(SCHEMA):
        raise schema.error(f"a $ref begins with {SCHEMA}", "$ref")
    return ref[len(SCHEMA) :]


def _object(schema: Mapping) -> str:
    values = schema.get("additionalProperties", True)
    if values is not True and not isinstance(values, Mapping):
        raise schema.error("'additionalProperties' is true or a mapping", "additionalProperties")
    return "object" if values is True else f"dict(str, {type_of(values) if values else 'object'})"


def _model(name: str, schema: Mapping) -> Model:
    if "enum" in schema:
        return _enum(name, schema)
    schema.only("type", "description", "properties", "additionalProperties", "x-one-of", "x-twins", *RELEASES)
    _require(schema, "type", "object")
    if schema.get("additionalProperties", True) is not True:
        raise schema.error("a model has other fields (true) or nothing is said of them", "additionalProperties")
    properties = schema.need("properties", Mapping)
    if not properties:
        raise schema.error("a model has fields", "properties")
    fields = tuple(_field(properties, wire, each) for wire, each in properties.every(Mapping).items())
    distinct((each.name, properties, each.wire) for each in fields)
    return Model(name, text_of(schema), *life_of(schema), fields, one_of=_one_of(schema, fields))


def _one_of(schema: Mapping, fields: tuple[Field, ...]) -> tuple[str, ...]:
    by_wire, names = {field.wire: field for field in fields}, schema.each("x-one-of", str)
    for name in names:
        if name not in by_wire:
            raise schema.error(f"no field {name!r}", "x-one-of")
    distinct((name, schema, "x-one-of") for name in names)
    if len(names) == 1:
        raise schema.error("one field excludes none", "x-one-of")
    return tuple(by_wire[name].name for name in names)


def _field(properties: Mapping, wire: str, schema: Mapping) -> Field:
    name = wire_name(properties, wire, wire, OF_MODELS | OF_MODULES)
    base64 = "contentEncoding" in schema
    if base64:
        _require(schema, "contentEncoding", "base64")
    type_name = _field_type(schema, "description", "x-always", *RELEASES, *(["contentEncoding"] if base64 else []))
    if base64 and (type_name != "str" or "format" in schema):
        raise schema.error("only a string without a format has an encoding", "contentEncoding")
    always = schema.given("x-always", False)
    if "x-always" in schema and not (always and "x-since" in schema):
        raise schema.error("'x-always' is true, and only where x-since is, for what its absence tells", "x-always")
    return Field(name, wire, type_name, text_of(schema), *life_of(schema), base64, _is_int64(schema), always)


def _field_type(schema: Mapping, *also: str) -> str:
    """Return the type of a field; one of which no type is said holds any JSON."""
    if {"type", "$ref"} & schema.keys():
        return type_of(schema, *also)
    schema.only(*also)
    return "object"


def _is_int64(schema: Mapping) -> bool:
    items = schema.get("items", schema)
    return bool(items.get("format") == "int64")


def _enum(name: str, schema: Mapping) -> Model:
    schema.only(
        "type", "description", "enum", "x-constants", "x-value-descriptions", "x-terminal", "x-numbers", *RELEASES
    )
    _require(schema, "type", "string")
    values = _alike(schema, "enum", _VALUE)
    constants = _alike(schema, "x-constants" if "x-constants" in schema else "enum", _CONSTANT)
    texts, terminal = schema.need("x-value-descriptions", Mapping).every(str), schema.each("x-terminal", str)
    if not values or len(constants) != len(values):
        raise schema.error("an enum has values, and as many constants", "x-constants")
    if list(texts) != values:
        raise schema.error(f"the values {values} are described in their order, all of them", "x-value-descriptions")
    if not set(terminal) <= set(values):
        raise schema.error(f"{sorted(set(terminal) - set(values))} are no values of the enum", "x-terminal")
    life, by_constant = life_of(schema), dict(zip(constants, values))
    return Model(name, text_of(schema), *life, (), by_constant, texts, tuple(terminal), _numbers(schema, len(values)))


def _numbers(schema: Mapping, count: int) -> tuple[int, ...]:
    numbers = schema.each("x-numbers", int)
    if "x-numbers" in schema and (len(set(numbers)) != count or len(numbers) != count):
        raise schema.error(f"an enum of {count} values has as many numbers, each once", "x-numbers")
    if numbers == list(range(count)):
        raise schema.error("0, 1, 2 and so on need not be said", "x-numbers")
    return tuple(numbers)


def _alike(schema: Mapping, key: str, pattern: re.Pattern[str]) -> list[str]:
    entries = schema.each(key, str)
    for entry in entries:
        if not pattern.fullmatch(entry):
            raise schema.error(f"{entry!r} in {key!r} is not of the form {pattern.pattern}", key)
    distinct((entry, schema, key) for entry in entries)
    return entries


def _require(schema: Mapping, key: str, value: str) -> None:
    if schema.need(key, str) != value:
        raise schema.error(f"{key!r} is {value!r} here, not {schema[key]!r}", key)
