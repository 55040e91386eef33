# SPDX-License-Identifier: Apache-2.0
"""Waiting until runs have ended.

    run = wait_for_run(runs, run_id, timeout=3600, check=True)
    for run in wait_for_runs(runs, run_ids, timeout=3600):
        ...

A run is polled at once, after a second, then ever more seldom. What goes by, such as a gateway that restarts, does not
end a wait; `timeout` always does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kfp_server_api._many_runs import ManyRuns
from kfp_server_api._runs import one_line
from kfp_server_api._wait import Wait
from kfp_server_api.exceptions import ApiTypeError

if TYPE_CHECKING:
    from kfp_server_api._types import Seconds
    from kfp_server_api._wait import OnChange
    from kfp_server_api.api import RunServiceApi
    from kfp_server_api.models import V2beta1Run

__all__ = ["POLL", "wait_for_run", "wait_for_runs"]

POLL = (1.0, 30.0)
"""Seconds between two polls: at first, and at most."""


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
        poll: seconds between two polls, at first and at most.

    Raises:
        WaitTimeout: it has not ended in time; `run` is how it was last read.
        RunFailed, RunCanceled: with `check`; the message names the tasks that failed.
        NotFoundError: there is no such run, or it was deleted.
        ApiException, ApiConnectionError: the server refuses to say. HTTP 429, 502, 503 and 504 and a missing reply
            are no reason to stop.
    """
    wait = Wait(run_api, [_id_of("run_id", run_id)], timeout, on_change, poll)
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

    All are polled with one list for each 200 of a scope, so that hundreds cost the server no more than one does.

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
    if isinstance(ids, (str, bytes)) or not isinstance(ids, Iterable):
        raise ApiTypeError(f"`ids` takes the IDs of runs, in a list for example, not {one_line(repr(ids))}")
    wait = Wait(run_api, [_id_of("ids", each) for each in ids], timeout, on_change, poll)
    return _given(wait, ManyRuns(wait, namespace), check, progress)


def _given(wait: Wait, runs: ManyRuns, check: bool, progress: bool) -> Iterator[V2beta1Run]:
    yield from wait.ended(runs.read, progress)
    if check:
        wait.raise_for_ends()


def _id_of(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ApiTypeError(f"`{name}` takes the ID of a run, as text, not {one_line(repr(value))}")
    return value
