# SPDX-License-Identifier: Apache-2.0
"""Find out why calls fail: `python -m kfp_server_api doctor`, or `examine(configuration)`.

It sends GET requests alone, shows no secret, and ends in time whatever the server does.
"""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3.exceptions import NewConnectionError

from kfp_server_api._answers import API, LOGIN, OTHER, REFUSED, Answer, claims_of, recognized
from kfp_server_api._deadline import Deadline, deadline_of
from kfp_server_api._hints import ANY
from kfp_server_api._releases import RELEASES
from kfp_server_api._urls import base_url, shown, without_userinfo
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

__all__ = ["AUDIENCE", "Finding", "Report", "examine"]

Level = Literal["ok", "warning", "failure"]

AUDIENCE = "pipelines.kubeflow.org"
"""What the token of a service account has to be for."""
_HEALTHZ, _EXPERIMENTS = "/apis/v2beta1/healthz", "/apis/v2beta1/experiments"
_NOBODYS = "kfp-doctor-looks-who-is-calling"
"""A namespace to ask for where none is set: a server tells whom it knows from whom it does not before it looks."""
_LIKELY_PATHS = ("", "/pipeline")
_LARGEST_SKEW = 60.0
"""Seconds by which two clocks may differ."""
_USER = re.compile(r"User '([^']*)' is not authorized")
_PROXY_HEADERS = ("via", "x-squid-error", "proxy-authenticate", "x-bluecoat-via")
_FOREVER = 1e15


class Finding(NamedTuple):
    """One thing that was found out; `failure` means that calls fail."""

    level: Level
    text: str
    """One line."""
    advice: str = ""
    """One line; "" where there is nothing to do."""

    def __str__(self) -> str:
        return f"{self.level:8} {self.text}" + (f"\n{'':8} -> {self.advice}" if self.advice else "")


class Report(NamedTuple):
    """All that was found out, in the order of looking."""

    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        """Whether calls would fail."""
        return any(finding.level == "failure" for finding in self.findings)

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings))


def examine(configuration: Configuration, *, timeout: Any = 20.0) -> Report:
    """Look at the server that a configuration names, as calls with this configuration meet it.

    Args:
        configuration: host, credentials, TLS, proxy and `namespace` are looked at; it is not changed.
        timeout: seconds (number or timedelta) within which it ends; None or `math.inf` = no limit.

    Raises:
        ApiValueError: `timeout` is none.
    """
    return _Examination(configuration, deadline_of("timeout", timeout)).report()


class _Over(Exception):
    """The time is up."""


class _Client(ApiClient):
    """Remembers the headers that it sent last."""

    sent: Mapping[str, Any] = {}

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        self.sent = options.get("headers") or {}
        return super().request(method, url, *args, **options)


class _Examination:
    """One look at one server; each step adds what it finds."""

    def __init__(self, configuration: Configuration, deadline: Deadline | None) -> None:
        self.configuration = copy.deepcopy(configuration)
        self.configuration.retries = 0
        self.client = _Client(self.configuration)
        self.deadline = deadline
        self.skew = 0.0
        self.findings: list[Finding] = []

    def report(self) -> Report:
        try:
            self._look()
        except _Over:
            known = any(finding.level == "ok" for finding in self.findings)
            self._add("warning" if known else "failure", "The time was up before all was looked at", "give more time")
        return Report(tuple(self.findings))

    def _add(self, level: Level, text: str, advice: str = "") -> None:
        self.findings.append(Finding(level, " ".join(shown(text).split()), advice))

    def _ask(self, path: str, host: str | None = None, returns: Any = None, **query: str) -> Answer | OpenApiException:
        """Send a GET; return what came, or why nothing came."""
        options: dict[str, Any] = {}
        if self.deadline is not None:
            left = self.deadline.left()
            if left <= 0:
                raise _Over
            options = {"_deadline": left, "_request_timeout": max(left / 2, 0.001)}
        accept = {"Accept": "application/json"}
        try:
            self.client.call_api(
                path, "GET", None, query, accept, response_type=returns, auth_settings=["Bearer"], _host=host, **options
            )
        except ApiException as error:
            if not error.status:
                return error
            return Answer(error.status, error.headers or {}, error.body or "", error.url or "", error.message)
        except OpenApiException as error:
            return error
        reply = self.client.last_response
        return Answer(reply.status, reply.getheaders(), reply.data, reply.url)

    def _look(self) -> None:
        self._settings()
        answer = self._ask(_HEALTHZ, returns="V2beta1GetHealthzResponse")
        if isinstance(answer, OpenApiException):
            self._no_answer(answer)
            return
        self._clock(answer)
        self._proxy(answer)
        what, name, advice = recognized(answer)
        if what == API:
            self._api(answer)
            self._calls(answer.json)
        else:
            self._not_the_api(answer, what, name, advice)

    def _settings(self) -> None:
        """Look at what needs no server."""
        host, proxy = self.configuration.host, self.configuration.proxy
        if isinstance(host, str) and "://" not in host:
            self._add(
                "warning",
                f"The host {host!r} has no scheme and is taken as http",
                "write http:// or https:// before it",
            )
        if isinstance(host, str) and "@" in host:
            self._add("warning", "The user and password in the host are never sent", "use `Configuration.auth`")
        if proxy:
            self._add("ok", f"Calls go through the proxy {without_userinfo(proxy)}")

    def _no_answer(self, error: OpenApiException) -> None:
        """Say why there is no reply, or why no request was sent."""
        text = getattr(error, "message", "") or str(error)
        if isinstance(error, TLSError):
            text, _, advice = text.rpartition(" (")
            self._add("failure", text, advice.rstrip(")"))
        elif not isinstance(error, ApiConnectionError):  # an argument, or credentials that could not be had
            self._add("failure", text, "change that setting")
        elif self._speaks_tls(error):
            self._add("failure", f"The port speaks TLS: {text}", "write https:// in `Configuration.host`")
        else:
            self._add("failure", f"Nothing answers: {text}", self._advice_on(error))

    def _speaks_tls(self, error: ApiConnectionError) -> bool:
        """Tell whether the port that no reply to HTTP came from wants TLS."""
        url = error.url or ""
        if not url.startswith("http://") or isinstance(error, ApiTimeoutError) or _never_connected(error):
            return False
        answer = self._ask(_HEALTHZ, host=f"https://{urlsplit(url).netloc}")
        return isinstance(answer, Answer) or (
            isinstance(answer, TLSError) and "does not speak TLS" not in answer.message
        )

    def _advice_on(self, error: ApiConnectionError) -> str:
        if self.configuration.proxy:
            return "see whether `Configuration.proxy` is right, and lets calls to this host through"
        url = urlsplit(error.url or "")
        if getproxies().get(url.scheme) and not proxy_bypass(url.hostname or ""):
            return f"set `Configuration.proxy`: the environment names a proxy for {url.scheme}, which is not read"
        if isinstance(error, ApiTimeoutError):
            return "see whether a firewall, a VPN or a proxy stands between, and whether the server is overloaded"
        if _never_connected(error):
            return (
                "see whether the server runs, and host and port are right; in a cluster, whether a port-forward is up"
            )
        return "see whether the port is that of HTTP (8888 in a cluster; 8887 is gRPC)"

    def _clock(self, answer: Answer) -> None:
        skew = answer.date - time.time() if answer.date else 0.0
        if abs(skew) > _LARGEST_SKEW:
            text = (
                f"The clock of this machine is {_span(abs(skew))} {'behind' if skew > 0 else 'ahead of'} the server's"
            )
            self._add("warning", text, "set the clock: by it tokens and certificates begin and end at the wrong time")
        self.skew = skew

    def _proxy(self, answer: Answer) -> None:
        found = [f"{name}: {answer.header(name)[:80]}" for name in _PROXY_HEADERS if answer.header(name)]
        if found:
            advice = "where it breaks calls off or changes replies, have it leave this host alone"
            self._add("warning", f"A proxy stands in the way ({'; '.join(found)})", advice)

    def _not_the_api(self, answer: Answer, what: str, name: str, advice: str) -> None:
        """Say what answers instead of the API, and where the API is."""
        text = f"Not the API answers at {answer.place}, but {name}"
        found = next(self._elsewhere(), "") if what == OTHER else ""
        if found:
            self._add("failure", f"{text}; the API is at {found}", f"set `Configuration.host` to {found}")
            return
        self._add("failure", text, advice or self._advice_at(answer))
        if what in (LOGIN, REFUSED):
            self._refused()

    def _advice_at(self, answer: Answer) -> str:
        if answer.status == 407:
            return "set `Configuration.proxy_headers`: the proxy wants to know who is calling"
        if answer.status >= 500:
            return "see whether the API server behind it runs (the deployment `ml-pipeline` of a cluster)"
        old = self._ask("/apis/v1beta1/healthz")
        if isinstance(old, Answer) and old.status == 200 and "commit_sha" in old.json:
            return f"this is Kubeflow Pipelines before {RELEASES[0]}, without v2beta1: use a newer server"
        return "set `Configuration.host` to the address below which the server has /apis/v2beta1"

    def _elsewhere(self) -> Iterator[str]:
        """Give other addresses of the same server at which the API answers."""
        given = urlsplit(base_url(self.configuration.host))
        parts = given.path.strip("/").split("/")
        above = ["/" + "/".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]
        for path in dict.fromkeys([*above, *_LIKELY_PATHS]):
            if path != given.path:
                answer = self._ask(_HEALTHZ, f"{given.scheme}://{given.netloc}{path}")
                if isinstance(answer, Answer) and recognized(answer)[0] == API:
                    yield answer.place

    def _api(self, answer: Answer) -> None:
        """Say where and how the API answers."""
        asked = base_url(self.configuration.host)
        mode = "multi-user" if answer.json["multi_user"] else "single-user"
        self._add("ok", f"The API answers at {answer.place}, {mode}")
        if answer.place != asked:
            self._add("warning", f"Every call to {asked} is redirected", f"set `Configuration.host` to {answer.place}")
        if not answer.place.startswith("https://"):
            self._add("ok", "No TLS")
        elif self.configuration.verify_ssl:
            self._add("ok", "TLS: the certificate is good for this host")
        else:
            self._add("warning", "TLS: the certificate is not checked", "set `ssl_ca_cert` in place of `verify_ssl`")

    def _calls(self, healthz: Mapping[str, Any]) -> None:
        """Say of which release the server is, and whether it lets calls in."""
        scope = self.configuration.namespace or (_NOBODYS if healthz["multi_user"] else "")
        answer = self._list(scope)
        if isinstance(answer, Answer) and answer.status == 200:
            self._list(scope, page_token="!")  # how it is refused shows the release
        self._release(str(healthz.get("tag_name")))
        if isinstance(answer, OpenApiException):
            self._no_answer(answer)
            return
        user = _USER.search(answer.message)
        if answer.status == 200 and not answer.is_page:
            self._accepted(bool(healthz["multi_user"]))
        elif user and scope == _NOBODYS:
            self._accepted(True, f" as those of {user[1]!r}")
        elif user:
            text = f"{user[1]!r} may not list the experiments of namespace {scope!r}, or there is no such namespace"
            self._add("failure", text, "correct `Configuration.namespace`, or have its owner add this user to it")
        elif answer.status in (200, 401, 403):
            self._add("failure", f"Calls are refused with HTTP {answer.status}: {answer.message}", "see the next line")
            self._refused()
        else:
            advice = "look into the server's log" if answer.status >= 500 else "change what it names"
            self._add("failure", f"Listing experiments ends in HTTP {answer.status}: {answer.message}", advice)

    def _list(self, scope: str, **query: str) -> Answer | OpenApiException:
        more = {"namespace": scope} if scope else {}
        return self._ask(_EXPERIMENTS, returns="V2beta1ListExperimentsResponse", page_size="1", **more, **query)

    def _release(self, tag: str) -> None:
        looks = next(iter(self.client._servers.values()), ANY)
        said = "" if tag in ("None", "", "unknown") else f"; it calls itself {tag[:40]!r}"
        self._add("ok", f"The server looks like release {looks}{said}")

    def _accepted(self, multi_user: bool, user: str = "") -> None:
        """Say what lets calls in, and in which namespace."""
        claims, sent = self._claims()
        if not sent:
            self._add("ok", "Calls are let in without credentials")
        elif self._expired(claims):
            text = f"The token has expired {self._expired(claims)} ago, which this server does not look at"
            self._add("warning", text, "renew it: see `auth.TokenFile`")
        else:
            self._add("ok", f"The credentials are accepted{user}{self._ends(claims)}")
        namespace = self.configuration.namespace
        if namespace and not multi_user:
            self._add("ok", f"The namespace {namespace!r} is set and ignored: the server is single-user")
        elif namespace:
            self._add("ok", f"The experiments of namespace {namespace!r} can be listed")
        elif multi_user:
            advice = "set `Configuration.namespace`, or give `namespace=` with each call"
            self._add("warning", "No namespace is set, without which lists of a multi-user server fail", advice)

    def _refused(self) -> None:
        """Say what is wrong with the credentials that were refused."""
        claims, sent = self._claims()
        audience = claims.get("aud", [])
        audiences = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
        if not sent:
            self._add(
                "failure", "No credentials were sent", "set `Configuration.auth`; on the command line --token-file"
            )
        elif self._expired(claims):
            self._add("failure", f"The token has expired {self._expired(claims)} ago", "renew it: see `auth.TokenFile`")
        elif audiences and AUDIENCE not in audiences:
            named = ", ".join(str(each)[:80] for each in audiences[:5])
            advice = f"have it made with the audience {AUDIENCE}, as `kubectl create token --audience` does"
            self._add("failure", f"The token is for {named}; the API takes those for {AUDIENCE}", advice)
        else:
            text = f"The credentials were refused ({sent}{self._ends(claims)})"
            self._add("failure", text, "see whether they are of this cluster and still good; log in anew")

    def _claims(self) -> tuple[Mapping[str, Any], str]:
        """Return what the token that was sent says, and the name of the header that held credentials, "" for none."""
        sent = {name.lower(): value for name, value in self.client.sent.items() if SECRET_HEADER.search(name) and value}
        return claims_of(sent.get("authorization")), next(iter(sent), "")

    def _left(self, claims: Mapping[str, Any]) -> float | None:
        """Return the seconds that a token is good for by the server's clock, None where it does not say."""
        end = claims.get("exp")
        return end - time.time() - self.skew if type(end) in (int, float) and abs(end) < _FOREVER else None

    def _expired(self, claims: Mapping[str, Any]) -> str:
        left = self._left(claims)
        return _span(-left) if left is not None and left <= 0 else ""

    def _ends(self, claims: Mapping[str, Any]) -> str:
        left = self._left(claims)
        return f", good for {_span(left)}" if left is not None else ""


def _never_connected(error: ApiConnectionError) -> bool:
    return isinstance(error.reason, NewConnectionError)


def _span(seconds: float) -> str:
    """Return a time in its largest unit: "3 h"."""
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
