# SPDX-License-Identifier: Apache-2.0
"""One HTTP exchange over urllib3."""

from __future__ import annotations

import io
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin

import certifi
import urllib3
from urllib3 import exceptions as u3

from kfp_server_api import _codec
from kfp_server_api._multipart import Multipart
from kfp_server_api.configuration import without_userinfo
from kfp_server_api.exceptions import (
    ApiConnectionError,
    ApiException,
    ApiKeyError,
    ApiTimeoutError,
    ApiTypeError,
    ApiValueError,
    OpenApiException,
    TLSError,
    error_for,
)

if TYPE_CHECKING:
    from kfp_server_api.configuration import Configuration

__all__ = [
    "ApiException",
    "ApiKeyError",
    "ApiTypeError",
    "ApiValueError",
    "OpenApiException",
    "RESTClientObject",
    "RESTResponse",
]

logger: logging.Logger = logging.getLogger(__name__)

_METHODS = frozenset({"GET", "HEAD", "DELETE", "POST", "PUT", "PATCH", "OPTIONS"})
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_IN_HEADERS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class RESTResponse(io.IOBase):
    """A reply that was read whole.

    Attributes:
        urllib3_response: what urllib3 gave.
        status: HTTP status.
        reason: reason phrase.
        data: body as bytes; text once an `ApiClient` has decoded it.
    """

    def __init__(self, resp: Any) -> None:
        self.urllib3_response = resp
        self.status: int = resp.status
        self.reason: str | None = resp.reason
        self.data: Any = resp.data

    def getheaders(self) -> Any:
        """Return all headers, case-insensitive."""
        return self.urllib3_response.headers

    def getheader(self, name: str, default: str | None = None) -> Any:
        """Return one header."""
        return self.urllib3_response.headers.get(name, default)


class RESTClientObject:
    """The connections of a client.

    Args:
        configuration: TLS, proxy, retries and pool size are read here, once; `timeout` on every request.
        pools_size: hosts for which connections are kept.
        maxsize: connections kept per host; None = the configuration's.
    """

    def __init__(self, configuration: Configuration, pools_size: int = 4, maxsize: int | None = None) -> None:
        self.configuration = configuration
        self._make_pools(pools_size, maxsize)

    def _make_pools(self, pools_size: int, maxsize: int | None) -> None:
        configuration = self.configuration
        self._sizes, self._process = (pools_size, maxsize), os.getpid()
        options: dict[str, Any] = {
            "num_pools": pools_size,
            "maxsize": maxsize or configuration.connection_pool_maxsize or 4,
            "cert_reqs": "CERT_REQUIRED" if configuration.verify_ssl else "CERT_NONE",
            "ca_certs": configuration.ssl_ca_cert or certifi.where(),
            "cert_file": configuration.cert_file,
            "key_file": configuration.key_file,
        }
        if configuration.assert_hostname is not None:
            options["assert_hostname"] = configuration.assert_hostname
        if getattr(configuration, "tls_server_name", None):
            options["server_hostname"] = configuration.tls_server_name  # type: ignore[attr-defined]
        if configuration.retries is not None:
            options["retries"] = configuration.retries
        self.pool_manager: urllib3.PoolManager
        if configuration.proxy:
            headers = configuration.proxy_headers
            self.pool_manager = urllib3.ProxyManager(configuration.proxy, proxy_headers=headers, **options)
        else:
            self.pool_manager = urllib3.PoolManager(**options)

    def request(
        self,
        method: str,
        url: str,
        query_params: Any = None,
        headers: dict[str, str] | None = None,
        body: Any = None,
        post_params: Any = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> Any:
        """Send one request and return its reply.

        Args:
            method: one of GET, HEAD, DELETE, POST, PUT, PATCH, OPTIONS.
            url: without a query.
            query_params: list of pairs.
            headers: "Content-Type" says how the body is written; JSON without it.
            body: what `json.dumps` takes; text or bytes for other content types.
            post_params: list of pairs for forms and multipart; excludes `body`.
            _preload_content: read the body; False returns urllib3's response, to be read and released by the caller.
            _request_timeout: seconds (int, float, timedelta), a pair (connect, read) or a `urllib3.Timeout`;
                None = `Configuration.timeout`.

        Returns:
            A `RESTResponse`, or urllib3's response.

        Raises:
            ApiException: a status outside 2xx (its subclass for the status), or no reply (`ApiConnectionError`).
            ApiValueError: a bad argument.
        """
        method, url = method.upper(), without_userinfo(url)  # nothing sends the userinfo; urllib3 would log it
        if "://" not in url:
            url = f"http://{url}"
        if method not in _METHODS:
            raise ApiValueError(f"`method` is one of {', '.join(sorted(_METHODS))}, not {method!r}")
        if post_params and body:
            raise ApiValueError("body parameter cannot be used with post_params parameter.")
        if query_params:
            url += ("&" if "?" in url else "?") + urlencode(query_params)
        content, headers = _content(method, dict(headers or {}), body, post_params)
        _check_headers(headers)
        timeout = timeout_of(self.configuration.timeout if _request_timeout is None else _request_timeout)
        logger.debug("%s %s", method, url)
        response = self._send(method, url, content, headers, _preload_content, timeout)
        if not 200 <= response.status <= 299:
            raise self._error(response, method, url)
        return RESTResponse(response) if _preload_content else response

    def _send(
        self, method: str, url: str, content: Any, headers: dict[str, str], preload_content: bool, timeout: Any
    ) -> Any:
        if self._process != os.getpid():
            self._make_pools(*self._sizes)  # after a fork, the parent's connections are not ours to use
        try:
            response = self.pool_manager.urlopen(
                method,
                url,
                body=content,
                headers=headers,
                preload_content=preload_content,
                timeout=timeout,
                enforce_content_length=True,  # urllib3 1.26 takes a body that ended early for whole otherwise
            )
        except (u3.HTTPError, MemoryError) as cause:  # a length that no memory holds is read at once
            raise connection_error(cause, method, url, self.configuration) from cause
        logger.debug("%s %s: %s", method, url, response.status)
        return response

    def _error(self, response: Any, method: str, url: str) -> ApiException:
        final = without_userinfo(final_url(response, url))
        try:
            return error_for(RESTResponse(response), method, final)
        except (u3.HTTPError, MemoryError) as cause:  # the body of a reply that was not preloaded
            error = connection_error(cause, method, final, self.configuration)
            error.reason = f"HTTP status {response.status}, then: {error.reason}"
            return error

    def GET(
        self,
        url: str,
        headers: Any = None,
        query_params: Any = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> Any:
        """Send a GET; see `request`."""
        return self.request("GET", url, query_params, headers, None, None, _preload_content, _request_timeout)

    def HEAD(
        self,
        url: str,
        headers: Any = None,
        query_params: Any = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> Any:
        """Send a HEAD; see `request`."""
        return self.request("HEAD", url, query_params, headers, None, None, _preload_content, _request_timeout)

    def DELETE(
        self,
        url: str,
        headers: Any = None,
        query_params: Any = None,
        body: Any = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> Any:
        """Send a DELETE; see `request`."""
        return self.request("DELETE", url, query_params, headers, body, None, _preload_content, _request_timeout)

    def OPTIONS(
        self,
        url: str,
        headers: Any = None,
        query_params: Any = None,
        post_params: Any = None,
        body: Any = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> Any:
        """Send an OPTIONS; see `request`."""
        return self.request(
            "OPTIONS", url, query_params, headers, body, post_params, _preload_content, _request_timeout
        )

    def POST(
        self,
        url: str,
        headers: Any = None,
        query_params: Any = None,
        post_params: Any = None,
        body: Any = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> Any:
        """Send a POST; see `request`."""
        return self.request("POST", url, query_params, headers, body, post_params, _preload_content, _request_timeout)

    def PUT(
        self,
        url: str,
        headers: Any = None,
        query_params: Any = None,
        post_params: Any = None,
        body: Any = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> Any:
        """Send a PUT; see `request`."""
        return self.request("PUT", url, query_params, headers, body, post_params, _preload_content, _request_timeout)

    def PATCH(
        self,
        url: str,
        headers: Any = None,
        query_params: Any = None,
        post_params: Any = None,
        body: Any = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> Any:
        """Send a PATCH; see `request`."""
        return self.request("PATCH", url, query_params, headers, body, post_params, _preload_content, _request_timeout)


def timeout_of(value: Any) -> urllib3.Timeout:
    """Return a timeout as urllib3 takes it.

    Args:
        value: seconds, a `timedelta`, a pair (connect, read) of those or None, a `urllib3.Timeout`, or None = no end.

    Raises:
        ApiValueError: anything else, or not above 0.
    """
    if isinstance(value, urllib3.Timeout):
        return value
    if isinstance(value, (tuple, list)) and len(value) == 2:
        return urllib3.Timeout(connect=_seconds(value[0]), read=_seconds(value[1]))
    return urllib3.Timeout(total=_seconds(value))


def _seconds(value: Any) -> float | None:
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e9):
        raise ApiValueError(
            "`_request_timeout` takes seconds above 0, a timedelta, a pair (connect, read) or urllib3.Timeout,"
            f" not {value!r}"
        )
    return None if value is None else float(value)


def final_url(response: Any, url: str) -> str:
    """Return the URL that answered, after redirects."""
    for past in getattr(getattr(response, "retries", None), "history", None) or ():
        url = urljoin(url, past.redirect_location or "")
    return url


def _content(method: str, headers: dict[str, str], body: Any, post_params: Any) -> tuple[Any, dict[str, str]]:
    """Return the body as bytes or a file, and the headers that go with it."""
    content_type = headers.setdefault("Content-Type", "application/json")
    if method in ("GET", "HEAD"):
        return None, headers
    if "json" in content_type.lower():
        return (None if body is None else _codec.dumps(body)), headers
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


def _check_headers(headers: dict[str, str]) -> None:
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise ApiValueError(f"{_CONTROL.sub('?', name)!r} is no name of a header")
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        if _NOT_IN_HEADERS.search(text):
            raise ApiValueError(f"the header {name!r} holds a control character or one outside Latin-1")


_KINDS: tuple[tuple[type[Exception], type[ApiConnectionError]], ...] = (
    (u3.SSLError, TLSError),
    (u3.NewConnectionError, ApiConnectionError),  # a subclass of ConnectTimeoutError, and no timeout
    (u3.TimeoutError, ApiTimeoutError),
    (u3.HTTPError, ApiConnectionError),
)


@contextmanager
def connection_errors(method: str | None, url: str | None, configuration: Configuration) -> Iterator[None]:
    """Raise ours for what urllib3 raises inside."""
    try:
        yield
    except (u3.HTTPError, MemoryError) as cause:
        raise connection_error(cause, method or "GET", url or "", configuration) from cause


def connection_error(cause: Exception, method: str, url: str, configuration: Configuration) -> ApiConnectionError:
    """Return our error for urllib3's; an instance of both classes, so that handlers of either catch it."""
    inner = getattr(cause, "reason", None)
    root = inner if isinstance(inner, Exception) else cause
    kind = next((ours for theirs, ours in _KINDS if isinstance(root, theirs)), ApiConnectionError)
    shown = without_userinfo(url)
    reason = f"{type(root).__name__}: {_tls_advice(root, shown, configuration) if kind is TLSError else root}"
    error = (_join(kind, type(cause)) if isinstance(cause, u3.HTTPError) else kind)(0, reason)
    error.method, error.url = method, shown
    for name, value in cause.__dict__.items():
        if name not in error.__dict__ and name not in ("pool", "conn"):
            error.__dict__[name] = value
    return error


_joined: dict[Any, type[ApiConnectionError]] = {}


def _join(ours: type[ApiConnectionError], theirs: type[Exception]) -> type[ApiConnectionError]:
    if (ours, theirs) not in _joined:
        _joined[ours, theirs] = _make_joined(ours, theirs)
    return _joined[ours, theirs]


def _make_joined(ours: type[ApiConnectionError], theirs: type[Exception]) -> type[ApiConnectionError]:
    members = {"__module__": ours.__module__, "__doc__": ours.__doc__, "__reduce__": _reduce_joined}
    return type(ours.__name__, (ours, theirs), {**members, "__init__": ours.__init__, "_joined": (ours, theirs)})


def _reduce_joined(error: Any) -> Any:
    state = {name: value for name, value in error.__dict__.items() if name != "reason" or isinstance(value, str)}
    return _restore_joined, (*error._joined, error.args, state)


def _restore_joined(ours: Any, theirs: Any, args: tuple[Any, ...], state: dict[str, Any]) -> ApiConnectionError:
    error = _join(ours, theirs)(*args)
    error.__dict__.update(state)
    return error


def _tls_advice(cause: Exception, url: str, configuration: Configuration) -> str:
    text = str(cause)
    host = url.split("://", 1)[-1].split("/", 1)[0]
    advice = (
        ("WRONG_VERSION_NUMBER", "the port does not speak TLS; use an http:// `Configuration.host`"),
        ("mismatch", "the certificate names another host; set `Configuration.assert_hostname`"),
        ("doesn't match", "the certificate names another host; set `Configuration.assert_hostname`"),
        ("expired", "the certificate has expired; renew it on the server"),
        ("certificate verify failed", "the issuer is unknown; set `Configuration.ssl_ca_cert` to its certificate"),
    )
    hint = next((hint for sign, hint in advice if sign in text), "see `Configuration.ssl_ca_cert` and `verify_ssl`")
    return f"TLS to {host} failed: {text} ({hint})"
