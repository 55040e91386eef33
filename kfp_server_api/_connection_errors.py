# SPDX-License-Identifier: Apache-2.0
"""Our errors for what urllib3 raises when no reply comes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from urllib3 import exceptions as u3

from kfp_server_api.configuration import without_userinfo
from kfp_server_api.exceptions import ApiConnectionError, ApiTimeoutError, TLSError

if TYPE_CHECKING:
    from kfp_server_api.configuration import Configuration

_KINDS: tuple[tuple[type[Exception], type[ApiConnectionError]], ...] = (
    (u3.SSLError, TLSError),
    (u3.NewConnectionError, ApiConnectionError),  # a subclass of ConnectTimeoutError, and no timeout
    (u3.TimeoutError, ApiTimeoutError),
    (u3.HTTPError, ApiConnectionError),
)


@contextmanager
def connection_errors(method: str | None, url: str | None, configuration: Configuration) -> Iterator[None]:
    """Raise ours for what urllib3 raises inside."""
    try:
        yield
    except (u3.HTTPError, MemoryError) as cause:
        raise connection_error(cause, method or "GET", url or "", configuration) from cause


def connection_error(cause: Exception, method: str, url: str, configuration: Configuration) -> ApiConnectionError:
    """Return our error for urllib3's; an instance of both classes, so that handlers of either catch it."""
    inner = getattr(cause, "reason", None)
    root = inner if isinstance(inner, Exception) else cause
    kind = next((ours for theirs, ours in _KINDS if isinstance(root, theirs)), ApiConnectionError)
    shown = without_userinfo(url)
    reason = f"{type(root).__name__}: {_tls_advice(root, shown, configuration) if kind is TLSError else root}"
    error = (_join(kind, type(cause)) if isinstance(cause, u3.HTTPError) else kind)(0, reason)
    error.method, error.url = method, shown
    for name, value in cause.__dict__.items():
        if name not in error.__dict__ and name not in ("pool", "conn"):
            error.__dict__[name] = value
    return error


_joined: dict[Any, type[ApiConnectionError]] = {}


def _join(ours: type[ApiConnectionError], theirs: type[Exception]) -> type[ApiConnectionError]:
    if (ours, theirs) not in _joined:
        _joined[ours, theirs] = _make_joined(ours, theirs)
    return _joined[ours, theirs]


def _make_joined(ours: type[ApiConnectionError], theirs: type[Exception]) -> type[ApiConnectionError]:
    members = {"__module__": ours.__module__, "__doc__": ours.__doc__, "__reduce__": _reduce_joined}
    return type(ours.__name__, (ours, theirs), {**members, "__init__": ours.__init__, "_joined": (ours, theirs)})


def _reduce_joined(error: Any) -> Any:
    state = {name: value for name, value in error.__dict__.items() if name != "reason" or isinstance(value, str)}
    return _restore_joined, (*error._joined, error.args, state)


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
