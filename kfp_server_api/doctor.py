# SPDX-License-Identifier: Apache-2.0
"""Find out why calls fail: `python -m kfp_server_api doctor`, or `examine(configuration)`.

It sends GET requests alone, shows no secret, and ends in time whatever the server does.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from kfp_server_api._answers import API, LOGIN, OTHER, REFUSED, Answer, addresses_beside, recognized
from kfp_server_api._deadline import Deadline, deadline_of
from kfp_server_api._probe import HEALTHZ, Probe, place_of
from kfp_server_api._proxies import proxy_of
from kfp_server_api._redirects import origin
from kfp_server_api._releases import RELEASES
from kfp_server_api._token_claims import claims_of, span
from kfp_server_api._urls import base_url, shown, without_userinfo
from kfp_server_api.configuration import Configuration
from kfp_server_api.exceptions import ApiConnectionError, ApiTimeoutError, OpenApiException, TLSError
from kfp_server_api.retries import never_connected

__all__ = ["AUDIENCE", "Finding", "Report", "examine"]

Level = Literal["ok", "warning", "failure"]

AUDIENCE = "pipelines.kubeflow.org"
"""What the token of a service account has to be for."""
_EXPERIMENTS = "/apis/v2beta1/experiments"
_NOBODYS = "kfp-doctor-looks-who-is-calling"
"""A namespace to ask for where none is set: a server tells whom it knows from whom it does not before it looks."""
_LARGEST_SKEW = 60.0
"""Seconds by which two clocks may differ."""
_UNKNOWN_HOST = re.compile(r"resolve|getaddrinfo|Name or service|nodename")
_INSIDE = re.compile(r"^\w+\(host=.*?\): ")
_USER = re.compile(r"User '([^']*)' is not authorized")


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


def examine(configuration: Configuration, *, timeout: float | timedelta | None = 20.0) -> Report:
    """Look at the server that a configuration names, as calls with this configuration meet it.

    Args:
        configuration: host, credentials, TLS, proxy and `namespace` are looked at; it is not changed.
        timeout: seconds (number or timedelta) within which it ends; None or `math.inf` = no limit.

    Raises:
        ApiValueError: `timeout` is none.
    """
    return _Examination(configuration, deadline_of("timeout", timeout)).report()


class _Examination:
    """One look at one server; each step adds what it finds."""

    def __init__(self, configuration: Configuration, deadline: Deadline | None) -> None:
        self.probe = Probe(configuration, deadline)
        self.skew = 0.0
        self.findings: list[Finding] = []

    def report(self) -> Report:
        self._look()
        return Report(tuple(self.findings))

    def _add(self, level: Level, text: str, advice: str = "") -> None:
        self.findings.append(Finding(level, self._shown(text), self._shown(advice)))

    def _shown(self, text: str) -> str:
        """Return a text as one line without secrets, whatever the server put into it."""
        for secret in self.probe.secrets:
            text = text.replace(secret, "***")
        return " ".join("".join(each if each.isprintable() else " " for each in shown(text)).split())

    def _look(self) -> None:
        self._settings()
        answer = self.probe.ask(HEALTHZ, returns="V2beta1GetHealthzResponse")
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
        host = str(self.probe.configuration.host)
        with contextlib.suppress(ValueError):  # the first request says what is wrong with it
            if "://" not in host:
                text = f"The host has no scheme and is taken as {base_url(host)}"
                self._add("warning", text, "write http:// or https:// before it")
            if "@" in host:
                self._add("warning", "The user and password in the host are never sent", "use `Configuration.auth`")
            if self.probe.proxy:
                self._add("ok", f"Calls go through the proxy {without_userinfo(self.probe.proxy)}")

    def _no_answer(self, error: OpenApiException) -> None:
        """Say why there is no reply, or why no request was sent."""
        if isinstance(error, TLSError):
            text, _, advice = error.message.rpartition(" (")
            self._add("failure", text, advice.rstrip(")"))
        elif not isinstance(error, ApiConnectionError):  # an argument, or credentials that could not be had
            self._add("failure", getattr(error, "message", "") or str(error), "correct what it names")
        elif self.probe.wants_tls(error):
            self._add("failure", f"{place_of(error)} speaks TLS only", "write https:// in `Configuration.host`")
        else:
            why = _INSIDE.sub("", str(error.reason or error.message))
            asked = base_url(self.probe.configuration.host)
            if origin(str(error.url)) != origin(asked):
                text = f"{asked} redirects to {place_of(error)}, where nothing answers: {why}"
                self._add("failure", text, "it is most likely a login: set `Configuration.auth`")
            else:
                self._add("failure", f"Nothing answers at {place_of(error)}: {why}", self._advice_on(error))

    def _advice_on(self, error: ApiConnectionError) -> str:
        if self.probe.proxy:
            whose = "`Configuration.proxy`" if self.probe.configuration.proxy else "the environment's proxy"
            return f"see whether {whose} is right, and lets calls to this host through"
        with contextlib.suppress(ValueError):  # a proxy that is no URL is none
            if not self.probe.configuration.trust_env and proxy_of(error.url or ""):
                named = "the environment names a proxy for this host, which is not used"
                return f"set `Configuration.trust_env`, on the command line --trust-env: {named}"
        if _UNKNOWN_HOST.search(str(error.reason)):
            return "see whether the host's name is spelled right, and known in this network"
        if isinstance(error, ApiTimeoutError):
            return "see whether a firewall, a VPN or a proxy stands between, and whether the server is overloaded"
        if never_connected(error):
            return (
                "see whether the server runs, and host and port are right; in a cluster, whether a port-forward is up"
            )
        return "see whether the port is that of HTTP (8888 in a cluster; 8887 is gRPC)"

    def _clock(self, answer: Answer) -> None:
        skew = answer.date - time.time() if answer.date else 0.0
        if abs(skew) > _LARGEST_SKEW:
            text = f"The clock of this machine is {span(abs(skew))} {'behind' if skew > 0 else 'ahead of'} the server's"
            self._add("warning", text, "set the clock: by it tokens and certificates begin and end at the wrong time")
        self.skew = skew

    def _proxy(self, answer: Answer) -> None:
        if answer.proxies:
            advice = "where it breaks calls off or changes replies, have it leave this host alone"
            self._add("warning", f"A proxy stands in the way ({answer.proxies})", advice)

    def _not_the_api(self, answer: Answer, what: str, name: str, advice: str) -> None:
        """Say what answers instead of the API, and where the API is."""
        asked = base_url(self.probe.configuration.host)
        place = asked if origin(answer.url) == origin(asked) else answer.place
        text = f"At {place} something else than the API answers: {name}"
        found = next(self._elsewhere(), "") if what == OTHER else ""
        if found:
            self._add("failure", f"{text}; the API is at {found}", f"set `Configuration.host` to {found}")
            return
        if what in (LOGIN, REFUSED):
            why, remedy = self._refused()
            self._add("failure", f"{text}: {why}", advice or remedy)
        else:
            self._add("failure", text, advice or self._advice_at(answer))

    def _advice_at(self, answer: Answer) -> str:
        if answer.status == 407:
            return "set `Configuration.proxy_headers`: the proxy wants to know who is calling"
        if answer.status >= 500:
            return "see whether the API server behind it runs (the deployment `ml-pipeline` of a cluster)"
        old = self.probe.ask("/apis/v1beta1/healthz")
        if isinstance(old, Answer) and old.status == 200 and "commit_sha" in old.json:
            return f"this is Kubeflow Pipelines before {RELEASES[0]}, without v2beta1: use a newer server"
        return "set `Configuration.host` to the address below which the server has /apis/v2beta1"

    def _elsewhere(self) -> Iterator[str]:
        """Give other addresses of the same server at which the API answers."""
        for host in addresses_beside(base_url(self.probe.configuration.host)):
            answer = self.probe.ask(HEALTHZ, host)
            if isinstance(answer, Answer) and recognized(answer)[0] == API:
                yield answer.place

    def _api(self, answer: Answer) -> None:
        """Say where and how the API answers."""
        asked = base_url(self.probe.configuration.host)
        mode = "multi-user" if answer.json["multi_user"] else "single-user"
        self._add("ok", f"The API answers at {answer.place}, {mode}")
        if answer.place != asked:
            self._add("warning", f"Every call to {asked} is redirected", f"set `Configuration.host` to {answer.place}")
        if not answer.place.startswith("https://"):
            self._add("ok", "No TLS")
        elif self.probe.configuration.verify_ssl:
            self._add("ok", "TLS: the certificate is good for this host")
        else:
            self._add("warning", "TLS: the certificate is not checked", "set `ssl_ca_cert` in place of `verify_ssl`")

    def _calls(self, healthz: Mapping[str, Any]) -> None:
        """Say of which release the server is, and whether it lets calls in."""
        scope = self.probe.configuration.namespace or (_NOBODYS if healthz["multi_user"] else "")
        answer = self._list(scope)
        if isinstance(answer, Answer) and answer.status == 200:
            self._list(scope, page_token="!")  # how it is refused shows the release
        self._release(str(healthz.get("tag_name")))
        if isinstance(answer, OpenApiException):
            self._no_answer(answer)
            return
        user = _USER.search(answer.message)
        if answer.status == 200 and not answer.message:
            self._accepted(bool(healthz["multi_user"]))
        elif user and scope == _NOBODYS:
            self._accepted(True, f" as those of {user[1]!r}")
        elif user:
            text = f"{user[1]!r} may not list the experiments of namespace {scope!r}, or there is no such namespace"
            self._add("failure", text, "correct `Configuration.namespace`, or have its owner add this user to it")
        elif answer.is_page or answer.status in (401, 403):
            why, remedy = self._refused()
            asked = base_url(self.probe.configuration.host)
            if origin(answer.url) != origin(asked):
                why, remedy = "credentials do not follow a redirect", f"set `Configuration.host` to {answer.place}"
            said = "a page for people" if answer.is_page else answer.message
            self._add("failure", f"Calls end in HTTP {answer.status} ({said}): {why}", remedy)
        else:
            advice = "look into the server's log" if answer.status >= 500 else "see what it names"
            self._add("failure", f"Listing experiments ends in HTTP {answer.status}: {answer.message}", advice)

    def _list(self, scope: str, **query: str) -> Answer | OpenApiException:
        more = {"namespace": scope} if scope else {}
        return self.probe.ask(_EXPERIMENTS, returns="V2beta1ListExperimentsResponse", page_size="1", **more, **query)

    def _release(self, tag: str) -> None:
        looks = self.probe.looks
        said = "" if tag in ("None", "", "unknown") else f"; it calls itself {tag[:40]!r}"
        self._add("ok", f"The server looks like release {looks}{said}")

    def _accepted(self, multi_user: bool, user: str = "") -> None:
        """Say what lets calls in, and in which namespace."""
        claims, now = claims_of(self.probe.sent), time.time() + self.skew
        if not claims.header:
            self._add("ok", "Calls are let in without credentials")
        elif claims.expired(now):
            text = f"The token has expired {claims.expired(now)} ago, which this server does not look at"
            self._add("warning", text, "renew it: see `auth.TokenFile`")
        else:
            left = f", good for {claims.left(now)}" if claims.left(now) else ""
            self._add("ok", f"The credentials are accepted{user}{left}")
        namespace = self.probe.configuration.namespace
        if namespace and not multi_user:
            self._add("ok", f"The namespace {namespace!r} is set and ignored: the server is single-user")
        elif namespace:
            self._add("ok", f"The experiments of namespace {namespace!r} can be listed")
        elif multi_user:
            advice = "set `Configuration.namespace`, or give `namespace=` with each call"
            self._add("warning", "No namespace is set, without which lists of a multi-user server fail", advice)

    def _refused(self) -> tuple[str, str]:
        """Return what is wrong with the credentials that were refused, and what to do."""
        claims, now = claims_of(self.probe.sent), time.time() + self.skew
        if not claims.header:
            return "no credentials were sent", "set `Configuration.auth`; on the command line --token-file"
        if claims.expired(now):
            return f"the token has expired {claims.expired(now)} ago", "renew it: see `auth.TokenFile`"
        if claims.audiences and AUDIENCE not in claims.audiences:
            named = ", ".join(claims.audiences[:5])
            advice = f"have it made for the audience {AUDIENCE}, as `kubectl create token --audience` does"
            return f"the token is for {named}, and the API takes those for {AUDIENCE}", advice
        left = f", which is good for {claims.left(now)}," if claims.left(now) else ""
        return (
            f"what the header {claims.header} holds{left} is refused",
            "see whether it is of this cluster; log in anew",
        )
