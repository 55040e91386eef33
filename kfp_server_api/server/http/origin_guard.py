# SPDX-License-Identifier: Apache-2.0
"""Keeps web pages from using the server through the browser of the one who runs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import ip_address

from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from kfp_server_api.server.errors import FORBIDDEN, GatewayError

_TELLING = frozenset({b"host", b"origin", b"sec-fetch-site"})


class OriginGuard:
    """Answers 403 to requests that another site's page makes.

    Args:
        hosts: names and addresses that the server listens on. A page whose own name resolves to this
            machine (DNS rebinding) gives another `Host`. With an address that stands for all of the machine's,
            such as 0.0.0.0, any `Host` is taken.
        origins: those of pages that may use the server too, such as that of a proxy before it, whose name is taken
            as `Host` then.
    """

    def __init__(self, hosts: Iterable[str], origins: Iterable[str] = ()) -> None:
        self._origins = frozenset(origins)
        own = {host.lower() for host in hosts if host}
        self._any_host = any(map(_is_unspecified, own))
        self._hosts = own | {_name(_netloc(origin)) for origin in self._origins}

    def refusal(self, scope: Scope) -> Response | None:
        """Return the reply to a request that is refused, None to one that is not."""
        told: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            if name in _TELLING:
                told.setdefault(name, []).append(value.decode("latin-1"))
        hosts = told.pop(b"host", [])
        reason = self._reason(hosts) or (self._reason_of_page(hosts, told) if told else "")
        if not reason:
            return None
        problem = GatewayError(FORBIDDEN, reason)
        return JSONResponse(problem.body(), problem.status)

    def _reason(self, hosts: list[str]) -> str:
        for host in hosts:
            if not self._is_own(_name(host)):
                return f"The Host {host} is not this server's; start the server with it as --host"
        return ""

    def _reason_of_page(self, hosts: list[str], told: Mapping[bytes, list[str]]) -> str:
        """Return why what a page asks for is refused, "" if it is not."""
        site = told.get(b"sec-fetch-site", [""])[0].lower()
        origins = [origin.lower() for origin in told.get(b"origin", ())]
        if origins and self._origins.issuperset(origins):
            return ""
        if site == "cross-site":
            return "Requests from pages of other sites are not answered"
        own = {f"{scheme}://{host.lower()}" for scheme in ("http", "https") for host in hosts}
        if site == "same-origin":
            own.add("null")  # of a page that sends no referrer
        if any(origin not in own for origin in origins):
            return "Requests from pages of other origins are not answered; start the server with --allow-origin"
        return ""

    def _is_own(self, name: str) -> bool:
        return self._any_host or name in self._hosts or name == "localhost" or _is_loopback(name)


def _netloc(origin: str) -> str:
    return origin.partition("://")[2]


def _name(host: str) -> str:
    """Return a Host header's name or address, without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().rstrip(".")


@lru_cache(maxsize=100)
def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _is_unspecified(name: str) -> bool:
    try:
        return ip_address(name).is_unspecified
    except ValueError:
        return False
