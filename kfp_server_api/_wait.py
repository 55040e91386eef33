# SPDX-License-Identifier: Apache-2.0
"""A wait for runs: when it polls, what it takes in, how it ends."""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING, Any, Callable

from kfp_server_api._deadline import Deadline, seconds_of
from kfp_server_api._progress import shown
from kfp_server_api._runs import GOOD, TERMINAL, failures, listed, one_line, title
from kfp_server_api._service import expect
from kfp_server_api.exceptions import (
    ApiConnectionError,
    ApiException,
    ApiTypeError,
    ApiValueError,
    NotFoundError,
    RunCanceled,
    RunFailed,
    TLSError,
    WaitTimeout,
)
from kfp_server_api.models import V2beta1RuntimeState
from kfp_server_api.retries import STATUSES

if TYPE_CHECKING:
    from kfp_server_api.api import RunServiceApi
    from kfp_server_api.models import V2beta1Run

    OnChange = Callable[[V2beta1Run], object]
    Reads = Iterator[tuple[str, V2beta1Run]]
    """Runs as they are now, each with the ID that it was asked for by."""

_log = logging.getLogger(__name__)

_GROWTH = 1.5
_JITTER = 0.75
"""The shortest part of a pause that is made, so that many that wait do not ask at the same moments."""
_LAST_POLL = 1.0
"""Seconds before the end of a wait at which it polls once more."""
_UNKNOWN = V2beta1RuntimeState.RUNTIME_STATE_UNSPECIFIED
_KNOWN = [each for each in V2beta1RuntimeState.allowable_values if each != _UNKNOWN]


class Wait:
    """Runs that are waited for.

    Attributes:
        run_api: what to ask with.
        open: those that have not ended, as they were last read, by ID; None before that.
    """

    def __init__(
        self, run_api: RunServiceApi, ids: list[str], timeout: Any, on_change: OnChange | None, poll: Any
    ) -> None:
        if on_change is not None and not callable(on_change):
            raise ApiTypeError(f"`on_change` takes a function of a run, not {on_change!r}")
        expect("run_api", run_api, "RunServiceApi", "run_service_get_run")
        self.run_api = run_api
        self.open: dict[str, V2beta1Run | None] = dict.fromkeys(ids)
        self._count = len(self.open)
        self._on_change = on_change
        self._pauses = _pauses(*_pair_of(poll))
        self._canceling: set[str] = set()
        self._unknown: list[str | None] = []
        self._failed: list[V2beta1Run] = []
        self._canceled: list[V2beta1Run] = []
        self._error: ApiException | ApiConnectionError | None = None  # of the latest poll
        self._is_last = False  # the next poll
        self._deadline = _deadline_of(timeout)

    def ended(self, reads: Callable[[], Reads], progress: bool) -> Iterator[V2beta1Run]:
        """Give each run when it has ended.

        Args:
            reads: polls once all that are open.
            progress: as in `wait_for_run`.
        """
        with shown(progress) as show:
            while self.open:
                for run_id, run in self._polled(reads):
                    is_end = self._take_in(run_id, run)
                    show(run)
                    if is_end:
                        yield run
                if self.open:
                    self._pause()

    def read(self, run_id: str) -> V2beta1Run:
        """Return a run as it is now.

        Raises:
            NotFoundError: there is none; the message names it.
        """
        try:
            return self.run_api.run_service_get_run(run_id, _deadline=self.deadline)
        except NotFoundError as error:
            gone = "was deleted" if self.open.get(run_id) else "is not there"
            error._sentence = f"run {run_id!r} {gone}: {error.message}"
            raise

    @property
    def deadline(self) -> Any:
        """The option `_deadline` of a call that is made now; `Configuration.deadline` where that is sooner."""
        of_calls = seconds_of(self.run_api.api_client.configuration.deadline)
        return None if of_calls is not None and of_calls < self._left() else self._deadline

    def raise_for_ends(self) -> None:
        """Raise if a run has ended that did not end well."""
        ended = [*self._failed, *self._canceled]
        if not ended:
            return
        texts = [f"{title(run)} failed{_because(run)}" for run in self._failed]
        texts += [f"{title(run)} was canceled" for run in self._canceled]
        many = f"{len(ended)} of {self._count} runs did not end well: {listed(map(one_line, texts))}"
        message = texts[0] if self._count == 1 else many
        raise (RunFailed if self._failed else RunCanceled)(message, ended)

    def _polled(self, reads: Callable[[], Reads]) -> Reads:
        """Give the runs as they are; what goes by only ends this poll."""
        self._error = None
        try:
            yield from reads()
        except (ApiException, ApiConnectionError) as error:
            if not _goes_by(error):
                raise
            self._error = error

    def _take_in(self, run_id: str, run: V2beta1Run) -> bool:
        """Take in a run that was read; tell whether it has ended."""
        state, before = run.state, self.open[run_id]
        self.open[run_id] = run
        if state == V2beta1RuntimeState.CANCELING:
            self._canceling.add(run_id)
        if before is None or before.state != state:
            self._report(run)
        if state not in TERMINAL:
            return False
        del self.open[run_id]
        if state not in GOOD:
            canceled = state == V2beta1RuntimeState.CANCELED or run_id in self._canceling or _was_stopped(run)
            (self._canceled if canceled else self._failed).append(run)
        return True

    def _report(self, run: V2beta1Run) -> None:
        if run.state not in _KNOWN and run.state not in self._unknown:
            self._unknown.append(run.state)
            _log.warning("%s: its state %r is not known; the wait goes on", title(run), run.state)
        if self._on_change is not None:
            self._on_change(run)

    def _pause(self) -> None:
        """Wait until the next poll.

        Raises:
            WaitTimeout: the latest poll was the last.
        """
        pause, left = next(self._pauses), self._left()
        if self._is_last or left <= 0:
            raise self._timeout() from self._error
        if self._error is not None:
            _log.warning("waiting goes on after an error: %s", one_line(self._error.message))
        self._is_last = pause >= left - 2 * _LAST_POLL
        time.sleep(left - min(_LAST_POLL, left / 2) if self._is_last else pause)

    def _timeout(self) -> WaitTimeout:
        seconds = self._deadline.seconds if self._deadline is not None else math.inf
        read = [run for run in self.open.values() if run is not None]
        texts = [f"{title(run)} is {one_line(run.state)}" for run in read]
        texts += [f"run {run_id!r} was not read" for run_id, run in self.open.items() if run is None]
        many = "" if self._count == 1 else f"{len(self.open)} of {self._count} runs "
        error = "" if self._error is None else f"; the last poll failed: {one_line(self._error.message)}"
        return WaitTimeout(f"{many}not ended within {seconds:g} s: {listed(texts)}{error}", read, self.open)

    def _left(self) -> float:
        return math.inf if self._deadline is None else self._deadline.left()


def _pauses(first: float, longest: float) -> Iterator[float]:
    """Give the pauses between polls, which grow and vary."""
    pause = first
    while True:
        yield pause * random.uniform(_JITTER, 1)
        pause = min(pause * _GROWTH, longest)


def _goes_by(error: ApiException | ApiConnectionError) -> bool:
    """Tell whether an error is one that a server or gateway recovers from by itself."""
    if isinstance(error, ApiException):
        return error.status in STATUSES
    return not isinstance(error, TLSError)


def _was_stopped(run: V2beta1Run) -> bool:
    """Tell whether the history of a failed run says that it was stopped, since it was last retried."""
    states = [each.state for each in reversed(run.state_history or []) if each]
    before_its_end = dropwhile(TERMINAL.__contains__, states)
    return V2beta1RuntimeState.CANCELING in takewhile(lambda state: state not in TERMINAL, before_its_end)


def _because(run: V2beta1Run) -> str:
    reasons = failures(run)
    return f": {listed(reasons)}" if reasons else "; the server does not say why, the logs of its pods may"


def _deadline_of(timeout: Any) -> Deadline | None:
    seconds = seconds_of(timeout)
    if seconds is None:
        wrong = ApiValueError if isinstance(timeout, (int, float, timedelta)) else ApiTypeError
        raise wrong(f"`timeout` takes seconds above 0, a timedelta, or math.inf for no limit, not {timeout!r}")
    return None if seconds == math.inf else Deadline(seconds)


def _pair_of(poll: Any) -> tuple[float, float]:
    pair = tuple(map(seconds_of, poll)) if isinstance(poll, (tuple, list)) else ()
    if len(pair) == 2 and pair[0] is not None and pair[1] is not None and pair[0] <= pair[1] < math.inf:
        return pair[0], pair[1]
    raise ApiValueError(f"`poll` takes a pair of seconds above 0, the shortest pause and the longest, not {poll!r}")
