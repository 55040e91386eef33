# SPDX-License-Identifier: Apache-2.0
"""One HTTP exchange over urllib3."""

from __future__ import annotations

import io
import logging
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import certifi
import urllib3
from urllib3.exceptions import HTTPError

from kfp_server_api._connection_errors import connection_errors
from kfp_server_api._pools import KEEPALIVE, PoolManager
from kfp_server_api._redirects import BadRedirect, send
from kfp_server_api._request import (
    check_headers,
    content_of,
    one_attempt,
    retries_of,
    sending,
    timeout_of,
)
from kfp_server_api._sockets import POOLS
from kfp_server_api._urls import shown, without_userinfo
from kfp_server_api.exceptions import (
    ApiException,
    ApiKeyError,
    ApiTypeError,
    ApiValueError,
    OpenApiException,
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

_log = logging.getLogger(__name__)
logger: logging.Logger = _log
"""Upstream's name for it."""

_LONGEST_PAGE = 1 << 18
_METHODS = frozenset({"GET", "HEAD", "DELETE", "POST", "PUT", "PATCH", "OPTIONS"})


class RESTResponse(io.IOBase):
    """A reply that was read whole.

    Attributes:
        urllib3_response: what urllib3 gave.
        status: HTTP status.
        reason: reason phrase.
        data: body as bytes; text once an `ApiClient` has decoded it.
        url: URL that gave it, after redirects and without credentials.
    """

    def __init__(self, resp: Any, url: str | None = None) -> None:
        self.urllib3_response = resp
        self.url = url
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
        session: a `requests.Session` to send with; its own settings then count for TLS, proxies and pools.
    """

    pool_manager: Any

    def __init__(
        self, configuration: Configuration, pools_size: int = 4, maxsize: int | None = None, *, session: Any = None
    ) -> None:
        self.configuration: Configuration = configuration
        self.session: Any = session
        self._make_pools(pools_size, maxsize)

    def _make_pools(self, pools_size: int, maxsize: int | None) -> None:
        self._sizes, self._process = (pools_size, maxsize), os.getpid()
        if self.session is not None:
            from kfp_server_api._session import SessionPools

            self.pool_manager = SessionPools(self.session)
            return
        configuration, options = self.configuration, self._pool_options(pools_size, maxsize)
        if configuration.proxy:
            self.pool_manager = _through_proxy(configuration.proxy, configuration.proxy_headers, options)
            return
        self.pool_manager = PoolManager(**options)
        self.pool_manager.pool_classes_by_scheme = POOLS
        if configuration.trust_env:
            from kfp_server_api._proxies import EnvironmentPools

            self.pool_manager = EnvironmentPools(
                self.pool_manager, lambda proxy, headers: _through_proxy(proxy, headers, options)
            )

    def _pool_options(self, pools_size: int, maxsize: int | None) -> dict[str, Any]:
        configuration = self.configuration
        options: dict[str, Any] = {
            "num_pools": pools_size,
            "maxsize": maxsize or configuration.connection_pool_maxsize or 4,
            "cert_reqs": "CERT_REQUIRED" if configuration.verify_ssl else "CERT_NONE",
            "ca_certs": configuration.ssl_ca_cert or certifi.where(),
            "cert_file": configuration.cert_file,
            "key_file": configuration.key_file,
            "socket_options": KEEPALIVE,
            "retries": retries_of(configuration.retries),
        }
        if configuration.assert_hostname is not None:
            options["assert_hostname"] = configuration.assert_hostname
        if getattr(configuration, "tls_server_name", None):
            options["server_hostname"] = configuration.tls_server_name  # type: ignore[attr-defined]
        return options

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
            _request_timeout: of this attempt: seconds (int, float, timedelta), a pair (connect, read) or a
                `urllib3.Timeout`; `math.inf` = no limit, None = `Configuration.timeout`.

        Returns:
            A `RESTResponse`, or urllib3's response.

        Raises:
            ApiException: a status outside 2xx; its subclass for the status.
            ApiConnectionError: no reply.
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
        content, headers = content_of(method, dict(headers or {}), body, post_params)
        check_headers(headers)
        given = _request_timeout is not None
        timeout = timeout_of(_request_timeout, "_request_timeout") if given else timeout_of(self.configuration.timeout)
        _log.debug("%s %s", method, url)
        options: dict[str, Any] = {
            "body": content,
            "headers": headers,
            "timeout": timeout,
            "preload_content": _preload_content,
            "enforce_content_length": True,  # urllib3 1.26 takes a body that ended early for whole otherwise
        }
        redirects = None
        if sending.get() is not None:  # `retries.perform` counts the attempts of a call
            options["retries"], redirects = one_attempt(self.configuration.retries)
        return self._exchange(method, url, options, redirects)

    def _exchange(self, method: str, url: str, options: dict[str, Any], redirects: urllib3.Retry | None) -> Any:
        try:
            response, method, url = send(self._own_pools(), self.configuration, method, url, options, redirects)
        except BadRedirect as bad:
            error = error_for(RESTResponse(bad.response), bad.method, bad.url)
            error._sentence = bad.sentence
            raise error from bad.__cause__
        _log.debug("%s %s: %s", method, url, response.status)
        if 200 <= response.status <= 299:
            return RESTResponse(response, url) if options["preload_content"] else response
        with connection_errors(method, url, self.configuration):  # a body that was not preloaded is read only now
            raise error_for(RESTResponse(response), method, url)

    def exchange(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Any:
        """Send a request that is none of the API, as a login makes them: redirects are not followed, no status raises.

        Returns:
            urllib3's response, and the first 256 KiB of its body.

        Raises:
            ApiConnectionError: no reply.
        """
        check_headers(headers)
        timeout = timeout_of(self.configuration.timeout)
        with connection_errors(method, url, self.configuration):
            response = self._own_pools().request(
                method, url, body=body, headers=headers, timeout=timeout, redirect=False, preload_content=False,
                retries=urllib3.Retry(2, status_forcelist=(), respect_retry_after_header=False),
            )  # fmt: skip
            content = response.read(_LONGEST_PAGE)
            response.close()
            return response, content

    def _own_pools(self) -> Any:
        """Return the pool manager, a new one after a fork: the parent's connections are not the child's to use."""
        if self._process != os.getpid():
            self._make_pools(*self._sizes)
        return self.pool_manager

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


def _through_proxy(proxy: str, headers: Any, options: dict[str, Any]) -> urllib3.PoolManager:
    try:
        manager = urllib3.ProxyManager(proxy, proxy_headers=headers, **options)
    except (HTTPError, ValueError) as cause:
        raise ApiValueError(f"`Configuration.proxy` is no http or https URL: {shown(str(cause))}") from None
    manager.pool_classes_by_scheme = POOLS
    return manager
