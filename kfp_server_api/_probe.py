# SPDX-License-Identifier: Apache-2.0
"""GET requests whose outcome is a value, whatever it is."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from kfp_server_api._answers import Answer
from kfp_server_api._deadline import Deadline
from kfp_server_api._hints import ANY, Looks
from kfp_server_api._proxies import proxy_of
from kfp_server_api._urls import base_url
from kfp_server_api.api_client import ApiClient
from kfp_server_api.configuration import Configuration
from kfp_server_api.exceptions import (
    SECRET_HEADER,
    ApiConnectionError,
    ApiException,
    ApiTimeoutError,
    OpenApiException,
    TLSError,
)
from kfp_server_api.retries import never_connected

HEALTHZ = "/apis/v2beta1/healthz"
_NO_TLS = "does not speak TLS"
"""What a `TLSError` says of a port without TLS."""


class Probe(ApiClient):
    """A client that looks at a server as calls with a configuration meet it; the configuration is copied.

    Attributes:
        sent: the headers that were sent last; secrets among them.
    """

    def __init__(self, configuration: Configuration, deadline: Deadline | None) -> None:
        super().__init__(copy.deepcopy(configuration))
        self.configuration.retries = 0
        self.deadline = deadline
        self.sent: Mapping[str, Any] = {}

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        """Send a request; see `ApiClient.request`."""
        self.sent = options.get("headers") or {}
        return super().request(method, url, *args, **options)

    def ask(
        self, path: str, host: str | None = None, returns: str | None = None, **query: str
    ) -> Answer | OpenApiException:
        """Send a GET with the credentials of the configuration; return what came, or why nothing came."""
        options: dict[str, Any] = {}
        if self.deadline is not None:
            left = max(round(self.deadline.left(), 2), 0.01)  # too late: it ends at once, with an error that says so
            options = {"_deadline": left, "_request_timeout": left / 2}
        accept = {"Accept": "application/json"}
        try:
            self.call_api(
                path, "GET", None, query, accept, response_type=returns, auth_settings=["Bearer"], _host=host, **options
            )
        except ApiException as error:
            if not error.status:  # it was not sent
                return error
            return Answer(error.status, error.headers or {}, error.body or "", error.url or "", error.message)
        except OpenApiException as error:
            return error
        reply = self.last_response
        return Answer(reply.status, reply.getheaders(), reply.data, reply.url)

    def wants_tls(self, error: ApiConnectionError) -> bool:
        """Tell whether a port that gave no reply to a request without TLS gives one with it."""
        url = error.url or ""
        if not url.startswith("http://") or isinstance(error, ApiTimeoutError) or never_connected(error):
            return False
        answer = self.ask(HEALTHZ, f"https://{urlsplit(url).netloc}")
        if isinstance(answer, TLSError):
            return _NO_TLS not in answer.message
        return isinstance(answer, Answer)

    @property
    def proxy(self) -> str | None:
        """The URL of the proxy that calls go through; None = none.

        Raises:
            ValueError: the host is none, or the environment's proxy.
        """
        settings = self.configuration
        return settings.proxy or (proxy_of(base_url(settings.host)) if settings.trust_env else None)

    @property
    def secrets(self) -> list[str]:
        """The credentials that were sent last: whole, without the word before a token, and each cookie's value."""
        sent = [str(value) for name, value in self.sent.items() if SECRET_HEADER.search(name) and value]
        whole = [part for value in sent for part in (value, value.rpartition(" ")[2])]
        cookies = [pair.partition("=")[2] for value in sent for pair in value.split(";")]
        return [part for part in (*whole, *cookies) if len(part) > 5]

    @property
    def looks(self) -> Looks:
        """Which releases the server looks like, from what it answered."""
        return next(iter(self._servers.values()), ANY)


def place_of(error: ApiConnectionError) -> str:
    """Return the address that did not answer, after redirects, without a query."""
    return str(error.url).partition("?")[0]
