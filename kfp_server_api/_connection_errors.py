# SPDX-License-Identifier: Apache-2.0
"""Our errors for what urllib3 raises when no reply comes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from urllib3 import exceptions as u3

from kfp_server_api.exceptions import ApiConnectionError, ApiTimeoutError, TLSError

if TYPE_CHECKING:
    from kfp_server_api.configuration import Configuration

_CLASSES: tuple[tuple[type[Exception], type[ApiConnectionError]], ...] = (
    (u3.SSLError, TLSError),
    (u3.NewConnectionError, ApiConnectionError),  # a subclass of ConnectTimeoutError, and no timeout
    (u3.TimeoutError, ApiTimeoutError),
)


class connection_errors:
    """Context in which ours are raised for urllib3's; instances of both classes, so that handlers of either catch them.

    Args:
        method, url: of the request, the URL without credentials.
    """

    __slots__ = ("_configuration", "_method", "_url")

    def __init__(self, method: str | None, url: str | None, configuration: Configuration) -> None:
        self._method, self._url, self._configuration = method, url, configuration

    def __enter__(self) -> None:
        pass

    def __exit__(self, cls: Any, cause: BaseException | None, traceback: Any) -> None:
        if isinstance(cause, (u3.HTTPError, MemoryError, OverflowError)):  # a length beyond memory is read at once
            raise _connection_error(cause, self._method, self._url, self._configuration) from cause


def _connection_error(
    cause: Exception, method: str | None, url: str | None, configuration: Configuration
) -> ApiConnectionError:
    inner = getattr(cause, "reason", None)
    root = inner if isinstance(inner, Exception) else cause
    error_class = next((ours for theirs, ours in _CLASSES if isinstance(root, theirs)), ApiConnectionError)
    why = _tls_advice(root, url or "", configuration) if error_class is TLSError else " ".join(str(root).split())
    pair: Any = (error_class, type(cause))
    joined = _join(*pair) if isinstance(cause, u3.HTTPError) else error_class
    error = joined(f"{method} {url}: {type(root).__name__}: {why}", root, method, url)
    for name, value in cause.__dict__.items():
        if name not in error.__dict__ and name not in ("pool", "conn"):
            error.__dict__[name] = value
    return error


@cache
def _join(ours: Any, theirs: Any) -> type[ApiConnectionError]:
    members = {"__module__": ours.__module__, "__doc__": ours.__doc__, "__reduce__": _reduce_joined}
    return type(ours.__name__, (ours, theirs), {**members, "__init__": ours.__init__, "_joined": (ours, theirs)})


def _reduce_joined(error: Any) -> Any:
    # Not every release of urllib3 has exceptions that pickle.
    reason = u3.HTTPError(f"{type(error.reason).__name__}: {error.reason}")
    return _restore_joined, (*error._joined, error.args, {**error.__dict__, "reason": reason})


def _restore_joined(ours: Any, theirs: Any, args: tuple[Any, ...], state: dict[str, Any]) -> ApiConnectionError:
    error = _join(ours, theirs)(*args)
    error.__dict__.update(state)
    return error


def _tls_advice(cause: Exception, url: str, configuration: Configuration) -> str:
    text = str(cause)
    host = url.split("://", 1)[-1].split("/", 1)[0]
    advice = (
        ("WRONG_VERSION_NUMBER", "the port does not speak TLS; use an http:// `Configuration.host`"),
        ("mismatch", "the certificate names another host; set `Configuration.assert_hostname`"),
        ("doesn't match", "the certificate names another host; set `Configuration.assert_hostname`"),
        ("expired", "the certificate has expired; renew it on the server"),
        ("certificate verify failed", "the issuer is unknown; set `Configuration.ssl_ca_cert` to its certificate"),
    )
    hint = next((hint for sign, hint in advice if sign in text), "see `Configuration.ssl_ca_cert` and `verify_ssl`")
    return f"TLS to {host} failed: {text} ({hint})"
