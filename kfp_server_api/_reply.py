# SPDX-License-Identifier: Apache-2.0
"""Replies: a body as Python values, or the error that says what came instead."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from kfp_server_api._decoding import UNDECODABLE, Decoder, loads
from kfp_server_api._error_body import dotted
from kfp_server_api.exceptions import AuthenticationError, DecodeError, as_text

READS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods of requests that change nothing on a server."""


class Reply:
    """The reply that models were decoded from, for the error when one of its values cannot be.

    Attributes:
        data: the body, parsed.
        body, status, headers: as they came; None where unknown.
        method, url: of the request; None where unknown.
    """

    __slots__ = ("body", "data", "headers", "method", "status", "url")

    def __init__(self, data: Any = None, response: Any = None, method: str | None = None, url: str | None = None):
        self.data = data
        self.body = getattr(response, "data", None)
        self.status = getattr(response, "status", None)
        self.headers = response.getheaders() if hasattr(response, "getheaders") else None
        self.method, self.url = method, url

    def undecodable(self, path: list[Any], cause: Exception, data: Any = None) -> DecodeError:
        """Return the error for a value at `path` (keys and indices), or for the whole reply when it is empty.

        Args:
            data: what is shown where the body is not known any more.
        """
        where = f"`{dotted(path)}` of the reply" if path else "The reply"
        error = DecodeError(self.status, f"{where} is not what the API promises: {cause}")
        error._sentence, error.path = error.reason, dotted(path)
        known = data if self.data is None else self.data
        error.body = as_text(self.body) if self.body is not None else json.dumps(known)
        error.headers, error.method, error.url = self.headers, self.method, self.url
        error.committed = self.method is not None and self.method not in READS
        return error

    def __getstate__(self) -> tuple[None, dict[str, Any]]:
        # Copies and pickles of a model take its own part of the reply with them, and no header, which can be secret.
        return None, {**dict.fromkeys(self.__slots__), "status": self.status, "method": self.method, "url": self.url}


def decoded(response: Any, decode: Decoder, method: str | None = None, asked: str = "") -> Any:
    """Return a reply's body as Python values.

    Args:
        response: has the body as text or bytes in `data`; of `rest` also the URL that gave it.
        method, asked: of the request, where they are known.

    Raises:
        DecodeError: the body is not JSON, or not of the promised type.
        AuthenticationError: a page for people came, or another host answered with no JSON: most likely to log in.
    """
    final = getattr(response, "url", None)
    url, data = final if isinstance(final, str) else asked or None, None
    try:
        data = loads(response.data)
        return decode(data, Reply(data, response, method, url))
    except (*UNDECODABLE, RecursionError) as cause:
        reply = Reply(data, response, method, url)
        if _is_page(response) or (asked and url and urlsplit(asked).netloc != urlsplit(url).netloc):
            raise _login_error(reply) from cause
        raise reply.undecodable(getattr(cause, "path", []), cause) from cause


def refuse_page(response: Any, method: str, url: str) -> None:
    """Raise where a reply that is still unread, of urllib3, is a page for people, and let go of its connection.

    Raises:
        AuthenticationError: it is one.
    """
    if "html" in str(response.headers.get("content-type", "")).lower():
        response.close()
        error = _login_error(Reply(None, None, method, url))
        error.status, error.headers, error.body = response.status, response.headers, ""
        raise error


def path_to(wanted: Any, inside: Any) -> list[Any] | None:
    """Return keys and indices that lead to the very object `wanted` in parsed JSON."""
    if wanted is inside:
        return []
    items: Any = ()
    if isinstance(inside, (dict, list)):
        items = inside.items() if isinstance(inside, dict) else enumerate(inside)
    for key, value in items:
        below = path_to(wanted, value)
        if below is not None:
            return [key, *below]
    return None


def _is_page(response: Any) -> bool:
    content_type = response.getheader("content-type", "") if hasattr(response, "getheader") else ""
    return "html" in str(content_type or "").lower() or as_text(response.data).lstrip()[:1] == "<"


def _login_error(reply: Reply) -> AuthenticationError:
    undecodable = reply.undecodable([], ValueError("a page for people came instead of JSON, most likely to log in"))
    error = AuthenticationError(undecodable.status, undecodable.reason)
    error.__dict__.update(undecodable.__dict__, committed=False)
    return error
