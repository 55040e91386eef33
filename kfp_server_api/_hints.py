# SPDX-License-Identifier: Apache-2.0
"""Which releases a server looks like, from the replies that come anyway, and what of a refused call is newer.

The facts are the spec's: the release that first has an operation, a parameter, a field, a name to sort or filter by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from kfp_server_api._error_body import parse
from kfp_server_api._releases import RELEASES
from kfp_server_api.exceptions import SECRET_HEADER

if TYPE_CHECKING:
    from kfp_server_api._field import Field
    from kfp_server_api._operation import ListField, Operation
    from kfp_server_api._request import Request
    from kfp_server_api.exceptions import ApiException

_NEW_GATEWAY = "2.14.0"
"""The release since which errors have no key `error`, unknown fields are refused, and unknown paths answer in JSON."""
_NEW_TOKENS = "2.17.0"
"""The release since which servers call a bad page token a page token."""
_INVALID_ARGUMENT = 3
_NO_NAMESPACE = "cannot have an empty namespace in multi-user mode"
_UNKNOWN_FIELD = r'unknown field "([^"]+)"'
_UNKNOWN_NAME = r'(?:Invalid sorting field: |on unrecognized field )"([^"]+)"'
_MODEL = r"\b[A-Z]\w+"
_NOT_SERVED = {404: (5, "Not Found"), 405: (None, "Method Not Allowed"), 501: (12, "Method Not Allowed")}
"""What a server answers where it has no such route: gRPC code and text."""


class Looks(NamedTuple):
    """The releases that a server may be of: positions in `RELEASES`, of the first and the last."""

    first: int = 0
    last: int = len(RELEASES) - 1

    def since(self, release: str) -> Looks:
        """Leave out those before a release."""
        return self._replace(first=max(self.first, RELEASES.index(release)))

    def before(self, release: str) -> Looks:
        """Leave out a release and those after it."""
        return self._replace(last=min(self.last, RELEASES.index(release) - 1))

    def also(self, newer: Looks) -> Looks:
        """Return what both allow, and where that is nothing, what was seen last: the server was replaced."""
        both = Looks(max(self.first, newer.first), min(self.last, newer.last))
        return both if both.first <= both.last else newer

    def __str__(self) -> str:
        first, last = (RELEASES[at].rpartition(".")[0] for at in self)
        if self.last == len(RELEASES) - 1:
            return f"{first} or newer"
        return first if first == last else f"{first} to {last}"


ANY = Looks()


def telling(response_type: Any) -> bool:
    """Tell whether a reply of a type can show of which release its server is."""
    return bool(_telling(response_type)[1])


def learn(servers: dict[str, Looks], request: Request, model: Any) -> None:
    """Note what a reply of a `telling` type shows of its server."""
    data = getattr(model, "_json", None)
    key, fields = _telling(request.response_type)
    if key and isinstance(data, dict):
        rows = data.get(key)
        data = rows[0] if isinstance(rows, list) and rows else None
    # An object that the server could not read whole says so in `error`.
    if not isinstance(data, dict) or "error" in data:
        return
    seen = ANY
    for field in fields:
        if field.key in data:
            seen = seen.since(field.since)
        elif field.always:
            seen = seen.before(field.since)
    servers[_server(request)] = servers.get(_server(request), ANY).also(seen)


def explain(servers: dict[str, Looks], request: Request, error: ApiException) -> None:
    """Set the `hint` of an error that fits a difference between releases, and note what it shows of its server."""
    if request.operation is None or not isinstance(error.status, int) or error.status < 400:
        return
    body, known = parse(error.body), servers.get(_server(request))
    looks = (known or ANY).also(_family(body))
    if not_served(error):
        looks = looks if body else looks.before(_NEW_GATEWAY)
        if looks.first <= looks.last:  # else it is not the API that answers
            error.hint = _of_a_route(request, error.status, looks, known is not None)
        return
    if looks != ANY:
        servers[_server(request)] = looks
    if error.status in (401, 403) and not any(map(SECRET_HEADER.search, request.headers)):
        error.hint = "no credentials were sent: see `Configuration.auth`"
    if error.status == 400:
        newer, looks = _newer(request, error, body, looks)
        named = ", ".join(f"`{name}` since {since}" for name, since in newer.items())
        if newer:
            error.hint = _sentence(named, looks)
        elif request.operation.namespace and _NO_NAMESPACE in str(body.get("message")):
            error.hint = "set `Configuration.namespace`, or give the call a namespace"


def not_served(error: ApiException) -> bool:
    """Tell whether a server of the API says that it has no such route."""
    code, text = _NOT_SERVED.get(error.status, (None, ""))
    body = parse(error.body)
    if body:
        return (body.get("code"), body.get("message")) == (code, text) and "details" not in body
    return bool(text) and error.status != 501 and str(error.body).strip() == text


def _family(body: Any) -> Looks:
    """Return what the shape of an error shows; `ANY` where it is not the API's."""
    code, message = body.get("code"), body.get("message")
    if type(code) is not int or not 0 < code <= 16 or not isinstance(message, str):
        return ANY
    if "error" in body:
        return ANY.before(_NEW_GATEWAY)
    shown = ANY.since(_NEW_GATEWAY)
    if "Invalid package token" in message:
        return shown.before(_NEW_TOKENS)
    return shown.since(_NEW_TOKENS) if "Invalid page token" in message else shown


def _of_a_route(request: Request, status: int, looks: Looks, is_known: bool) -> str:
    """Return the hint for an operation that the server does not have; `is_known`: the API has answered before."""
    operation: Any = request.operation
    since = operation.served_since or operation.since
    if not operation.served:
        return f"no server of v2beta1 has `{operation.name}`"
    if since:
        return _sentence(f"`{operation.name}` since {since}", looks.before(since))
    if operation.until:
        return _sentence(f"`{operation.name}` until {operation.until}", looks)
    # Every release has it: the API is not here at all, unless a value in the path made it another one.
    if status != 404 or is_known or any(set(":/") & set(str(value)) for _, value in request.path_params):
        return ""
    return (
        "the API is not at this address: the path in `Configuration.host` is wrong, or the server is older than"
        f" {RELEASES[0]}; `python -m kfp_server_api doctor` looks"
    )


def _newer(request: Request, error: ApiException, body: Any, looks: Looks) -> tuple[dict[str, str], Looks]:
    """Return what the refused call has that its server does not know, with the first release of each."""
    operation: Any = request.operation
    text = str(body.get("message") or error.body)
    unknown = re.search(_UNKNOWN_FIELD, text)
    if unknown:
        found = {name: since for name, since in _sent(operation, request.body) if name == unknown[1]}
    else:
        found = {name: field.since for name in re.findall(_UNKNOWN_NAME, text) for field in _named(operation, name)}
    if found:  # the server itself says that it is older than this
        for since in found.values():
            looks = looks.before(since)
        return found, looks
    # Servers of the older gateway drop what they do not know, and may miss it then.
    if body.get("code") != _INVALID_ARGUMENT:
        return {}, looks
    given = {name for name, _ in request.query}
    dropped = [(param.name, param.since) for param in operation.params if param.since and param.key in given]
    dropped += [(name, since) for name, since in _sent(operation, request.body) if re.search(rf"\b{name}\b", text)]
    return {name: since for name, since in dropped if RELEASES.index(since) > looks.last}, looks


def _named(operation: Operation, name: str) -> Iterator[ListField]:
    """Give the newer fields that a name to sort or filter by stands for."""
    for field in operation.fields:
        begins = field.name[-1] in ".:" and name.startswith(field.name)
        if field.since and (begins or name in (field.name, *field.aliases)):
            yield field


def _sent(operation: Operation, body: Any) -> Iterator[tuple[str, str]]:
    """Give each field of a body that not all releases have, with its first release."""
    for param in operation.params:
        if param.location == "body":
            yield from _newer_fields(param.type, body)


def _newer_fields(type_name: str, data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, list):
        for each in data:
            yield from _newer_fields(type_name, each)
    model = _model(type_name)
    if model is None or not isinstance(data, dict):
        return
    for key, value in data.items():
        field = model._fields.get(key, (None, None, None))[2]
        if field is not None:
            if field.since:
                yield key, field.since
            of_a_map = field.type.startswith("dict(") and isinstance(value, dict)
            yield from _newer_fields(field.type, list(value.values()) if of_a_map else value)


def _model(type_name: str) -> Any:
    """Return the model that a type names; None where there is none."""
    from kfp_server_api import models

    found = re.search(_MODEL, type_name)
    model = getattr(models, found[0], None) if found else None
    return model if hasattr(model, "_fields") else None


@cache
def _telling(response_type: Any) -> tuple[str, tuple[Field, ...]]:
    """Return the fields of a reply that show its server's release, and the list whose items have them; "" = itself."""
    model = _model(response_type) if isinstance(response_type, str) else None
    if model is None:
        return "", ()
    lists = [each for each in _fields(model) if each.type.startswith("list[")]
    for key, item in [("", model), *((each.key, _model(each.type)) for each in lists)]:
        newer = tuple(each for each in _fields(item) if each.since)
        if any(each.always for each in newer):
            return key, newer
    return "", ()


def _fields(model: Any) -> list[Field]:
    return [field for _, _, field in model._fields.values()] if model else []


def _sentence(what: str, looks: Looks) -> str:
    if looks == ANY or looks.first > looks.last:
        return what
    return f"{what}; this server looks like {looks}"


def _server(request: Request) -> str:
    return request.url.partition("/apis/")[0]
