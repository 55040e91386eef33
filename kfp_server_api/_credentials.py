# SPDX-License-Identifier: Apache-2.0
"""Credentials and their sources: fetched once for all threads, and anew where a server refused them."""

from __future__ import annotations

import contextlib
import contextvars
import os
import re
import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, Union

from kfp_server_api._deadline import Deadline, current
from kfp_server_api.exceptions import AuthenticationError, OpenApiException

_TOKEN = re.compile(r"[\x21-\x7e]+")
_COOKIES = re.compile(r"[\x21-\x3a\x3c\x3e-\x7e]+=[\x20-\x7e]*")
_TRIAL = 5.0
"""Seconds that other calls wait until the first request with a renewed credential is answered."""


class Credential:
    """Text by which a server knows who is calling.

    Attributes:
        header: the name of the header that carries it; "" where there is nothing to send.
        value: that header's value, a secret.
        expires: its end by its source, in seconds since 1970; None = not known.
        mark: anything by which the source sees that it has another one by now.
        accepted: whether a server has taken it.
        tried: set when the first request with it was answered; None where nobody waits for that.
    """

    __slots__ = ("accepted", "expires", "header", "mark", "tried", "value")

    def __init__(self, header: str = "", value: str = "", expires: float | None = None, mark: Any = None) -> None:
        self.header, self.value, self.expires, self.mark = header, value, expires, mark
        self.accepted = False
        self.tried: threading.Event | None = None


def bearer(token: Any, whence: str, expires: float | None = None, mark: Any = None) -> Credential:
    """Return a token as a credential; blanks around it and a "Bearer " before it are taken off.

    Args:
        whence: what gave it, as the beginning of a sentence.

    Raises:
        AuthenticationError: it is no token.
    """
    text = re.sub(r"^bearer(\s+|$)", "", _text(token, whence), flags=re.I)
    if not _TOKEN.fullmatch(text):
        fault = "it holds a blank, a line end or what else no token has" if text else "it is empty"
        raise no_credential(f"{whence} gives no token: {fault}")
    return Credential("authorization", f"Bearer {text}", expires, mark)


def cookies(value: Any, whence: str, expires: float | None = None, mark: Any = None) -> Credential:
    """Return `name=value`, or several with `; ` between them, as a credential.

    Raises:
        AuthenticationError: it is no such text.
    """
    text = _text(value, whence)
    if not _COOKIES.fullmatch(text):
        raise no_credential(f"{whence} gives no cookie: it has to be `name=value`")
    return Credential("Cookie", text, expires, mark)


def _text(value: Any, whence: str) -> str:
    if not isinstance(value, str):
        raise no_credential(f"{whence} gives no text but {type(value).__name__}")
    return value.strip()


def called(function: Callable[[], Any], whence: str) -> Any:
    """Return what a caller's function returns.

    Raises:
        AuthenticationError: it raised, whatever that was: an error of its own calls is none of the call that needs it.
    """
    try:
        return function()
    except Exception as cause:
        raise no_credential(f"{whence} raised {type(cause).__name__}") from cause


def as_utf8(content: bytes, whence: str) -> str:
    """Return what a source gave as text."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise no_credential(f"{whence} gives what is no UTF-8 text") from None


def no_credential(sentence: str) -> AuthenticationError:
    """Return the error for a call that has nothing to say who makes it."""
    return AuthenticationError(None, sentence)


class Place(NamedTuple):
    """Where a credential is to be used, and how to talk to what gives it."""

    method: str
    url: str
    """Of the request that needs it."""
    exchange: Callable[..., Any]
    """Of `rest.RESTClientObject`."""


class _Renewal:
    """A fetch that is under way, for which every other thread waits."""

    def __init__(self, after_refusal: bool) -> None:
        self.done, self.tried = threading.Event(), threading.Event()
        self.found: Credential | None = None
        self.error: OpenApiException | None = None
        if not after_refusal:
            self.tried.set()


class _Slot:
    """The credential that a source holds for one scope, in one process."""

    def __init__(self, held: Credential | None) -> None:
        self.lock = threading.Lock()
        self.held = held
        self.renewal: _Renewal | None = None


class Source:
    """Where credentials come from; one object serves any number of clients and threads.

    Copies are the object itself. Pickles hold neither passwords nor tokens, nor what was fetched.
    """

    _renews: bool = True
    """Whether it may give another credential after one was refused."""
    _secrets: ClassVar[tuple[str, ...]] = ()
    """Attributes that a pickle has as None."""

    def _fetch(self, place: Place, last: Credential | None) -> Credential:
        """Return a new credential.

        Args:
            last: the one before it, where nobody refused that.
        """
        raise NotImplementedError

    def _is_stale(self, held: Credential) -> bool:
        """Tell whether a credential has to be replaced before it is used again."""
        return held.expires is not None and held.expires <= time.time()

    def _scope(self, place: Place) -> str:
        """Return what a credential is good for, where it is not good for every server that gets it."""
        return ""

    def _give(self, place: Place, refused: Credential | None, deadline: Deadline | None) -> tuple[Credential, bool]:
        """Return a credential, and whether this call fetched it because `refused` was refused.

        One thread fetches, all others wait for it; after a refusal also until the first request with it was answered.

        Raises:
            AuthenticationError: there is none.
            ApiConnectionError: what gives it does not answer.
            ApiTimeoutError: the deadline has passed first.
        """
        slot = self._slot(self._scope(place))
        while True:
            held = slot.held
            if held is not None and held is not refused and not self._is_stale(held):
                self._await(held.tried, place, deadline, _TRIAL)
                return held, False
            with slot.lock:
                if slot.held is not held:
                    continue
                renewal, mine = slot.renewal, slot.renewal is None
                if renewal is None:
                    renewal = slot.renewal = _Renewal(refused is not None)
                    slot.held = None
            if mine:
                self._start(slot, renewal, place, None if held is refused else held, deadline)
            try:
                self._await(renewal.done, place, deadline)
            finally:
                if mine and not renewal.done.is_set():
                    renewal.tried.set()  # by nobody: this call leaves
            if renewal.error is not None:
                raise _copied(renewal.error) from renewal.error.__cause__
            if renewal.found is not None:
                if not mine:
                    self._await(renewal.tried, place, deadline, _TRIAL)
                return renewal.found, mine and refused is not None
            if mine:
                raise no_credential(f"{self!r} ended without a credential")

    def _slot(self, scope: str) -> _Slot:
        slots: dict[Any, _Slot] = self.__dict__.setdefault("_slots", {})
        here = os.getpid(), scope
        if here not in slots:  # the first use, or a fork: locks and fetches of the parent are nobody's here
            of_parent = next((slot.held for (_, each), slot in list(slots.items()) if each == scope), None)
            slots.setdefault(here, _Slot(of_parent and _untried(of_parent)))
        return slots[here]

    def _start(
        self, slot: _Slot, renewal: _Renewal, place: Place, last: Credential | None, deadline: Deadline | None
    ) -> None:
        if deadline is None:
            self._renew(slot, renewal, place, last)
            return
        # In a thread, which this call can leave when its time is over; the others still get what comes.
        context = contextvars.copy_context()
        context.run(current.set, None)
        work: Any = (self._renew, slot, renewal, place, last)
        try:
            threading.Thread(target=_run_apart, args=(context, *work), name="kfp-login", daemon=True).start()
        except RuntimeError:  # no thread can be started, as when the interpreter ends
            context.run(*work)

    def _renew(self, slot: _Slot, renewal: _Renewal, place: Place, last: Credential | None) -> None:
        try:
            renewal.found = self._fetch(place, last)
            renewal.found.tried = renewal.tried
        except OpenApiException as error:
            renewal.error = error
        except Exception as cause:
            renewal.error = no_credential(f"{self!r} raised {type(cause).__name__}")
            renewal.error.__cause__ = cause
        finally:  # also where this thread is interrupted: another one fetches then
            with slot.lock:
                slot.held, slot.renewal = renewal.found, None
            renewal.done.set()

    def _await(
        self, event: threading.Event | None, place: Place, deadline: Deadline | None, longest: float | None = None
    ) -> None:
        if event is None or event.is_set():
            return
        if deadline is None:
            event.wait(longest)
            return
        deadline.doing = f"waiting for {self!r}"
        left = max(deadline.left(), 0)
        if not event.wait(left if longest is None else min(longest, left)) and deadline.left() <= 0:
            raise deadline.error(place.method, place.url)

    def __copy__(self) -> Source:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Source:
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle holds."""
        return {**self.__dict__, **dict.fromkeys(self._secrets), "_slots": {}}


Auth = Union[str, Callable[[], str], Source]
"""What `Configuration.auth` takes: a token, a callable that returns one, or a source of `auth`."""


def _run_apart(context: contextvars.Context, *work: Any) -> None:
    with contextlib.suppress(SystemExit):  # the call that waits says so
        context.run(*work)


def _untried(credential: Credential) -> Credential:
    return Credential(credential.header, credential.value, credential.expires, credential.mark)


def _copied(error: OpenApiException) -> OpenApiException:
    """Return an error of its own for each thread: raising writes into it."""
    function, arguments = error.__reduce__()
    return function(*arguments)  # type: ignore[no-any-return]
