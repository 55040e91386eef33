# SPDX-License-Identifier: Apache-2.0
"""The spec as Python objects. Whatever it holds that is not read here is an error with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from generator.names import identifier, models_in, snake
from generator.yaml_lines import Mapping, SpecError, load

_RELEASES = ("x-since", "x-until")
_METHODS = ("get", "post", "put", "patch", "delete")
_REF = "#/components/schemas/"
_ERROR_REF = "#/components/responses/Error"


@dataclass(frozen=True)
class Param:
    """A parameter of an operation, its body and its file included."""

    name: str
    wire: str
    location: str
    type: str
    required: bool
    description: str
    since: str = ""
    earlier_names: tuple[str, ...] = ()
    document: str = ""
    """The model that the text holds as JSON, or "object"."""


@dataclass(frozen=True)
class Operation:
    """One operation."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    params: tuple[Param, ...]
    returns: str
    returns_text: str
    errors: dict[int, str]
    example: str
    short_name: str = ""
    since: str = ""
    until: str = ""
    served: bool = True
    items: str = ""
    content_type: str = ""


@dataclass
class Service:
    """A tag of the spec: one class with its operations."""

    tag: str
    description: str
    setup: str
    operations: list[Operation] = field(default_factory=list)

    @property
    def class_name(self) -> str:
        return f"{self.tag}Api"

    @property
    def module(self) -> str:
        return snake(self.class_name)


@dataclass(frozen=True)
class Field:
    """A field of a model."""

    name: str
    wire: str
    type: str
    description: str
    since: str = ""
    until: str = ""
    base64: bool = False


@dataclass(frozen=True)
class Model:
    """A schema: a model with fields, or an enum with values."""

    name: str
    description: str
    since: str
    until: str
    fields: tuple[Field, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    """Constant to value."""
    value_texts: dict[str, str] = field(default_factory=dict)
    """Value to description."""
    terminal: tuple[str, ...] = ()
    same_as: str = ""

    @property
    def module(self) -> str:
        return snake(self.name)


@dataclass(frozen=True)
class Spec:
    """The whole spec."""

    version: str
    releases: tuple[str, ...]
    services: tuple[Service, ...]
    models: tuple[Model, ...]

    @property
    def enums(self) -> frozenset[str]:
        return frozenset(model.name for model in self.models if model.values)


def read(path: Path) -> Spec:
    """Read a spec.

    Raises:
        SpecError: a construct that the generator does not know, with its line.
    """
    top = load(path).only("openapi", "info", "x-releases", "servers", "security", "tags", "paths", "components")
    if not str(top.need("openapi")).startswith("3.1."):
        raise top.error("the generator reads OpenAPI 3.1", "openapi")
    info = top.need("info").only("title", "version", "license", "description")
    components = top.need("components").only("securitySchemes", "responses", "schemas")
    schemas: Mapping = components.need("schemas")
    models = tuple(_model(name, schemas[name]) for name in schemas)
    services = {tag.need("name"): _service(tag) for tag in top.need("tags")}
    for url in top.need("paths"):
        for method in (item := top["paths"][url]).only(*_METHODS):
            _add_operation(services, url, method, item[method])
    _check_types(schemas, models, services)
    return Spec(str(info.need("version")), tuple(map(str, top["x-releases"])), tuple(services.values()), models)


def _service(tag: Mapping) -> Service:
    tag.only("name", "description", "x-setup")
    return Service(tag["name"], _text(tag), str(tag.get("x-setup", "")))


def _add_operation(services: dict[str, Service], url: str, method: str, operation: Mapping) -> None:
    operation.only(
        "operationId", "tags", "summary", "description", "parameters", "requestBody", "responses", "x-short-name",
        "x-served", "x-paging", "x-example", *_RELEASES,
    )  # fmt: skip
    (tag,) = operation.need("tags")
    if tag not in services:
        raise operation.error(f"no tag {tag!r}", "tags")
    services[tag].operations.append(_operation(url, method, operation))


def _operation(url: str, method: str, op: Mapping) -> Operation:
    params = [_parameter(each) for each in op.get("parameters", ())]
    body = _body(op["requestBody"]) if "requestBody" in op else None
    returns, returns_text = _success(op.need("responses"))
    in_path = [param for param in params if param.location == "path"]
    in_query = [param for param in params if param.location == "query"]
    paging = op.get("x-paging", Mapping("", 0)).only("token", "next", "items", "resend")
    content = {"body": "application/json", "file": "multipart/form-data"}
    return Operation(
        name=op.need("operationId"),
        method=method.upper(),
        path=url,
        summary=str(op.need("summary")).strip(),
        description=_text(op),
        params=(*in_path, *([body] if body else []), *in_query),
        returns=returns,
        returns_text=returns_text,
        errors=_errors(op["responses"]),
        example=str(op.get("x-example", "")),
        short_name=op.get("x-short-name", ""),
        served=op.get("x-served", True),
        items=paging.get("items", ""),
        content_type=content[body.location] if body else "",
        **_releases(op),
    )


def _parameter(param: Mapping) -> Param:
    param.only("name", "in", "required", "description", "schema", *_RELEASES)
    if param.need("in") not in ("path", "query"):
        raise param.error(f"a parameter in {param['in']!r} is not known", "in")
    schema: Mapping = param.need("schema")
    return Param(
        name=identifier(param.need("name")),
        wire=param["name"],
        location=param["in"],
        type=_type(schema),
        required=bool(param.get("required", False)),
        description=_text(param),
        since=str(param.get("x-since", "")),
        document=_type(schema["contentSchema"]) if "contentSchema" in schema else "",
    )


def _body(body: Mapping) -> Param:
    body.only("required", "description", "content", "x-parameter", "x-earlier-names")
    (content_type,) = content = body.need("content").only("application/json", "multipart/form-data")
    schema: Mapping = content[content_type].only("schema").need("schema")
    if content_type == "application/json":
        name, location, text, type_name = body.need("x-parameter"), "body", _text(body), _type(schema)
    else:
        schema.only("type", "required", "properties")
        (name,) = schema.need("properties")
        file: Mapping = schema["properties"][name].only("type", "format", "description")
        location, text, type_name = "file", _text(file), "file"
    earlier = tuple(body.get("x-earlier-names", ()))
    return Param(name, name, location, type_name, bool(body.get("required")), text, "", earlier)


def _success(responses: Mapping) -> tuple[str, str]:
    ok: Mapping = responses.need("200").only("description", "content")
    schema = ok.need("content").only("application/json").need("application/json").only("schema").need("schema")
    return _type(schema), _text(ok)


def _errors(responses: Mapping) -> dict[int, str]:
    errors = {}
    for status in responses:
        if status == "default":
            if responses[status].only("$ref").need("$ref") != _ERROR_REF:
                raise responses.error(f"the default response is {_ERROR_REF}", status)
        elif status != "200":
            errors[int(status)] = _text(responses[status].only("description"))
    return errors


def _model(name: str, schema: Mapping) -> Model:
    since, until = _releases(schema).values()
    if "enum" in schema:
        schema.only("type", "description", "enum", "x-constants", "x-value-descriptions", "x-terminal", *_RELEASES)
        values = dict(zip(schema.get("x-constants", schema["enum"]), schema["enum"]))
        texts = dict(schema.get("x-value-descriptions", {}))
        terminal = tuple(schema.get("x-terminal", ()))
        return Model(name, _text(schema), since, until, values=values, value_texts=texts, terminal=terminal)
    schema.only("type", "description", "properties", "x-same-as", *_RELEASES)
    properties: Mapping = schema.need("properties")
    fields = tuple(_field(wire, properties[wire]) for wire in properties)
    return Model(name, _text(schema), since, until, fields=fields, same_as=schema.get("x-same-as", ""))


def _field(wire: str, schema: Mapping) -> Field:
    base64 = schema.get("contentEncoding") == "base64"
    return Field(identifier(wire), wire, _type(schema), _text(schema), base64=base64, **_releases(schema))


_SCALARS = {
    ("string", None): "str",
    ("string", "int64"): "str",
    ("string", "date-time"): "datetime",
    ("string", "binary"): "file",
    ("integer", "int32"): "int",
    ("integer", None): "int",
    ("boolean", None): "bool",
}


def _type(schema: Mapping) -> str:
    """Return a schema's type as `openapi_types` writes it."""
    schema.only(
        "type", "format", "items", "additionalProperties", "$ref", "description", "contentEncoding",
        "contentMediaType", "contentSchema", *_RELEASES,
    )  # fmt: skip
    if "$ref" in schema:
        if not schema["$ref"].startswith(_REF):
            raise schema.error(f"a $ref begins with {_REF}", "$ref")
        return str(schema["$ref"]).removeprefix(_REF)
    kind = schema.need("type")
    if kind == "array":
        return f"list[{_type(schema.need('items'))}]"
    if kind == "object":
        if "additionalProperties" not in schema:
            return "object"
        values = schema["additionalProperties"]
        return f"dict(str, {'object' if values is True else _type(values)})"
    if (kind, schema.get("format")) not in _SCALARS:
        raise schema.error(f"type {kind!r} with format {schema.get('format')!r} is not known", "type")
    return _SCALARS[kind, schema.get("format")]


def _check_types(schemas: Mapping, models: tuple[Model, ...], services: dict[str, Service]) -> None:
    known = {model.name for model in models}
    used = {f.type: model.name for model in models for f in model.fields}
    for service in services.values():
        for op in service.operations:
            used.update({param.type: op.name for param in op.params}, **{op.returns: op.name})
    for type_name, where in used.items():
        for name in models_in(type_name) - known:
            raise schemas.error(f"no schema {name!r}, which {where} refers to")


def _text(mapping: Mapping) -> str:
    text = str(mapping.need("description")).strip()
    if not text:
        raise mapping.error("the description is empty", "description")
    return text


def _releases(mapping: Mapping) -> dict[str, str]:
    return {"since": str(mapping.get("x-since", "")), "until": str(mapping.get("x-until", ""))}


__all__ = ["Field", "Model", "Operation", "Param", "Service", "Spec", "SpecError", "read"]
