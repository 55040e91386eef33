# SPDX-License-Identifier: Apache-2.0
"""Operations as data, found by method and path."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple


class Param(NamedTuple):
    """A parameter of an operation."""

    name: str
    """Keyword in Python."""
    location: str
    """"path", "query", "body" or "file"."""
    type: str
    """As `openapi_types` writes types; "file" for an upload."""
    required: bool = False
    wire: str = ""
    """Name on the wire, where it is not `name`."""
    since: str = ""
    """First release that has it; "" = the operation's first."""
    earlier_names: tuple[str, ...] = ()
    """Keywords that earlier releases had for it."""
    json: bool = False
    """True for a text that holds JSON; a dict or model is then sent as such."""

    @property
    def key(self) -> str:
        """The name on the wire."""
        return self.wire or self.name


class Paging(NamedTuple):
    """Paging of a list: keywords of the operation, attributes of its reply."""

    token: str
    size: str
    sort: str
    filter: str
    next: str
    """The next page's token."""
    items: str
    resend: tuple[str, ...] = ()
    """Keywords to send again with each page; a token remembers sort and filter and nothing else."""
    next_wire: str = ""
    items_wire: str = ""
    """Names in JSON, where they differ."""


class ListField(NamedTuple):
    """A name that a list is sorted and filtered by."""

    name: str
    """One that ends in `.` or `:` is continued by the caller: `tags.team`."""
    type: str
    """As `openapi_types` writes types; that of an enum for its values."""
    aliases: tuple[str, ...] = ()
    """Other names for the same."""
    only: str = ""
    """"sort" or "filter"; "" = both."""
    operations: tuple[str, ...] = ()
    """Operations of a filter that may use it; () = all."""
    since: str = ""
    """First release that has it; "" = the operation's first."""


class Namespace(NamedTuple):
    """Where `Configuration.namespace` goes, where the caller gives no namespace."""

    key: str
    """Name on the wire."""
    location: str
    """"query", or "body" for a field of it."""
    unless: tuple[str, ...] = ()
    """Names in the query; where the caller gives one of them, no namespace is added."""


class Operation(NamedTuple):
    """One operation of the REST API, as the spec has it."""

    name: str
    """Name of the method, such as `run_service_list_runs`."""
    method: str
    path: str
    """Path with `{wire name}` for each path parameter."""
    params: tuple[Param, ...] = ()
    returns: Any = "object"
    """Type of the reply as `openapi_types` writes types, or what has a `_from_reply`."""
    idempotent: bool = False
    """True where doing it twice leaves the server as doing it once does."""
    paging: Paging | None = None
    fields: tuple[ListField, ...] = ()
    """Fields that a list is sorted and filtered by."""
    namespace: Namespace | None = None
    served: bool = True
    """False where no real server has the route."""
    served_since: str = ""
    """First release whose servers have the route, where the client had it before."""
    short_name: str = ""
    """Name in releases 2.0.x, where it differs."""
    since: str = ""
    """First release that has it; "" = all."""
    until: str = ""
    """Last release that has it; "" = the newest."""
    sent_once: bool = False
    """True where a request must never be sent a second time, whatever `Configuration.retries` says."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers that say what is sent and wanted."""
        headers = {"Accept": "application/json"}
        for param in self.params:
            if param.location in _CONTENT_TYPES:
                headers["Content-Type"] = _CONTENT_TYPES[param.location]
        return headers


_CONTENT_TYPES = {"body": "application/json", "file": "multipart/form-data"}


def operations(service: type) -> list[Operation]:
    """Return the operations of an API class, in the order of the class."""
    return [value for value in vars(service).values() if isinstance(value, Operation)]


_known: dict[tuple[str, str], Operation] = {}


def remember(operations: Iterable[Operation]) -> None:
    """Have `operation_of` find operations."""
    _known.update({(each.method, each.path): each for each in operations})


def operation_of(method: str, path: str) -> Operation | None:
    """Return the operation with a method and path template; None where there is none, as for a caller's own path."""
    found = _known.get((method, path))
    if found is None and path.startswith("/apis/"):
        _import_all()
        found = _known.get((method, path))
    return found


@cache
def _import_all() -> None:
    """Import every API class; for callers of `call_api` who may not have used the class."""
    api = import_module("kfp_server_api.api")
    for name in api.__all__:
        getattr(api, name)
