# SPDX-License-Identifier: Apache-2.0
"""What answers at an address, as one reply to `GET /apis/v2beta1/healthz` shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from kfp_server_api._error_body import parse

API, LOGIN, REFUSED, TLS, OTHER = "API", "login", "refused", "TLS", "other"
"""What an answer is of; REFUSED: a gateway that lets nobody through, TLS: a port that speaks nothing else."""
_LOGINS = (
    (
        re.compile(r"goog-iap|accounts\.google\.com|Invalid IAP", re.I),
        "the login of Google's Identity-Aware Proxy",
        "it is not supported: use a port-forward, or a token that it takes",
    ),
    (re.compile(r"/oauth2/(start|sign_in|callback)|oauth2[-_ ]proxy", re.I), "the login of oauth2-proxy", ""),
    (re.compile(r"/dex/|\bDex\b|authservice_session"), "the login of Dex", ""),
    (re.compile(r"type=[\"']?password|<title>[^<]*\b(log|sign)[ -]?(in|on)\b", re.I), "a login page", ""),
)
_UI = re.compile(r"<title>\s*(Kubeflow[^<]{0,60}?)\s*</title>", re.I)
_TITLE = re.compile(r"<title>\s*([^<]{1,60}?)\s*</title>", re.I)
_TLS_ONLY = re.compile(r"HTTP request (was sent )?to (an )?HTTPS (server|port)", re.I)
_OF_PROXIES = ("via", "x-squid-error", "proxy-authenticate", "x-bluecoat-via")
_REFUSALS = (401, 403)
_SEEN = 20_000
"""Characters of a page that are looked at."""


class Answer(NamedTuple):
    """A reply, whatever its status."""

    status: int
    headers: Mapping[str, str]
    text: str
    url: str
    """That gave it, after redirects."""
    message: str = ""
    """Of an error, one line."""

    @property
    def json(self) -> Mapping[str, Any]:
        """The body as a JSON object, {} where it is none."""
        return parse(self.text)

    @property
    def is_page(self) -> bool:
        """Whether it is for people."""
        return self.text.lstrip()[:1] == "<"

    @property
    def place(self) -> str:
        """The address, without what stands behind it on the server that was asked."""
        return self.url.partition("?")[0].partition("/apis/")[0]

    @property
    def date(self) -> float | None:
        """The server's clock in seconds since 1970, None where it does not say."""
        try:
            return parsedate_to_datetime(self.header("date")).timestamp()
        except (TypeError, ValueError, IndexError, OverflowError):
            return None

    @property
    def proxies(self) -> str:
        """What proxies on the way say of themselves, "" where none does."""
        return "; ".join(f"{name}: {self.header(name)[:80]}" for name in _OF_PROXIES if self.header(name))

    def header(self, name: str) -> str:
        """Return a header by its name in small letters, "" without it."""
        return next((str(value) for key, value in self.headers.items() if key.lower() == name), "")


def recognized(answer: Answer) -> tuple[str, str, str]:
    """Return what an answer to healthz is of, its name for people, and what to do about it."""
    page, status = answer.text[:_SEEN], answer.status
    if status == 200 and "multi_user" in answer.json:
        return API, "the API", ""
    if _TLS_ONLY.search(page):
        return TLS, "a server that speaks TLS only", "write https:// in `Configuration.host`"
    ui = _UI.search(page)
    if status == 200 and ui:
        return OTHER, f"a web UI ({ui[1]})", ""
    signs = "\n".join([answer.url, page, *(f"{name}: {value}" for name, value in answer.headers.items())])
    if answer.is_page or status in _REFUSALS or not urlsplit(answer.url).path.endswith("/healthz"):
        for sign, name, advice in _LOGINS:
            if sign.search(signs):
                return LOGIN, name, advice
    if status in _REFUSALS:
        return REFUSED, f"a gateway that does not let this caller through (HTTP {status})", ""
    return OTHER, f"another HTTP server ({_features(answer)})", ""


def _features(answer: Answer) -> str:
    server, title = answer.header("server")[:60], _TITLE.search(answer.text[:_SEEN])
    return ", ".join(
        [f"HTTP {answer.status}", *([f"server {server}"] if server else []), *([f"page {title[1]!r}"] if title else [])]
    )


def addresses_beside(base: str) -> list[str]:
    """Return the addresses of the same server at which the API is often, those above the given one first."""
    scheme, _, host, *path = base.rstrip("/").split("/")
    above = ["".join(f"/{part}" for part in path[:end]) for end in range(len(path) - 1, 0, -1)]
    paths = dict.fromkeys([*above, "", "/pipeline"])
    return [f"{scheme}//{host}{each}" for each in paths if path != each.split("/")[1:]]
