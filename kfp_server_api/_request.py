# SPDX-License-Identifier: Apache-2.0
"""Requests: what a caller of an operation gives, and how urllib3 takes it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

import urllib3

from kfp_server_api import _encoding
from kfp_server_api._deadline import Deadline, seconds_of
from kfp_server_api._multipart import Multipart
from kfp_server_api._reply import READS
from kfp_server_api.configuration import DEFAULT_TIMEOUT
from kfp_server_api.exceptions import ApiException, ApiValueError

if TYPE_CHECKING:
    from kfp_server_api._operation import Operation

_PLACEHOLDER = re.compile(r"\{([\w.]+)\}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\n[\t\x20-\x7e\x80-\xff]*")
_DEFAULT_TIMEOUT = urllib3.Timeout(None, *DEFAULT_TIMEOUT)


class Request(NamedTuple):
    """A call of an operation on its way from `ApiClient.call_api` to the reply.

    First as the caller gave it. `ApiClient` prepares another of it, with a URL, encoded values and secrets, and sends
    that; both can be done again.
    """

    operation: Operation | None
    """None where method and path are none of the API's."""
    method: str
    path: str
    """Path template."""
    path_params: Any = None
    query: Any = None
    headers: Any = None
    body: Any = None
    form: Any = None
    files: Any = None
    response_type: Any = None
    auth_settings: list[str] | None = None
    data_only: bool | None = None
    collection_formats: Mapping[str, str] | None = None
    preload_content: bool = True
    timeout: Any = None
    deadline: Deadline | None = None
    host: str | None = None
    """Instead of `Configuration.host`."""
    url: str = ""
    """Without query and credentials; "" until it is prepared."""

    def __repr__(self) -> str:
        return f"Request({self.method} {self.url or self.path})"  # the rest may hold secrets

    @property
    def is_write(self) -> bool:
        """Tell whether the server changes something when it takes the request."""
        return self.method not in READS


sending: ContextVar[Request | None] = ContextVar("sending", default=None)
"""The request that this thread or task sends; between `ApiClient` and `rest` only upstream's arguments travel.

An override that sends in another thread has to take the context along (`contextvars.copy_context().run`).
"""


def retries_of(value: Any) -> urllib3.Retry:
    """Return `Configuration.retries` as urllib3 takes it, for requests that no operation sends.

    Not as a number: older releases of urllib3 make a Retry of one that follows no redirect.
    """
    if value is None:
        # By urllib3's own default a server's Retry-After would put the call to sleep for as long as it says.
        return urllib3.Retry(3, respect_retry_after_header=False)
    return value if isinstance(value, urllib3.Retry) else urllib3.Retry.from_int(value)


def one_attempt(setting: Any) -> tuple[urllib3.Retry, urllib3.Retry]:
    """Return the retries with which urllib3 sends a request once, and those whose redirects may be followed.

    With the first, urllib3 raises what it raises after its last retry. A number of retries does not limit redirects.

    Args:
        setting: `Configuration.retries`.
    """
    if not isinstance(setting, urllib3.Retry):
        return (_ONCE_AS_IT_IS if setting is False else _ONCE), _REDIRECTS
    raised_as_they_are = {name: False for name in ("total", "connect", "read") if getattr(setting, name) is False}
    kept_out = {"total": 0, "connect": None, "read": None, "redirect": None, "status": None, "other": None}
    ignored = {"status_forcelist": (), "respect_retry_after_header": False}
    return setting.new(**{**kept_out, **ignored, **raised_as_they_are}), setting


_ONCE = urllib3.Retry(0, respect_retry_after_header=False)
_ONCE_AS_IT_IS = urllib3.Retry(False, redirect=False)
_REDIRECTS = urllib3.Retry(None, redirect=20)


def with_namespace(request: Request, namespace: Any) -> Request:
    """Return a prepared request with `Configuration.namespace`, where its operation takes that and names none itself.

    Raises:
        ApiValueError: the setting is no text.
    """
    if not isinstance(namespace, str):
        raise ApiValueError(f"`Configuration.namespace` is {namespace!r}: it has to be a text, or None")
    to = request.operation.namespace if request.operation else None
    if to is None or not namespace:
        return request
    if to.location == "body":
        is_open = isinstance(request.body, dict) and request.body.get(to.key) is None
        return request._replace(body={**request.body, to.key: namespace}) if is_open else request
    if any(name == to.key or (name in to.unless and value) for name, value in request.query):
        return request
    return request._replace(query=[*request.query, (to.key, namespace)])


_SEPARATORS = {"ssv": " ", "tsv": "\t", "pipes": "|"}


def pairs_of(params: Any, formats: Mapping[str, str]) -> list[tuple[str, Any]]:
    """Return parameters as pairs, lists written in their collection format.

    Args:
        params: a dict or pairs.
        formats: by name of a list: "multi", "csv", "ssv", "tsv" or "pipes".
    """
    pairs: list[tuple[str, Any]] = []
    for name, value in params.items() if isinstance(params, dict) else params:
        if name not in formats:
            pairs.append((name, value))
        elif formats[name] == "multi":
            pairs.extend((name, each) for each in value)
        else:
            pairs.append((name, _SEPARATORS.get(formats[name], ",").join(str(each) for each in value)))
    return pairs


def fill_path(path: str, params: list[tuple[str, Any]], safe: str) -> str:
    """Return a path with the escaped values of its parameters.

    Args:
        path: has `{name}` for each parameter.
        params: names and values.
        safe: characters that stay unescaped.

    Raises:
        ApiValueError: a value that would name another path.
    """
    for name, value in params:
        escaped = quote(str(value), safe=safe)
        if not escaped or ("." in escaped and {".", ".."} & set(escaped.split("/"))):
            raise ApiValueError(f"`{name}` cannot be {str(value)!r}: it would name another path")
        path = path.replace("{" + name + "}", escaped)
    missing = "{" in path and _PLACEHOLDER.search(path)
    if missing:
        raise ApiValueError(f"`{missing[1]}` is missing, without which the path is none")
    return path


def timeout_of(value: Any, name: str = "Configuration.timeout") -> urllib3.Timeout:
    """Return a timeout as urllib3 takes it.

    Args:
        value: seconds, a `timedelta`, None or `math.inf` for no end, a pair (connect, read) of those, or a
            `urllib3.Timeout`.
        name: of the setting, for the error.

    Raises:
        ApiValueError: anything else, or not above 0.
    """
    if value is DEFAULT_TIMEOUT:  # most calls; an equal pair only takes longer
        return _DEFAULT_TIMEOUT
    if isinstance(value, urllib3.Timeout):
        return value
    if isinstance(value, (tuple, list)) and len(value) == 2:
        return urllib3.Timeout(connect=_seconds(value[0], name), read=_seconds(value[1], name))
    return urllib3.Timeout(total=_seconds(value, name))


def _seconds(value: Any, name: str) -> float | None:
    seconds = seconds_of(value)
    if seconds is None and value is not None:
        raise ApiValueError(
            f"`{name}` takes seconds above 0, a timedelta, a pair (connect, read) or urllib3.Timeout, not {value!r}"
        )
    return None if seconds == math.inf else seconds


def content_of(method: str, headers: dict[str, str], body: Any, post_params: Any) -> tuple[Any, dict[str, str]]:
    """Return the body as bytes or a file, and the headers that go with it."""
    content_type = headers.setdefault("Content-Type", "application/json")
    if method in ("GET", "HEAD"):
        return None, headers
    if "json" in content_type.lower():
        return (None if body is None else _encoding.dumps(body)), headers
    if content_type == "application/x-www-form-urlencoded":
        return urlencode(post_params or []).encode(), headers
    if content_type == "multipart/form-data":
        parts = Multipart(post_params or [])
        return parts, {**headers, "Content-Type": parts.content_type, "Content-Length": str(parts.size)}
    if isinstance(body, (str, bytes)):
        return body, headers
    raise ApiException(
        status=0,
        reason=f"Cannot write a {type(body).__name__} as {content_type}: give text or bytes, or a JSON content type",
    )


def check_headers(headers: dict[str, str]) -> None:
    for name, value in headers.items():
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        if _HEADER.fullmatch(f"{name}\n{text}"):  # neither part may hold a line feed
            continue
        if not _HEADER.fullmatch(f"{name}\n"):
            raise ApiValueError(f"{_CONTROL.sub('?', name)!r} is no name of a header")
        raise ApiValueError(f"the header {name!r} holds a control character or one outside Latin-1")
