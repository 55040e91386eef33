# SPDX-License-Identifier: Apache-2.0
"""Check how the parts of a spec go together, and those that no generated file shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from generator.names import OF_CALLS, OF_SERVICES, WRITTEN, is_usable, snake
from generator.objects import Operation, Service
from generator.schemas import RELEASES, SCHEMA
from generator.yaml_lines import Mapping, distinct

RESPONSE = "#/components/responses/"
_PATH = re.compile(r"(/([A-Za-z0-9_.-]+|\{[A-Za-z0-9_]+\})(:[A-Za-z]+)?)+")


def check_document(top: Mapping) -> None:
    """Check the head of the spec, every $ref and every release."""
    if not top.need("openapi", str).startswith("3.1."):
        raise top.error("the generator reads OpenAPI 3.1", "openapi")
    info = top.need("info", Mapping).only("title", "version", "license", "description")
    info.given("description", "")
    for key in ("title", "version"):
        info.need(key, str)
    if "license" in info:
        named = info.need("license", Mapping).only("name", "identifier", "url")
        named.need("name", str)
        named.every(str)
    for server in top.each("servers", Mapping):
        server.only("url", "description").every(str)
        server.need("url", str)
    components = top.need("components", Mapping).only("securitySchemes", "responses", "schemas")
    _check_security(top, components.need("securitySchemes", Mapping) if "securitySchemes" in components else None)
    releases = _releases(top)
    for mapping in _mappings(top):
        _check_life(mapping, releases)
        if "$ref" in mapping:
            _check_reference(mapping, components)


def _check_security(top: Mapping, schemes: Mapping | None) -> None:
    for scheme in schemes.every(Mapping).values() if schemes else ():
        scheme.only("type", "in", "name", "description").every(str)
        for key, value in (("type", "apiKey"), ("in", "header"), ("name", "authorization")):
            if scheme.need(key, str) != value:
                raise scheme.error(f"the client knows no other {key!r} than {value!r}", key)
    for rule in top.each("security", Mapping):
        for name in rule:
            if name not in (schemes or ()):
                raise rule.error(f"no security scheme {name!r}", name)
            if rule.need(name, list):
                raise rule.error("a key in a header has no scopes", name)


def _releases(top: Mapping) -> list[str]:
    releases = top.each("x-releases", str) if "x-releases" in top else top.need("x-releases", list)
    if not all(re.fullmatch(r"\d+(\.\d+)+", release) for release in releases):
        raise top.error("a release is written as numbers with dots", "x-releases")
    numbers = [tuple(map(int, release.split("."))) for release in releases]
    if not releases or numbers != sorted(set(numbers)):
        raise top.error("releases stand in order, each once", "x-releases")
    return releases


def _mappings(node: Any) -> Iterator[Mapping]:
    if isinstance(node, Mapping):
        yield node
    children = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for child in children:
        yield from _mappings(child)


def _check_life(mapping: Mapping, releases: list[str]) -> None:
    for key in (*RELEASES, "x-served-since"):
        if key in mapping and mapping.need(key, str) not in releases:
            raise mapping.error(f"{mapping[key]!r} is none of x-releases", key)
    since, until = mapping.given("x-since", releases[0]), mapping.given("x-until", releases[-1])
    if releases.index(since) > releases.index(until):
        raise mapping.error(f"x-until {until} comes before x-since {since}", "x-until")


def _check_reference(mapping: Mapping, components: Mapping) -> None:
    ref = mapping.need("$ref", str)
    for start, key in ((SCHEMA, "schemas"), (RESPONSE, "responses")):
        if ref.startswith(start):
            if (name := ref[len(start) :]) not in components.given(key, Mapping("", 0)):
                raise mapping.error(f"no {key[:-1]} {name!r}", "$ref")
            return
    raise mapping.error(f"a $ref begins with {SCHEMA} or {RESPONSE}", "$ref")


def check_names(
    tags: Iterable[tuple[Service, Mapping]], operations: list[tuple[Service, Operation, Mapping]], models: Iterable[str]
) -> None:
    """Check that services and operations have names of their own, which Python takes."""
    known = {snake(name) for name in models} | {snake(name) for name in WRITTEN}
    tags = list(tags)
    for service, tag in tags:
        if not is_usable(service.tag) or not service.tag[0].isupper() or service.module in known:
            raise tag.error(f"{service.tag!r} cannot name a service", "name")
    distinct((service.module, tag, "name") for service, tag in tags)
    distinct((operation.name, where, "operationId") for _, operation, where in operations)
    for _, operation, where in operations:
        for key, name in (("operationId", operation.name), ("x-short-name", operation.short_name)):
            if name and (not is_usable(name) or name in OF_SERVICES):
                raise where.error(f"{name!r} cannot name a method", key)
    for service, _ in tags:
        distinct(_methods([(operation, where) for owner, operation, where in operations if owner is service]))


def _methods(operations: list[tuple[Operation, Mapping]]) -> Iterator[tuple[str, Mapping, str]]:
    for operation, where in operations:
        for key, name in (("operationId", operation.name), ("x-short-name", operation.short_name)):
            if name:
                yield name, where, key
                yield f"{name}_with_http_info", where, key


def check_path(paths: Mapping, url: str) -> None:
    """Check that a path is one that client and local server can read."""
    if not _PATH.fullmatch(url):
        raise paths.error(f"the path {url!r} is not of the form {_PATH.pattern}", url)
    distinct((name, paths, url) for name in _placeholders(url))


def check_parameters(operation: Operation, where: Mapping) -> None:
    """Check that parameters have names of their own, and that the path has just those that say so."""
    body = where.get("requestBody", where)
    lists = {each.get(key, ""): (each, key) for each in where.get("parameters", ()) for key in ("name", "x-name")}
    names = [(param.name, *lists.get(param.wire, (body, "x-parameter"))) for param in operation.params]
    names += [(name, body, "x-earlier-names") for param in operation.params for name in param.earlier_names]
    for name, mapping, key in names:
        if not is_usable(name) or name in OF_CALLS:
            raise mapping.error(f"{name!r} cannot be a keyword", key)
    distinct(names)
    wanted = _placeholders(operation.path)
    for param in operation.params:
        if param.location == "path" and param.wire not in wanted:
            raise lists[param.wire][0].error(f"{operation.path} has no place for {param.wire!r}", "name")
    for name in set(wanted) - {param.wire for param in operation.params if param.location == "path"}:
        raise where.error(f"no parameter {name!r}, for which {operation.path} has a place", "parameters")


def _placeholders(url: str) -> list[str]:
    return re.findall(r"\{([^{}]*)\}", url)
