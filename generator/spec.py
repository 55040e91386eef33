# SPDX-License-Identifier: Apache-2.0
"""Reads a spec. Whatever it holds that is not read here or checked is an error with its line."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from generator.checks import (
    RESPONSE,
    check_document,
    check_names,
    check_parameters,
    check_path,
)
from generator.lists import fields_of, namespace_of, paging_of
from generator.names import OF_CALLS
from generator.objects import Field, Model, Operation, Param, Service, Spec
from generator.schemas import RELEASES, life_of, models_of, text_of, type_of, wire_name
from generator.yaml_lines import Mapping, SpecError, load

_METHODS = ("get", "post", "put", "patch", "delete")
_JSON, _FORM = "application/json", "multipart/form-data"


def read(path: Path) -> Spec:
    """Read a spec.

    Raises:
        SpecError: a construct that the generator does not know, with its line.
    """
    top = load(path).only("openapi", "info", "x-releases", "servers", "security", "tags", "paths", "components")
    check_document(top)
    components = top.need("components", Mapping)
    if "responses" in components:
        for response in components.need("responses", Mapping).every(Mapping).values():
            _reply(response, "dict(str, str)")
    models = models_of(components.need("schemas", Mapping))
    tags = [(_service(tag), tag) for tag in top.each("tags", Mapping)]
    by_tag = {service.tag: service for service, _ in tags}
    operations = _operations(by_tag, top.need("paths", Mapping), models, top["x-releases"][0])
    check_names(tags, operations, models)
    for service, operation, _ in operations:
        service.operations.append(operation)
    services = tuple(service for service, _ in tags)
    return Spec(top["info"]["version"], tuple(top["x-releases"]), services, tuple(models.values()))


def _service(tag: Mapping) -> Service:
    tag.only("name", "description", "x-setup")
    return Service(tag.need("name", str), text_of(tag), tag.given("x-setup", ""))


def _operations(
    services: dict[str, Service], paths: Mapping, models: dict[str, Model], first_release: str
) -> list[tuple[Service, Operation, Mapping]]:
    """Return each operation with its service and the mapping that says it."""
    found = []
    for url, item in paths.every(Mapping).items():
        check_path(paths, url)
        for method, where in item.only(*_METHODS).every(Mapping).items():
            operation = _operation(url, method, where)
            check_parameters(operation, where)
            operation = _with_list(operation, where, models, first_release)
            if (tag := where.one("tags")) not in services:
                raise where.error(f"no tag {tag!r}", "tags")
            found.append((services[tag], operation, where))
    return found


def _operation(url: str, method: str, op: Mapping) -> Operation:
    op.only(
        "operationId", "tags", "summary", "description", "parameters", "requestBody", "responses", "x-short-name",
        "x-served", "x-served-since", "x-paging", "x-fields", "x-namespace", "x-idempotent", "x-example", *RELEASES,
    )  # fmt: skip
    params = [_parameter(each) for each in op.each("parameters", Mapping)]
    body = _body(op.need("requestBody", Mapping)) if "requestBody" in op else None
    responses = op.need("responses", Mapping)
    success = responses.need("200", Mapping)
    since, until = life_of(op)
    content = {"body": _JSON, "file": _FORM}
    return Operation(
        name=op.need("operationId", str),
        method=method.upper(),
        path=_client_path(url, op),
        summary=op.need("summary", str).strip(),
        description=text_of(op),
        params=(
            *[param for param in params if param.location == "path"],
            *([body] if body else []),
            *[param for param in params if param.location == "query"],
        ),
        returns=_reply(success),
        returns_text=text_of(success),
        errors=_errors(responses),
        example=op.given("x-example", ""),
        short_name=op.given("x-short-name", ""),
        served=op.given("x-served", True),
        served_since=op.given("x-served-since", ""),
        idempotent=_is_idempotent(method, op),
        content_type=content[body.location] if body else "",
        since=since,
        until=until,
    )


def _client_path(url: str, op: Mapping) -> str:
    """Return the path with the client's names for its parameters."""
    for param in op.each("parameters", Mapping):
        if "x-name" in param:
            url = url.replace(f"{{{param['name']}}}", f"{{{param['x-name']}}}")
    return url


def _is_idempotent(method: str, op: Mapping) -> bool:
    said = op.given("x-idempotent", False)
    if "x-idempotent" in op and (method != "post" or not said):
        raise op.error("'x-idempotent' is true, and only on a post, of which nothing else says it", "x-idempotent")
    return said or method != "post"


def _with_list(operation: Operation, where: Mapping, models: dict[str, Model], first_release: str) -> Operation:
    paging = paging_of(where, operation.params, models.get(operation.returns))
    fields, namespace = fields_of(where, paging, models, first_release), namespace_of(where, operation.params, models)
    return replace(operation, paging=paging, fields=fields, namespace=namespace)


def _parameter(param: Mapping) -> Param:
    # No x-until: nothing generated would tell of it.
    param.only("name", "in", "required", "description", "schema", "x-name", "x-since")
    location, required = param.need("in", str), param.given("required", False)
    if location not in ("path", "query"):
        raise param.error(f"a parameter in {location!r} is not known", "in")
    schema = param.need("schema", Mapping)
    type_name, json = _parameter_type(schema)
    if type_name not in (("str",) if location == "path" else ("str", "int", "bool")):
        raise schema.error(f"a parameter of type {type_name!r} in {location!r} is not known", "type")
    if location == "path" and not required:
        raise param.error("a parameter in the path is required", "required")
    if location != "path" and "x-name" in param:
        raise param.error("only a parameter in the path has another name in the client", "x-name")
    key = "x-name" if "x-name" in param else "name"
    wire = param.need(key, str)
    name, since = wire_name(param, key, wire, OF_CALLS), param.given("x-since", "")
    return Param(name, wire, location, type_name, required, text_of(param), since=since, json=json)


def _parameter_type(schema: Mapping) -> tuple[str, str]:
    """Return the type of a parameter, and that of the JSON which its text holds."""
    if not {"contentMediaType", "contentSchema"} & schema.keys():
        return type_of(schema), ""
    schema.only("type", "contentMediaType", "contentSchema")
    if schema.need("type", str) != "string" or schema.need("contentMediaType", str) != _JSON:
        raise schema.error(f"only a string holds JSON, and only {_JSON}", "contentMediaType")
    return "str", _message(schema.need("contentSchema", Mapping))


def _body(body: Mapping) -> Param:
    body.only("required", "description", "content", "x-parameter", "x-earlier-names")
    media_type, content = body.one("content"), body.need("content", Mapping).only(_JSON, _FORM)
    schema = content.need(media_type, Mapping).only("schema").need("schema", Mapping)
    required, earlier = body.given("required", False), tuple(body.each("x-earlier-names", str))
    if media_type == _JSON:
        name = body.need("x-parameter", str)
        return Param(name, name, "body", _message(schema, "str"), required, text_of(body), earlier_names=earlier)
    if "x-parameter" in body:
        raise body.error("a form's keyword is the name of its part", "x-parameter")
    text_of(body)
    name, text = _part(schema.only("type", "required", "properties"))
    return Param(name, name, "file", "file", required, text, earlier_names=earlier)


def _part(schema: Mapping) -> tuple[str, str]:
    """Return name and description of a form's only part, a file."""
    if schema.need("type", str) != "object":
        raise schema.error("a form is an object", "type")
    name = schema.one("properties")
    file = schema["properties"].need(name, Mapping).only("type", "format", "description")
    if (file.need("type", str), file.need("format", str)) != ("string", "binary"):
        raise file.error("the part of a form is a file: a string with format binary", "format")
    if "required" in schema and schema.one("required") != name:
        raise schema.error(f"the only part is {name!r}", "required")
    return name, text_of(file)


def _message(schema: Mapping, *also: str) -> str:
    """Return the type of something sent or answered as a whole: a model, an object or one of `also`."""
    type_name = type_of(schema)
    if "$ref" not in schema and type_name not in ("object", *also):
        raise schema.error(f"{type_name!r} is not known here", "type")
    return type_name


def _reply(response: Mapping, *also: str) -> str:
    text_of(response.only("description", "content"))
    content = response.need("content", Mapping).only(_JSON).need(_JSON, Mapping)
    return _message(content.only("schema").need("schema", Mapping), *also)


def _errors(responses: Mapping) -> dict[int, str]:
    errors = {}
    for status, response in responses.every(Mapping).items():
        if status == "200":
            continue
        if status != "default" and not re.fullmatch(r"[45]\d\d", status):
            raise responses.error(f"the status {status!r} is not known; 200, 4.., 5.. and default are", status)
        # Without the $ref other generators take the reply for an empty one.
        if not response.need("$ref", str).startswith(RESPONSE):
            raise response.error(f"an error's $ref begins with {RESPONSE}", "$ref")
        if status == "default":
            response.only("$ref")
        else:
            errors[int(status)] = text_of(response.only("$ref", "description"))
    return errors


__all__ = ["Field", "Model", "Operation", "Param", "Service", "Spec", "SpecError", "read"]
