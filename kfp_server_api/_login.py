# SPDX-License-Identifier: Apache-2.0
"""Calls with `Configuration.auth`: where a server asks for a login, once more with fresh credentials."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from kfp_server_api._credentials import Credential, Place, Source, bearer, called
from kfp_server_api._error_body import parse
from kfp_server_api._forms import forms_in
from kfp_server_api._redirects import origin
from kfp_server_api._request import Request
from kfp_server_api._token_claims import payload
from kfp_server_api.configuration import Configuration
from kfp_server_api.exceptions import ApiException, ApiTypeError, AuthenticationError, DecodeError
from kfp_server_api.retries import STATUSES

_log = logging.getLogger(__name__)


def perform(
    configuration: Configuration, request: Request, attempt: Callable[[Request], Any], exchange: Callable[..., Any]
) -> Any:
    """Make a call with credentials; with fresh ones where the first are refused.

    A call that others overtake, so that what they fetched is used up when it comes to it, goes on: each further
    request of it follows an expiry that another call has met.

    Args:
        request: prepared.
        attempt: sends it and returns what the caller gets.
        exchange: of `rest.RESTClientObject`.

    Raises:
        AuthenticationError: the credentials are refused, the fresh ones too; or there are none.
        ApiTypeError: `Configuration.auth` is nothing that gives any.
    """
    source = _source_of(configuration)
    place, refused = Place(request.method, request.url, exchange), None
    while True:
        credential, fetched = source._give(place, refused, request.deadline)
        try:
            result = attempt(with_credential(request, credential))
            credential.accepted = True
            return result
        except ApiException as error:
            if not asks_to_log_in(error, request.url):
                credential.accepted = True
                raise
            fresh = fetched or (refused is not None and not credential.accepted)
            if fresh or not source._renews or not credential.header:
                final = _refused(error, source, credential, refused is not None)
                raise _moved(final, request.url) from error.__cause__
            _log.info("%s %s: refused; asking %r for fresh credentials", request.method, request.url, source)
            refused = credential
        finally:
            if credential.tried is not None:
                credential.tried.set()


def _source_of(configuration: Configuration) -> Source:
    """Return the source that `Configuration.auth` is or stands for, each time the same.

    Raises:
        ApiTypeError: it is nothing of that.
    """
    given: Any = configuration.auth
    if isinstance(given, Source):
        return given
    if not isinstance(given, str) and (isinstance(given, type) or not callable(given)):
        kind = f"the class {given.__name__}" if isinstance(given, type) else type(given).__name__
        raise ApiTypeError(f"`Configuration.auth` is a token, a callable or an object of the module `auth`, not {kind}")
    new = given, _Token(given) if isinstance(given, str) else _Callable(given)
    kept: Any = configuration.__dict__.setdefault("_auth_source", new)
    if kept[0] is not given:
        configuration.__dict__["_auth_source"] = kept = new
    return kept[1]  # type: ignore[no-any-return]


def with_credential(request: Request, credential: Credential) -> Request:
    """Return a request that carries a credential, in the place of any other in the same header."""
    if not credential.header:
        return request
    name, value = credential.header, credential.value
    kept = {each: text for each, text in request.headers.items() if each.lower() != name.lower()}
    if name == "Cookie":
        own = {each.partition("=")[0].strip() for each in value.split(";")}
        others = [text.split(";") for each, text in request.headers.items() if each.lower() == "cookie"]
        pairs = [each.strip() for text in others for each in text if each.partition("=")[0].strip() not in own]
        value = "; ".join([*filter(None, pairs), value])
    return request._replace(headers={**kept, name: value})


def asks_to_log_in(error: ApiException, asked: str) -> bool:
    """Tell whether a server wants to know who is calling: it says so, or a login answered in its place.

    A login behind a redirect answers as it likes to what it was not made for, such as 405 to a POST.

    Args:
        asked: the URL of the request.
    """
    if isinstance(error, AuthenticationError):
        return True
    if isinstance(error, DecodeError) or not isinstance(error.status, int):
        return False
    if error.status in STATUSES or parse(error.body):  # one that is not at its work; an answer of the API itself
        return False
    target = (error.headers or {}).get("location") if error.status < 400 else error.url
    if target and not _path(target).endswith(_path(asked)):
        return True
    return error.status == 403 and bool(forms_in(error.body or ""))  # a proxy's page with a button to log in


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def _refused(error: ApiException, source: Source, credential: Credential, again: bool) -> AuthenticationError:
    """Return the error for credentials that were refused, and are not fetched again."""
    theirs = error.message or error.reason
    if not isinstance(error, AuthenticationError):
        login = AuthenticationError(error.status, error.reason)
        login.__dict__.update(error.__dict__)
        error, theirs = login, f"a login answered in place of the API: {theirs}"
    if credential.header:
        said = f"the server refused what {source!r} gave{_expiry(credential)}" + (", fetched anew" if again else "")
    else:
        said = f"the server asks for a login, and {source!r} found no credentials"
    error._sentence = f"{said}: {theirs}"
    return error


def _moved(error: AuthenticationError, asked: str) -> AuthenticationError:
    """Return an error that says so where the API has moved, and the credentials stayed behind."""
    if error.url and origin(error.url) != origin(asked) and _path(error.url).endswith(_path(asked)):
        error._sentence += (
            f" (it redirects to {origin(error.url)}, where none were sent: set `Configuration.host` to it)"
        )
    return error


def _expiry(credential: Credential) -> str:
    """Return for an error when a credential ends and for whom it is; "" where it does not say so."""
    claims = payload(credential.value)
    end = claims.get("exp") if credential.expires is None else credential.expires
    said = []
    if isinstance(end, (int, float)):
        now = datetime.now(timezone.utc)
        try:
            when = datetime.fromtimestamp(end, timezone.utc)
        except (ValueError, OverflowError, OSError):
            when = now
        said.append(f"expire{'d' if when <= now else 's'} at {when:%Y-%m-%dT%H:%M:%SZ}")
    audience = claims.get("aud")
    if audience:
        text = ", ".join(map(str, audience)) if isinstance(audience, list) else str(audience)
        said.append(f"is for {' '.join(text.split())[:200]}")
    return f", which {' and '.join(said)}" if said else ""


class _Token(Source):
    """The token that `Configuration.auth` is."""

    _renews = False

    def __init__(self, token: str) -> None:
        self._token = token

    def _fetch(self, place: Place, last: Credential | None) -> Credential:
        return bearer(self._token, "`Configuration.auth`")

    def __repr__(self) -> str:
        return "the token `Configuration.auth`"


class _Callable(Source):
    """The callable that `Configuration.auth` is."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function

    def _fetch(self, place: Place, last: Credential | None) -> Credential:
        return bearer(called(self._function, repr(self)), repr(self))

    def __repr__(self) -> str:
        name = getattr(self._function, "__qualname__", type(self._function).__name__)
        return f"the callable `Configuration.auth` ({name})"
