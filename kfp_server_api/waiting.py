# SPDX-License-Identifier: Apache-2.0
"""Waiting until runs have ended.

    run = wait_for_run(runs, run_id, timeout=3600, check=True)
    for run in wait_for_runs(runs, run_ids, timeout=3600):
        ...

A run is looked at after a second, then ever more seldom. What goes by, such as a gateway that restarts, does not end a
wait; `timeout` always does.
"""

from __future__ import annotations

import copy
import logging
import math
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING, Any, Callable, Optional

from kfp_server_api._deadline import Deadline, seconds_of
from kfp_server_api._progress import shown
from kfp_server_api._runs import TERMINAL, failures, listed, one_line, title
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
from kfp_server_api.models import V2beta1PredicateOperation, V2beta1Run, V2beta1RuntimeState
from kfp_server_api.pagination import paginate
from kfp_server_api.retries import STATUSES

if TYPE_CHECKING:
    from kfp_server_api._types import Seconds
    from kfp_server_api.api import RunServiceApi
    from kfp_server_api.models import V2beta1ListRunsResponse

    OnChange = Callable[[V2beta1Run], object]
    Reads = Iterator[tuple[str, V2beta1Run]]
    _Scope = tuple[str, Optional[str]]

__all__ = ["POLL", "wait_for_run", "wait_for_runs"]

_log = logging.getLogger(__name__)

POLL = (1.0, 30.0)
"""Seconds between two looks at a run: at first, and at most."""
_GROWTH = 1.5
_JITTER = 0.75
"""The shortest part of a pause that is made; so a fleet does not ask at the same moments."""
_LAST_LOOK = 1.0
"""Seconds before the end of a wait at which it looks once more."""
_PER_LIST = 200
"""Runs that are asked for at a time: no server gives more in one page."""
_TOO_LONG = frozenset({413, 414, 431})
"""HTTP statuses of a proxy for which a URL is too long."""
_GOOD = (V2beta1RuntimeState.SUCCEEDED, V2beta1RuntimeState.SKIPPED)
_KNOWN = frozenset(V2beta1RuntimeState.allowable_values) - {V2beta1RuntimeState.RUNTIME_STATE_UNSPECIFIED}


def wait_for_run(
    run_api: RunServiceApi,
    run_id: str,
    *,
    timeout: Seconds,
    check: bool = False,
    on_change: OnChange | None = None,
    progress: bool = False,
    poll: tuple[float, float] = POLL,
) -> V2beta1Run:
    """Wait until a run has ended and return it.

    Args:
        run_api: what to ask with.
        run_id: of the run.
        timeout: seconds (number or timedelta) from now within which it has to end; `math.inf` for no limit.
        check: raise if it failed or was canceled.
        on_change: called with the run when it is first read and whenever its state is another one; unknown states
            and the last are no exception. What it raises ends the wait.
        progress: show on standard error how far it is: a bar on a terminal or in a notebook (with the extra
            `progress`), lines elsewhere.
        poll: seconds between two looks, at first and at most.

    Raises:
        WaitTimeout: it has not ended in time; `run` is how it was last read.
        RunFailed, RunCanceled: with `check`; the message names the tasks that failed.
        NotFoundError: there is no such run, or it was deleted.
        ApiException, ApiConnectionError: the server refuses to say. HTTP 429, 502, 503 and 504 and a missing reply
            are no reason to stop.
    """
    wait = _Wait(run_api, [_id_of("run_id", run_id)], timeout, on_change, poll)
    [run] = wait.ended(lambda: iter([(run_id, wait.read(run_id))]), progress)
    if check:
        wait.raise_for_ends()
    return run


def wait_for_runs(
    run_api: RunServiceApi,
    ids: Iterable[str],
    *,
    timeout: Seconds,
    check: bool = False,
    on_change: OnChange | None = None,
    progress: bool = False,
    poll: tuple[float, float] = POLL,
    namespace: str | None = None,
) -> Iterator[V2beta1Run]:
    """Wait for runs and give each when it has ended.

    All are looked at with one list for each 200 of a scope, so that hundreds cost the server no more than one.

    Args:
        run_api, on_change, poll: as in `wait_for_run`.
        ids: of the runs.
        timeout: as in `wait_for_run`, from this call until the last of them has ended.
        check: raise if any failed or was canceled, after all were given.
        progress: as in `wait_for_run`, a bar for each.
        namespace: that they are in; None is `Configuration.namespace`. Without either they are looked up in their
            own experiments, for which one of each 200 and experiment is read once.

    Raises:
        WaitTimeout: not all have ended in time; `runs` are how the others were last read.
        RunFailed, RunCanceled: with `check`; `runs` are all that did not end well.
        NotFoundError: one of them is not there, or was deleted.
        ApiException, ApiConnectionError: as in `wait_for_run`.
    """
    if isinstance(ids, (str, bytes)):
        raise ApiTypeError(f"`ids` takes the IDs of runs, in a list for example, not the single text {ids!r}")
    wait = _Wait(run_api, [_id_of("ids", each) for each in ids], timeout, on_change, poll)
    lists = _Lists(wait, namespace)
    return _given(wait, lists, check, progress)


def _given(wait: _Wait, lists: _Lists, check: bool, progress: bool) -> Iterator[V2beta1Run]:
    yield from wait.ended(lists.read, progress)
    if check:
        wait.raise_for_ends()


class _Wait:
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
        self.run_api = run_api
        self.open: dict[str, V2beta1Run | None] = dict.fromkeys(ids)
        self._count = len(self.open)
        self._on_change = on_change
        self._pauses = _pauses(*_poll_of(poll))
        self._canceling: set[str] = set()
        self._unknown: set[str | None] = set()
        self._failed: list[V2beta1Run] = []
        self._canceled: list[V2beta1Run] = []
        self._error: ApiException | ApiConnectionError | None = None  # of the latest look
        self._is_last = False  # the next look
        self._deadline = _deadline_of(timeout)

    def ended(self, reads: Callable[[], Reads], progress: bool) -> Iterator[V2beta1Run]:
        """Give each run when it has ended.

        Args:
            reads: looks once at all that are open.
            progress: as in `wait_for_run`.
        """
        with shown(progress) as show:
            while self.open:
                with closing(self._look(reads)) as looks:
                    for run_id, run in looks:
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
        message = texts[0] if self._count == 1 else f"{len(ended)} of {self._count} runs: {listed(texts)}"
        raise (RunFailed if self._failed else RunCanceled)(message, ended)

    def _look(self, reads: Callable[[], Reads]) -> Reads:
        """Give the runs as they are; what goes by only ends this look."""
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
        if state not in _GOOD:
            canceled = state == V2beta1RuntimeState.CANCELED or run_id in self._canceling or _was_stopped(run)
            (self._canceled if canceled else self._failed).append(run)
        return True

    def _report(self, run: V2beta1Run) -> None:
        if run.state not in _KNOWN and run.state not in self._unknown:
            self._unknown.add(run.state)
            _log.warning("%s: the state %r is not known; it is waited on", title(run), run.state)
        if self._on_change is not None:
            self._on_change(run)

    def _pause(self) -> None:
        """Wait until the next look.

        Raises:
            WaitTimeout: the latest look was the last.
        """
        pause, left = next(self._pauses), self._left()
        if self._is_last or left <= 0:
            raise self._timeout() from self._error
        if self._error is not None:
            _log.warning("waiting goes on after an error: %s", one_line(self._error.message))
        self._is_last = pause >= left
        time.sleep(left - min(_LAST_LOOK, left / 2) if self._is_last else pause)

    def _timeout(self) -> WaitTimeout:
        seconds = self._deadline.seconds if self._deadline is not None else math.inf
        read = [run for run in self.open.values() if run is not None]
        texts = [f"{title(run)} is {one_line(run.state)}" for run in read]
        texts += [f"run {run_id!r} was not read" for run_id, run in self.open.items() if run is None]
        many = "" if self._count == 1 else f"{len(self.open)} of {self._count} runs "
        error = "" if self._error is None else f"; the last look failed: {one_line(self._error.message)}"
        return WaitTimeout(f"{many}not ended within {seconds:g} s: {listed(texts)}{error}", read, self.open)

    def _left(self) -> float:
        return math.inf if self._deadline is None else self._deadline.left()


class _Lists:
    """Looks at many runs: by one list for each 200 of a scope, by themselves those that it does not show."""

    def __init__(self, wait: _Wait, namespace: str | None) -> None:
        if not isinstance(namespace, (str, type(None))):
            raise ApiTypeError(f"`namespace` takes text, not {namespace!r}")
        self._wait = wait
        self._size = _PER_LIST
        given = namespace or getattr(wait.run_api.api_client.configuration, "namespace", None)
        self._scopes: dict[str, _Scope] = dict.fromkeys(wait.open, ("namespace", given)) if given else {}
        """Of each run; a run without one is read by itself, and says which experiment it is in."""
        self._gone: set[_Scope] = set()
        """Experiments that were deleted, which runs outlive; they have no list."""

    def read(self) -> Reads:
        """Look once at each run that is open."""
        unread = dict.fromkeys(self._wait.open)
        while unread:
            run_id = next(iter(unread))
            if run_id not in self._scopes:
                run = self._wait.read(run_id)
                del unread[run_id]
                self._scopes[run_id] = ("experiment_id", run.experiment_id)
                yield run_id, run
            yield from self._listed(self._scopes[run_id], unread)

    def _listed(self, scope: _Scope, unread: dict[str, None]) -> Reads:
        """Give the runs in a scope that one list shows, and take them out of the unread ones."""
        mine = [each for each in unread if self._scopes.get(each, scope) == scope][: self._size]
        try:
            for page in self._pages(scope, mine):
                for run in page.runs or []:
                    if run.run_id in unread:
                        del unread[run.run_id]
                        self._scopes[run.run_id] = scope
                        yield run.run_id, _alone(run)
        except ApiException as error:
            if error.status not in _TOO_LONG or self._size == 1:
                raise
            self._size //= 2
            return
        for each in mine:
            if each in unread:
                self._scopes.pop(each, None)

    def _pages(self, scope: _Scope, ids: list[str]) -> Iterator[V2beta1ListRunsResponse]:
        """Give the pages of a list of runs by their IDs.

        It has room for all of them in one page: a server does not take such a filter again with a page token.
        """
        if not ids or scope in self._gone:
            return
        is_one = {"operation": V2beta1PredicateOperation.IN, "key": "run_id", "string_values": {"values": ids}}
        method, options = (
            self._wait.run_api.run_service_list_runs,
            {scope[0]: scope[1], "_deadline": self._wait.deadline},
        )
        try:
            yield from paginate(method, filter={"predicates": [is_one]}, page_size=_PER_LIST, **options).pages()
        except NotFoundError:
            self._gone.add(scope)


def _pauses(first: float, longest: float) -> Iterator[float]:
    """Give the pauses between looks, which grow and vary."""
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
    states = [each.state for each in reversed(run.state_history or [])]
    before_its_end = dropwhile(TERMINAL.__contains__, states)
    return V2beta1RuntimeState.CANCELING in takewhile(lambda state: state not in TERMINAL, before_its_end)


def _because(run: V2beta1Run) -> str:
    reasons = failures(run)
    return f": {listed(reasons)}" if reasons else "; the server does not say why, the logs of its pods may"


def _alone(run: V2beta1Run) -> V2beta1Run:
    """Return a run of a page that does not hold the page."""
    return V2beta1Run._from_reply(run._json, copy.copy(run._reply))


def _id_of(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ApiTypeError(f"`{name}` takes the ID of a run, as text, not {one_line(repr(value))}")
    return value


def _deadline_of(timeout: Any) -> Deadline | None:
    seconds = seconds_of(timeout)
    if seconds is None:
        wrong = ApiValueError if isinstance(timeout, (int, float, timedelta)) else ApiTypeError
        raise wrong(f"`timeout` takes seconds above 0, a timedelta, or math.inf for no limit, not {timeout!r}")
    return None if seconds == math.inf else Deadline(seconds)


def _poll_of(poll: Any) -> tuple[float, float]:
    pair = [seconds_of(each) for each in poll] if isinstance(poll, (tuple, list)) else []
    if len(pair) != 2 or None in pair or pair[0] > pair[1]:
        raise ApiValueError(f"`poll` takes a pair of seconds above 0, the shortest pause and the longest, not {poll!r}")
    return pair[0], pair[1]
