# SPDX-License-Identifier: Apache-2.0
"""A login at Dex, page by page, as a browser makes it for a person with a password."""

from __future__ import annotations

import email.message
import logging
import urllib.request
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import SimpleNamespace
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from kfp_server_api._credentials import Credential, Place, cookies, no_credential
from kfp_server_api._deadline import Deadline, within
from kfp_server_api._forms import Form, forms_in, links_in, title_of
from kfp_server_api._redirects import origin
from kfp_server_api._urls import shown, without_userinfo
from kfp_server_api.exceptions import AuthenticationError, ServerError

_log = logging.getLogger(__name__)
_MOST = 20
"""Pages of a login."""
_SECONDS = 60.0
"""After which a login is given up."""
_warned: set[str] = set()
"""Hosts to which a password went unencrypted, and that this was said of."""


class WrongPassword(AuthenticationError):
    """Dex does not know this login and password."""


class _Page(NamedTuple):
    url: str
    status: int
    location: str | None
    text: str

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.url).query)

    def __str__(self) -> str:
        title = title_of(self.text)
        return f"{origin(self.url)}{self.path} (HTTP {self.status}{f', {title!r}' if title else ''})"


def log_in(place: Place, login: str, password: str, connector: str | None) -> Credential:
    """Return the cookie of a new session.

    Raises:
        WrongPassword: Dex refuses them.
        AuthenticationError: there is no such login, or it asks for what is not known here.
        ServerError: Dex, or what stands before it, fails.
        ApiConnectionError: no reply, or not within a minute.
    """
    start = f"{origin(place.url)}/oauth2/start?rd=%2F"
    with within(Deadline(_SECONDS), "GET", start):
        return _Login(place, login, password, connector).run(start)


class _Login:
    """One login, from the gateway to Dex and back; with cookies of its own, since a second start ends the first."""

    def __init__(self, place: Place, login: str, password: str, connector: str | None) -> None:
        self._place, self._login, self._password, self._connector = place, login, password, connector
        # As in browsers: a cookie that is for https alone comes back to this machine all the same.
        secure = ("https", "http") if _is_loopback(place.url) else ("https",)
        self._jar = CookieJar(DefaultCookiePolicy(secure_protocols=secure))
        self._dex = self._callback = ""
        """URL of Dex's pages and path back to the gateway, both known with the first redirect to Dex."""
        self._chosen = self._posted = False

    def run(self, start: str) -> Credential:
        page = self._open("GET", start)
        for _ in range(_MOST):
            if self._dex and page.path == self._callback and "code" in page.query:
                return self._session(page)
            page = self._next(page)
        raise no_credential(f"the login has no end: after {_MOST} pages it stands at {page}")

    def _next(self, page: _Page) -> _Page:
        if page.location is not None:
            return self._open("GET", _joined(page.url, page.location))
        if page.status >= 500:
            raise _failure(page)
        forms = forms_in(page.text)
        for form in forms:
            if form.named("password"):
                return self._give_password(page, form)
        if self._posted and page.status in (401, 403):
            raise self._wrong(page)
        for form in forms:
            if form.hidden().get("approval") == "approve":
                return self._submit(page, form, form.hidden())
        connectors = self._connectors(page)
        if connectors:
            return self._open("GET", self._choose(connectors))
        for form in forms:
            if not self._dex and form.method == "get" and urlsplit(form.action).path.endswith("/start"):
                return self._submit(page, form, form.hidden())
        raise no_credential(f"DexPassword knows no way to log in at {page}")

    def _connectors(self, page: _Page) -> dict[str, tuple[str, str]]:
        """Return the links of Dex's page of connectors by id, with the text of each."""
        found = {}
        for link in links_in(page.text):
            url = _joined(page.url, link.target)
            if self._dex and _bare(url).startswith(f"{self._dex}/"):
                found[_bare(url)[len(self._dex) + 1 :]] = (url, link.text)
        return found

    def _choose(self, connectors: dict[str, tuple[str, str]]) -> str:
        wanted, self._chosen = self._connector or "local", True
        for id, (url, _) in connectors.items():
            if id == wanted:
                return url
        for url, text in connectors.values():
            if self._connector and f" {text}".lower().endswith(f" {self._connector}".lower()):
                return url
        listed = ", ".join(f"{id!r} ({text})" if text else repr(id) for id, (_, text) in connectors.items())
        named = f"no connector {self._connector!r}" if self._connector else "several connectors and none of its own"
        raise no_credential(f"Dex has {named}; `connector` is one of {listed}")

    def _give_password(self, page: _Page, form: Form) -> _Page:
        if self._posted:
            raise self._wrong(page)
        if not self._dex or origin(page.url) != origin(self._dex):
            raise no_credential(f"{page} asks for a password and is not Dex: it does not get it")
        at = _bare(page.url)[len(self._dex) + 1 :].partition("/")[0]
        if self._connector and not self._chosen and at != self._connector:
            raise no_credential(f"Dex has no connector {self._connector!r}; `connector` is {at!r} or None")
        self._check_channel(page)
        names = [name for name, type, _ in form.inputs if type in ("text", "email")]
        if form.method != "post" or not names:
            raise no_credential(f"DexPassword does not know the form of {page}")
        self._posted = True
        typed = {names[0]: self._login, form.named("password")[0]: self._password}
        return self._submit(page, form, {**form.hidden(), **typed})

    def _check_channel(self, page: _Page) -> None:
        if page.url.startswith("https:"):
            return
        if self._place.url.startswith("https:"):
            raise no_credential(f"the server speaks https and its login page {page} does not: no password for it")
        host = origin(page.url)
        if not _is_loopback(page.url) and host not in _warned:
            _warned.add(host)
            _log.warning("%s: the password of DexPassword is sent without encryption", host)

    def _wrong(self, page: _Page) -> WrongPassword:
        at = f"Dex at {origin(page.url)}"
        return WrongPassword(None, f"{at} refuses the password that DexPassword({self._login!r}) has")

    def _submit(self, page: _Page, form: Form, fields: dict[str, str]) -> _Page:
        url = _joined(page.url, form.action)
        if form.method == "get":
            return self._open("GET", f"{url.partition('?')[0]}?{urlencode(fields)}")
        if origin(url) != origin(page.url):
            raise no_credential(f"the form of {page} leads to another server, {origin(url)}: nothing is sent")
        return self._open("POST", url, urlencode(fields).encode())

    def _open(self, method: str, url: str, body: bytes | None = None) -> _Page:
        url = without_userinfo(url)
        if not origin(url):
            raise no_credential(f"the login leads to {shown(url)!r}, which is no http or https URL")
        request = urllib.request.Request(url)
        self._jar.add_cookie_header(request)
        headers = {"Accept": "text/html", **dict(request.header_items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        response, content = self._place.exchange(method, url, headers, body)
        got = email.message.Message()
        for value in response.headers.getlist("set-cookie"):
            got["Set-Cookie"] = value
        self._jar.extract_cookies(SimpleNamespace(info=lambda: got), request)  # type: ignore[arg-type]
        location = response.get_redirect_location() or None
        page = _Page(url, response.status, location, content.decode("utf-8", "replace"))
        if not self._dex and "client_id" in page.query:
            self._dex = _bare(url)
            self._callback = urlsplit(page.query.get("redirect_uri", [""])[0]).path
        return page

    def _session(self, page: _Page) -> Credential:
        """Return the cookie that the gateway gave with the page to which Dex led back."""
        if page.status in (502, 503, 504):
            raise _failure(page)
        insecure = any(each.secure for each in self._jar) and self._place.url.startswith("http:")
        why = "; its cookies are for https alone, and `Configuration.host` is http" if insecure else ""
        if page.location is None:
            raise no_credential(f"the gateway does not take the login: {page}{why}")
        request = urllib.request.Request(self._place.url)
        self._jar.add_cookie_header(request)
        header = request.get_header("Cookie")
        if not header:
            raise no_credential(f"the login went through, and left no cookie for {origin(self._place.url)}{why}")
        sent = {each.strip().partition("=")[0] for each in header.split(";")}
        ends = [each.expires for each in self._jar if each.expires and each.name in sent]
        return cookies(header, "the login", min(ends, default=None))


def _failure(page: _Page) -> ServerError:
    error = ServerError(page.status, f"the login fails at {page}")
    error.url = _bare(page.url)
    return error


def _joined(page: str, target: str) -> str:
    """Return the URL of a link on a page; the link as it is where it is none."""
    try:
        return urljoin(page, target)
    except ValueError:
        return target


def _bare(url: str) -> str:
    """Return a URL without its query, in one spelling."""
    return f"{origin(url)}{urlsplit(url).path.rstrip('/')}"


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "localhost" or host == "::1" or host.startswith("127.")
