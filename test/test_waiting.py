# SPDX-License-Identifier: Apache-2.0
"""One run is waited for until it has ended, whatever the server does meanwhile."""

from __future__ import annotations

import itertools
import logging
import math
import pickle
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fixtures.clock import Clock
from fixtures.ports import closed_port, silent_port
from fixtures.run_states import Runs
from fixtures.servers import drip, head, raw, reply, reset_after, silence_after

from kfp_server_api import (
    ApiConnectionError,
    ApiException,
    ApiTypeError,
    ApiValueError,
    AuthenticationError,
    BadRequestError,
    DecodeError,
    NotFoundError,
    PermissionDeniedError,
    RunCanceled,
    RunFailed,
    ServerError,
    TLSError,
    V2beta1Run,
    V2beta1RuntimeState,
    WaitTimeout,
)
from kfp_server_api.waiting import POLL, wait_for_run

BUSY = reply({"error": "busy"}, 503)
OPEN = ["PENDING", "RUNNING", "PAUSED", "CANCELING", "RUNTIME_STATE_UNSPECIFIED", "DREAMING", None, "", 5, ["FAILED"]]
TERMINAL = sorted(V2beta1RuntimeState._terminal)
Wait = Callable[..., V2beta1Run]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def wait(serve: Any, runs: Any, clock: Clock) -> Wait:
    """Wait for the run "r" of a server that answers so; no call of a wait is sent twice."""

    def wait_for(*answers: Any, timeout: Any = 600, settings: Any = None, **options: Any) -> V2beta1Run:
        api = runs(serve(*answers), **{"retries": 0, **(settings or {})})
        return wait_for_run(api, "r", timeout=timeout, **options)

    return wait_for


def through(*states: Any) -> Runs:
    """Return a server whose run "r" goes through these states."""
    return Runs({"r": [state if isinstance(state, dict) else {"state": state} for state in states]})


PAIRS = list(itertools.permutations(OPEN, 2))


@pytest.mark.parametrize(
    ("states", "last"),
    [*zip(PAIRS, itertools.cycle(TERMINAL)), *itertools.product([*((state,) for state in OPEN), ()], TERMINAL)],
)
def test_a_wait_ends_with_the_first_terminal_state_and_with_no_other(
    wait: Wait, states: tuple[str | None, ...], last: str
) -> None:
    server = through(*states, last)
    assert wait(server).state == last
    assert len(server.requests) == len(states) + 1


def test_no_check_is_no_error(wait: Wait) -> None:
    assert [wait(through(state)).state for state in TERMINAL] == TERMINAL


@pytest.mark.parametrize("state", ["SUCCEEDED", "SKIPPED"])
def test_good_ends_pass_the_check(wait: Wait, state: str) -> None:
    assert wait(through("RUNNING", "CANCELING", state), check=True).state == state


@pytest.mark.parametrize(
    ("states", "error"),
    [
        (["FAILED"], RunFailed),
        (["RUNNING", "FAILED"], RunFailed),
        (["CANCELED"], RunCanceled),
        (["CANCELING", "FAILED"], RunCanceled),
        (["CANCELING", "RUNNING", "FAILED"], RunCanceled),  # a report that was under way came late
        (["CANCELING", "CANCELED"], RunCanceled),
    ],
)
def test_a_check_tells_failed_from_canceled(wait: Wait, states: list[str], error: type[Exception]) -> None:
    with pytest.raises((RunFailed, RunCanceled)) as caught:
        wait(through(*states), check=True)
    assert type(caught.value) is error
    assert caught.value.run.state == states[-1]


@pytest.mark.parametrize(
    ("history", "error"),
    [
        (["PENDING", "RUNNING", "FAILED"], RunFailed),
        (["PENDING", "RUNNING", "CANCELING", "FAILED"], RunCanceled),
        (["CANCELING"], RunCanceled),
        (["RUNNING", "CANCELING", "RUNNING", "FAILED"], RunCanceled),
        (["RUNNING", "CANCELING", "FAILED", "RUNNING", "FAILED"], RunFailed),  # retried
        (["RUNNING", "FAILED", "RUNNING", "CANCELING", "FAILED"], RunCanceled),
        ([None, "NEW", "FAILED"], RunFailed),
        ([], RunFailed),
    ],
)
def test_a_history_says_whether_a_run_was_stopped(wait: Wait, history: Any, error: type[Exception]) -> None:
    run = {"state": "FAILED", "state_history": [{"state": state} for state in history]}
    with pytest.raises((RunFailed, RunCanceled)) as caught:
        wait(through(run), check=True)
    assert type(caught.value) is error


def test_a_change_of_state_is_reported_once(wait: Wait) -> None:
    seen: list[Any] = []
    states = ["PENDING", "PENDING", "RUNNING", "DREAMING", "DREAMING", None, "RUNNING", "FAILED"]
    wait(through(*states), on_change=lambda run: seen.append(run.state))
    assert seen == ["PENDING", "RUNNING", "DREAMING", None, "RUNNING", "FAILED"]


def test_an_unknown_state_is_logged_once(wait: Wait, caplog: pytest.LogCaptureFixture) -> None:
    wait(through("DREAMING", "RUNNING", "DREAMING", "SUCCEEDED"))
    [record] = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert "'DREAMING'" in record.getMessage()


def test_known_states_are_not_logged(wait: Wait, caplog: pytest.LogCaptureFixture) -> None:
    wait(through("PENDING", "RUNNING", "PAUSED", "CANCELING", "SUCCEEDED"))
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("error", [ServerError(503, "of the callback"), KeyboardInterrupt(), ZeroDivisionError()])
def test_what_a_callback_raises_ends_the_wait(wait: Wait, error: BaseException) -> None:
    def on_change(run: V2beta1Run) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        wait(through("RUNNING"), on_change=on_change)
    assert caught.value is error


def test_pauses_grow_from_one_second_to_thirty(wait: Wait, clock: Clock) -> None:
    wait(through(*["RUNNING"] * 40, "SUCCEEDED"), timeout=math.inf)
    assert 0.75 <= clock.pauses[0] <= 1
    assert clock.pauses[:9] == sorted(clock.pauses[:9])
    assert all(22.5 <= pause <= 30 for pause in clock.pauses[10:])


def test_pauses_differ(wait: Wait, clock: Clock) -> None:
    wait(through(*["RUNNING"] * 40, "SUCCEEDED"), timeout=math.inf)
    assert len(set(clock.pauses)) == 40


def test_the_caller_chooses_the_pauses(wait: Wait, clock: Clock) -> None:
    wait(through(*["RUNNING"] * 10, "SUCCEEDED"), poll=(0.1, 0.2))
    assert 0.075 <= clock.pauses[0] <= 0.1
    assert max(clock.pauses) <= 0.2


def test_a_run_that_has_ended_takes_one_request_and_no_pause(wait: Wait, clock: Clock) -> None:
    server = through("SUCCEEDED")
    wait(server)
    assert (len(server.requests), clock.pauses) == (1, [])


@pytest.mark.parametrize("timeout", [0.01, 1, 60, timedelta(minutes=5), 3600.5])
def test_a_wait_ends_on_time(wait: Wait, clock: Clock, timeout: Any) -> None:
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    with pytest.raises(WaitTimeout) as caught:
        wait(through("RUNNING"), timeout=timeout)
    assert seconds - 1 <= clock.now <= seconds
    assert caught.value.message == f"not ended within {seconds:g} s: run 'name of r' (r) is RUNNING"


def test_the_last_poll_is_just_before_the_end(wait: Wait, clock: Clock) -> None:
    seen: list[float] = []
    server = Runs({"r": ["RUNNING"]})

    def answer(request: Any, peer: Any) -> bool:
        seen.append(clock.now)
        return server(request, peer)

    with pytest.raises(WaitTimeout):
        wait(answer, timeout=100)
    assert seen[-1] == pytest.approx(99)


def test_a_timeout_carries_the_run_as_it_was_last_read(wait: Wait) -> None:
    with pytest.raises(WaitTimeout) as caught:
        wait(through("PENDING", {"state": "RUNNING", "description": "latest"}), timeout=60)
    error = caught.value
    assert error.run is not None
    assert (error.run.description, error.runs, error.run_ids) == ("latest", [error.run], ["r"])


def test_a_timeout_is_one_of_pythons(wait: Wait) -> None:
    with pytest.raises(TimeoutError):
        wait(through("RUNNING"), timeout=60)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_burst_of_errors_is_waited_out(wait: Wait, status: int) -> None:
    fault = reply({"error": "busy"}, status)
    server = through("RUNNING", "SUCCEEDED")
    assert wait(fault, fault, server, fault, fault, fault, server).state == "SUCCEEDED"


@pytest.mark.parametrize(
    "fault",
    [reset_after(), reset_after(head(200)), raw(b""), raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")],
    ids=["reset", "reset in the body", "closed", "closed in the body"],
)
def test_a_reply_that_is_lost_is_asked_for_again(wait: Wait, fault: Any) -> None:
    assert wait(fault, fault, through("SUCCEEDED")).state == "SUCCEEDED"


def test_a_reply_that_takes_too_long_is_asked_for_again(wait: Wait) -> None:
    server = through("SUCCEEDED")
    assert wait(silence_after(), server, settings={"timeout": 0.2}).state == "SUCCEEDED"


def test_an_error_that_goes_by_is_logged(wait: Wait, caplog: pytest.LogCaptureFixture) -> None:
    wait(BUSY, through("SUCCEEDED"))
    [record] = [each for each in caplog.records if each.name.startswith("kfp_server_api._wait")]
    assert record.levelno == logging.WARNING
    assert "busy" in record.getMessage()


def test_errors_do_not_outlast_the_timeout(wait: Wait, clock: Clock) -> None:
    with pytest.raises(WaitTimeout) as caught:
        wait(through("RUNNING"), BUSY, timeout=60)
    assert clock.now <= 60
    assert caught.value.run is not None
    assert isinstance(caught.value.__cause__, ServerError)
    assert caught.value.message.endswith("is RUNNING; the last poll failed: busy")


def test_a_retry_after_of_an_hour_does_not_hold_a_wait(wait: Wait, clock: Clock) -> None:
    later = reply({"error": "busy"}, 429, ("Retry-After", "3600"))
    assert wait(later, later, through("SUCCEEDED"), settings={"retries": None}).state == "SUCCEEDED"
    assert clock.now < 5


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (418, ApiException),
        (500, ServerError),
        (501, ServerError),
    ],
)
def test_other_errors_are_raised_at_once(wait: Wait, clock: Clock, status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        wait(through("RUNNING"), reply({}, status))
    assert len(clock.pauses) == 1


@pytest.mark.parametrize("body", ["<html>Log in", "[]", '{"run_id"'], ids=["page", "array", "broken off"])
def test_a_reply_that_is_no_run_is_raised_at_once(wait: Wait, clock: Clock, body: str) -> None:
    with pytest.raises((AuthenticationError, DecodeError)):
        wait(reply(body))
    assert clock.pauses == []


def test_a_certificate_is_not_waited_for(runs: Any, serve: Any, clock: Clock, certificates: Any) -> None:
    with pytest.raises(TLSError):
        wait_for_run(runs(serve(reply({}), tls=certificates.right)), "r", timeout=60)
    assert clock.pauses == []


def test_a_dead_host_ends_a_wait_on_time(runs: Any, clock: Clock) -> None:
    with closed_port() as url, pytest.raises(WaitTimeout) as caught:
        wait_for_run(runs(url), "r", timeout=60)
    assert 59 <= clock.now <= 60
    assert (caught.value.run, caught.value.runs, caught.value.run_ids) == (None, [], ["r"])
    assert "run 'r' was not read; the last poll failed: " in caught.value.message
    assert isinstance(caught.value.__cause__, ApiConnectionError)


@pytest.mark.parametrize(
    ("answer", "configured"),
    [
        (silence_after(), {}),
        (silence_after(), {"deadline": 50}),
        (silence_after(), {"deadline": math.inf}),
        (silence_after(head(200, ("Content-Length", "9"))), {"timeout": None}),
        (drip(head(200, *[("X", "y" * 60)] * 9)), {}),
    ],
    ids=["silent", "with a deadline", "with none", "silent in the body", "drip"],
)
def test_a_silent_server_does_not_hold_a_wait(serve: Any, runs: Any, answer: Any, configured: Any) -> None:
    began = time.monotonic()
    with pytest.raises(WaitTimeout) as caught:
        wait_for_run(runs(serve(answer), **configured), "r", timeout=0.4)
    assert time.monotonic() - began < 5
    assert caught.value.run is None


def test_a_silent_port_does_not_hold_a_wait(runs: Any) -> None:
    with silent_port() as url, pytest.raises(WaitTimeout):
        wait_for_run(runs(url), "r", timeout=0.4)


def test_the_deadline_of_calls_holds_for_each_poll(serve: Any, runs: Any) -> None:
    server = through("SUCCEEDED")
    api = runs(serve(silence_after(), server), deadline=0.2, timeout=None)
    assert wait_for_run(api, "r", timeout=math.inf, poll=(0.01, 0.01)).state == "SUCCEEDED"


@pytest.mark.parametrize(("before", "words"), [((), "is not there"), (("RUNNING",), "was deleted")])
def test_a_run_that_is_not_there_is_named(wait: Wait, before: tuple[str, ...], words: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        wait(Runs({"r": [*before, None]}))
    assert caught.value.message == f"run 'r' {words}: Run not found"


def test_a_run_has_to_be_named(runs: Any) -> None:
    for wrong in (None, "", 5, V2beta1Run(run_id="r"), ["r"]):
        with pytest.raises(ApiTypeError, match="`run_id`"):
            wait_for_run(runs("http://127.0.0.1:1"), wrong, timeout=1)


def test_an_api_has_to_be_given(runs: Any) -> None:
    client = runs("http://127.0.0.1:1").api_client
    with pytest.raises(ApiTypeError, match="`run_api` takes a RunServiceApi, not ApiClient"):
        wait_for_run(client, "r", timeout=1)


def test_ctrl_c_ends_a_wait(serve: Any, runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        wait_for_run(runs(serve(through("RUNNING"))), "r", timeout=60)


def test_a_timeout_has_to_be_given(runs: Any) -> None:
    with pytest.raises(TypeError, match="timeout"):
        wait_for_run(runs("http://127.0.0.1:1"), "r")  # type: ignore[call-arg]


@pytest.mark.parametrize("timeout", [None, "60", True, [60], 0, -1, math.nan, timedelta(0), -math.inf])
def test_a_timeout_has_to_be_seconds(runs: Any, timeout: Any) -> None:
    with pytest.raises((ApiTypeError, ApiValueError), match=r"`timeout` takes .*math\.inf"):
        wait_for_run(runs("http://127.0.0.1:1"), "r", timeout=timeout)


@pytest.mark.parametrize("poll", [None, 5, (1,), (0, 5), (5, 1), (1, math.inf), ("1", "2"), (1, 2, 3), "12"])
def test_pauses_have_to_be_a_pair(runs: Any, poll: Any) -> None:
    with pytest.raises(ApiValueError, match="`poll`"):
        wait_for_run(runs("http://127.0.0.1:1"), "r", timeout=1, poll=poll)


def test_a_callback_has_to_be_a_function(runs: Any) -> None:
    with pytest.raises(ApiTypeError, match="`on_change`"):
        wait_for_run(runs("http://127.0.0.1:1"), "r", timeout=1, on_change="print")  # type: ignore[arg-type]


def test_the_default_shows_nothing(wait: Wait, capfd: pytest.CaptureFixture[str]) -> None:
    wait(BUSY, through("RUNNING", "DREAMING", "SUCCEEDED"))
    assert capfd.readouterr() == ("", "")


def test_the_longest_pause_is_a_public_fact() -> None:
    assert POLL == (1, 30)


@pytest.mark.parametrize("wrong", ["FAILED", "CANCELED"])
def test_errors_of_waits_pickle(wait: Wait, wrong: str) -> None:
    with pytest.raises((RunFailed, RunCanceled)) as caught:
        wait(through(wrong), check=True)
    copied = pickle.loads(pickle.dumps(caught.value))
    assert type(copied) is type(caught.value)
    assert (copied.message, str(copied), copied.run) == (caught.value.message, str(caught.value), caught.value.run)


def test_a_timeout_pickles(wait: Wait) -> None:
    with pytest.raises(WaitTimeout) as caught:
        wait(through("RUNNING"), timeout=60)
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (str(copied), copied.run_ids, copied.run) == (caught.value.message, ["r"], caught.value.run)
