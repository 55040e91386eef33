# SPDX-License-Identifier: Apache-2.0
"""The environment's proxies: `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in either case."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment

import urllib3

from kfp_server_api._urls import PORTS, shown, without_userinfo
from kfp_server_api.exceptions import ApiValueError


class EnvironmentPools:
    """Sends each request through the proxy that the environment names for its host at that moment, or directly.

    Args:
        direct: the pool manager without a proxy.
        through: makes one for a proxy's URL and the headers for it.
    """

    def __init__(self, direct: urllib3.PoolManager, through: Callable[[str, Any], urllib3.PoolManager]) -> None:
        self._direct, self._through = direct, through
        self._managers: dict[str, urllib3.PoolManager] = {}

    def request(self, method: str, url: str, **options: Any) -> Any:
        """Send a request; see `urllib3.PoolManager.request`."""
        proxy = proxy_of(url)
        if proxy is None:
            return self._direct.request(method, url, **options)
        if proxy not in self._managers:
            self._managers[proxy] = self._through(without_userinfo(proxy), _headers(proxy))
        return self._managers[proxy].request(method, url, **options)

    def clear(self) -> None:
        """Let go of all connections."""
        for manager in (self._direct, *self._managers.values()):
            manager.clear()


def proxy_of(url: str) -> str | None:
    """Return the URL of the proxy that the environment names for a URL; None = none.

    Raises:
        ApiValueError: it is no http or https URL.
    """
    parts = urlsplit(url)
    proxies = getproxies_environment()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or _is_excepted(parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0), proxies.get("no", "")):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith(("http://", "https://")):
        raise ApiValueError(f"the environment's proxy for {parts.scheme} is no http or https URL: {shown(proxy)}")
    return proxy


def _is_excepted(host: str, port: int, exceptions: str) -> bool:
    """Tell whether `no_proxy` names a host: as `*`, or by name, domain, address or network, with or without a port."""
    address = _address(host)
    for entry in filter(None, map(str.strip, exceptions.lower().split(","))):
        if entry == "*":
            return True
        name, its_port = _split(entry)
        if its_port and its_port != port:
            continue
        if address is not None:
            with suppress(ValueError):
                if address in ipaddress.ip_network(name, strict=False):
                    return True
        elif host == name.lstrip("*.") or host.endswith("." + name.lstrip("*.")):
            return True
    return False


def _split(entry: str) -> tuple[str, int]:
    """Return name and port of `name[:port]` or `[address][:port]`; 0 = any port."""
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        port = rest.lstrip(":")
    elif entry.count(":") == 1:
        name, _, port = entry.partition(":")
    else:
        name, port = entry, ""
    return name, int(port) if port.isdecimal() else 0


def _address(host: str) -> Any:
    with suppress(ValueError):
        return ipaddress.ip_address(host.partition("%")[0])
    return None


def _headers(proxy: str) -> dict[str, str] | None:
    userinfo = urlsplit(proxy).netloc.rpartition("@")[0]
    return urllib3.make_headers(proxy_basic_auth=unquote(userinfo)) if userinfo else None
