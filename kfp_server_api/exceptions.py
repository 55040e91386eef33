# SPDX-License-Identifier: Apache-2.0
"""Everything this package raises.

    OpenApiException                        root of all
    ├── ApiTypeError(TypeError)             a bad argument, found before anything is sent: by whoever reads it,
    ├── ApiValueError(ValueError)           most by _encoding, _request and _service
    ├── ApiKeyError(KeyError)
    ├── ApiException                        a reply that is not what was asked for: rest, by its status
    │   ├── BadRequestError                 400, 422
    │   ├── AuthenticationError             401; a login page with status 200: _reply; nobody to log in as: auth
    │   ├── PermissionDeniedError           403
    │   ├── NotFoundError                   404
    │   ├── ConflictError                   409
    │   ├── RateLimitError                  429
    │   ├── ServerError                     5xx
    │   ├── DecodeError                     2xx, but not what the API promises: _reply, _field, pagination
    │   └── KedroError                      kedro; KedroRunError below it
    ├── ApiConnectionError                  no reply; also the class that urllib3 raised: _connection_errors
    │   ├── ApiTimeoutError
    │   └── TLSError
    ├── RunFailed                           a run that was waited for did not end well: waiting
    ├── RunCanceled
    └── WaitTimeout(TimeoutError)           a run had not ended in time: waiting

`except OpenApiException` catches everything. A missing reply is no `ApiException`, as with upstream: programs retry
those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kfp_server_api._error_body import UNAUTHENTICATED, details_in, message_in, parse
from kfp_server_api._urls import shown

if TYPE_CHECKING:
    from kfp_server_api.models.v2beta1_run import V2beta1Run

__all__ = [
    "ApiConnectionError",
    "ApiException",
    "ApiKeyError",
    "ApiTimeoutError",
    "ApiTypeError",
    "ApiValueError",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "DecodeError",
    "NotFoundError",
    "OpenApiException",
    "PermissionDeniedError",
    "RateLimitError",
    "RunCanceled",
    "RunFailed",
    "ServerError",
    "TLSError",
    "WaitTimeout",
]


class OpenApiException(Exception):
    """Root of everything this package raises on purpose."""

    def __reduce__(self) -> Any:
        return _restore, (type(self), self.args, self.__dict__)


class _ArgumentError(OpenApiException):
    """A bad argument, with the path to it inside nested data."""

    def __init__(self, msg: str, path_to_item: Any = None) -> None:
        self.path_to_item = path_to_item
        super().__init__(f"{msg} at {render_path(path_to_item)}" if path_to_item else msg)

    @property
    def message(self) -> str:
        """One line that names the argument."""
        return str(self.args[0])


class ApiTypeError(_ArgumentError, TypeError):
    """An argument of a wrong type or name.

    Attributes:
        path_to_item: keys and indices that lead to the value, or None.
        valid_classes: types that would have been accepted, or None.
        key_type: True when a key of a dict is at fault, False for a value, or None.
    """

    def __init__(
        self, msg: str, path_to_item: Any = None, valid_classes: Any = None, key_type: bool | None = None
    ) -> None:
        self.valid_classes = valid_classes
        self.key_type = key_type
        super().__init__(msg, path_to_item)


class ApiValueError(_ArgumentError, ValueError):
    """An argument whose value is missing or not allowed.

    Attributes:
        path_to_item: keys and indices that lead to the value, or None.
    """


class ApiKeyError(_ArgumentError, KeyError):
    """A key that is not there; `path_to_item` as in `ApiValueError`."""


class ApiException(OpenApiException):
    """A reply that is not what was asked for.

    Attributes:
        status: HTTP status; None when the caller gave none.
        reason: reason phrase of the status line.
        body: reply body as text, None without one.
        headers: reply headers (case-insensitive), None without a reply.
        code: gRPC code from the body (5 = NOT_FOUND, ...), None when it has none.
        message: one line for people, from whatever shape the body has, and the hint in parentheses.
        hint: what the server cannot say, "" where nothing fits: what it does not know of the call, with the release
            that first has it and the releases that the server looks like; which setting is missing.
        details: the list `details` of the body (of a Kedro server `detail`), empty when it has none.
        method: HTTP method of the request, None when unknown.
        url: URL that answered (after redirects), without credentials, None when unknown.
    """

    hint: str = ""
    _sentence: str = ""
    """Why this is an error, where the body does not say it."""

    def __init__(self, status: int | None = None, reason: str | None = None, http_resp: Any = None) -> None:
        self.status: Any = status
        self.reason: Any = reason
        self.body: Any = None
        self.headers: Any = None
        self.method: str | None = None
        self.url: str | None = None
        if http_resp is not None:
            self.status = http_resp.status
            self.reason = http_resp.reason
            self.body = as_text(http_resp.data)
            self.headers = http_resp.getheaders()
        super().__init__(self.status, self.reason)

    @property
    def code(self) -> int | None:
        code = parse(self.body).get("code")
        return code if type(code) is int else None

    @property
    def details(self) -> list[Any]:
        return details_in(parse(self.body))

    @property
    def message(self) -> str:
        text = self._sentence or message_in(parse(self.body), self.body) or (self.reason or "").partition("\n")[0]
        return f"{text} ({self.hint})" if self.hint else text

    def __str__(self) -> str:
        lines = [f"({self.status})", f"Reason: {self.reason}"]
        if self.headers:
            lines.append(f"HTTP response headers: {_without_secrets(self.headers)}")
        if self.body and self._shows_body():
            lines.append(f"HTTP response body: {self.body}")
        return "\n".join([*lines, *self._notes()]) + "\n"

    def _shows_body(self) -> bool:
        """Tell whether the body may stand in logs: a reply of success may hold parameters, and secrets among them."""
        return not (isinstance(self.status, int) and 200 <= self.status <= 299)

    def _notes(self) -> list[str]:
        """Lines that upstream's text does not have."""
        notes = {"Request": f"{self.method} {self.url}" if self.url else "", "Hint": self.hint}
        notes["Message"] = self._sentence if self._sentence != self.reason else ""
        return [f"{name}: {text}" for name, text in notes.items() if text]


class BadRequestError(ApiException):
    """400, or 422 of a Kedro server: the request is wrong as it stands; `message` says what."""


class AuthenticationError(ApiException):
    """The server does not know who is calling.

    Status 401; or 500 where the server wraps its "unauthenticated" so; or 200 where a login page came instead of JSON.
    With `Configuration.auth` also another where a login answered in place of the API, and None where the source has no
    credentials; `message` then names it.
    """


class PermissionDeniedError(ApiException):
    """403: the caller is known and may not do this."""


class NotFoundError(ApiException):
    """404: no such object, or no such route on this server."""


class ConflictError(ApiException):
    """409: the name is taken (code 6), or the object's state forbids the call (code 10)."""


class RateLimitError(ApiException):
    """429: too many requests; the header Retry-After may say when to come back."""


class ServerError(ApiException):
    """5xx: the server failed. Older servers answer bad input so, too: read `message`."""


class DecodeError(ApiException):
    """A 2xx reply that is not what the API promises.

    Attributes:
        path: where in the reply the value stands, such as `runs[3].created_at`; "" for the reply as a whole.
        committed: True when the request was a write, which the server has then accepted.
    """

    path: str = ""
    committed: bool = False

    def _shows_body(self) -> bool:
        return False

    def _notes(self) -> list[str]:
        accepted = ["The server accepted the request: do not send it again unseen."] if self.committed else []
        return [*super()._notes(), *accepted]


class ApiConnectionError(OpenApiException):
    """No reply came: refused, reset, unknown host, broken off. Also of the class that urllib3 raised.

    Attributes:
        message: one line that says which request failed and why.
        reason: urllib3's exception, of a `MaxRetryError` the last try's; in copies and pickles one with its text.
        method, url: of the request, the URL without credentials; None when unknown.
        status: 0.
        body, headers: None.
    """

    status: int = 0
    body: None = None
    headers: None = None

    def __init__(
        self, message: str = "", reason: Any = None, method: str | None = None, url: str | None = None
    ) -> None:
        self.message: str = message
        self.reason: Any = reason
        self.method: str | None = method
        self.url: Any = url
        Exception.__init__(self, message)  # not super(): urllib3's classes may stand behind us

    def __str__(self) -> str:
        return self.message


class ApiTimeoutError(ApiConnectionError):
    """No reply came in time. A write may have been carried out all the same."""


class TLSError(ApiConnectionError):
    """The TLS handshake failed; `message` names the host, the failing check and the setting to change."""


class _OfRuns(OpenApiException):
    """What became of runs that were waited for."""

    def __init__(self, message: str = "", runs: Iterable[V2beta1Run] = ()) -> None:
        super().__init__(message)
        self.message: str = message
        self.runs: list[V2beta1Run] = list(runs)
        self.run: Any = next(iter(self.runs), None)


class RunFailed(_OfRuns):
    """A run failed.

    Attributes:
        message: one line that names the failing tasks, with their errors as far as the server tells them.
        run: the run.
        runs: where many were waited for, all that did not end well; failed ones stand before canceled ones.
    """

    run: V2beta1Run


class RunCanceled(_OfRuns):
    """A run was stopped, and where many were waited for none failed; attributes as in `RunFailed`."""

    run: V2beta1Run


class WaitTimeout(_OfRuns, TimeoutError):
    """Runs had not ended within the timeout of a wait. They go on.

    Attributes:
        message: one line that says how long the wait was and where they stood.
        run: the first of them as it was last read; None if it never was.
        runs: all of them that were ever read.
        run_ids: the IDs of all of them.
    """

    run: V2beta1Run | None

    def __init__(self, message: str = "", runs: Iterable[V2beta1Run] = (), run_ids: Iterable[str] = ()) -> None:
        super().__init__(message, runs)
        self.run_ids: list[str] = list(run_ids)


_BY_STATUS: dict[int, type[ApiException]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: BadRequestError,
    429: RateLimitError,
}
SECRET_HEADER = re.compile(r"auth|cookie|token|secret|password|credential|api-?key", re.I)
"""Names of headers whose values are never shown."""


def error_for(http_resp: Any, method: str | None = None, url: str | None = None) -> ApiException:
    """Return the exception that a reply outside 2xx stands for."""
    error = _class_of(ApiException(http_resp=http_resp))(http_resp=http_resp)
    error.method, error.url = method, url
    return error


def _class_of(error: ApiException) -> type[ApiException]:
    if error.status >= 500 and (error.code == 16 or re.search(UNAUTHENTICATED, error.body or "")):
        return AuthenticationError
    return _BY_STATUS.get(error.status, ServerError if error.status >= 500 else ApiException)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about a name that is not known: "" or the known one that is most like it."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def as_text(data: Any) -> Any:
    """Return bytes as text, with U+FFFD for what is not UTF-8; anything else unchanged."""
    return data.decode("utf-8", "replace") if isinstance(data, (bytes, bytearray)) else data


def render_path(path_to_item: Any) -> str:
    """Return keys and indices as `['a'][0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f"['{part}']" for part in path_to_item)


def _without_secrets(headers: Any) -> Any:
    headers = headers if isinstance(headers, Mapping) else dict(headers)
    if not any(SECRET_HEADER.search(name) or "@" in str(value) for name, value in headers.items()):
        return headers
    safe = headers.copy()
    for name, value in headers.items():
        safe[name] = "***" if SECRET_HEADER.search(name) else shown(str(value))
    return safe


def _restore(cls: type[Exception], args: tuple[Any, ...], state: dict[str, Any]) -> Exception:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
