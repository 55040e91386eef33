# SPDX-License-Identifier: Apache-2.0
"""Many runs are waited for with few requests."""

from __future__ import annotations

import gc
import math
import uuid
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fixtures.clock import Clock
from fixtures.run_states import Runs
from fixtures.servers import reply, silence_after

from kfp_server_api import (
    ApiTypeError,
    BadRequestError,
    NotFoundError,
    PermissionDeniedError,
    RunCanceled,
    RunFailed,
    V2beta1Run,
    WaitTimeout,
)
from kfp_server_api.waiting import wait_for_runs

BUSY = reply({"error": "busy"}, 503)
Wait = Callable[..., Iterator[V2beta1Run]]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def wait(serve: Any, runs: Any, clock: Clock) -> Wait:
    """Wait for all runs of a server, or those with the given IDs."""

    def wait_for(server: Runs, *answers: Any, ids: Any = None, settings: Any = None, **options: Any) -> Any:
        api = runs(serve(*answers, server), **{"retries": 0, **(settings or {})})
        return wait_for_runs(api, list(server.scripts) if ids is None else ids, **{"timeout": 600, **options})

    return wait_for


def named(count: int, *states: Any) -> dict[str, Any]:
    return {str(uuid.UUID(int=number)): list(states) for number in range(count)}


def ends(found: Iterator[V2beta1Run]) -> list[tuple[str | None, str | None]]:
    return [(run.run_id, run.state) for run in found]


def test_runs_are_given_as_they_end(wait: Wait) -> None:
    server = Runs(
        {"a": ["RUNNING", "RUNNING", "SUCCEEDED"], "b": ["FAILED"], "c": ["PENDING", "CANCELED"], "d": ["SKIPPED"]}
    )
    assert ends(wait(server)) == [("b", "FAILED"), ("d", "SKIPPED"), ("c", "CANCELED"), ("a", "SUCCEEDED")]


@pytest.mark.parametrize("count", [1, 2, 199, 200, 201, 1000])
@pytest.mark.parametrize("options", [{}, {"namespace": "team"}])
def test_a_poll_of_runs_of_one_scope_takes_a_list_for_each_200(
    wait: Wait, clock: Clock, count: int, options: Any
) -> None:
    server = Runs(named(count, "RUNNING", "RUNNING", "RUNNING", "SUCCEEDED"), multi_user=True)
    assert len(list(wait(server, **options))) == count
    polls = len(clock.pauses) + 1
    assert len(server.lists) <= math.ceil(count / 200) * polls
    assert len(server.gets) <= (0 if options else math.ceil(count / 200))


def test_a_thousand_waits_cost_five_lists_a_poll(wait: Wait, clock: Clock) -> None:
    server = Runs(named(1000, "RUNNING"))
    with pytest.raises(WaitTimeout):
        list(wait(server, timeout=60))
    assert len(server.lists) == 5 * (len(clock.pauses) + 1)


@pytest.mark.parametrize("filters", [True, False], ids=["a server that filters", "one that does not"])
def test_each_run_is_read_once_a_poll(wait: Wait, filters: bool) -> None:
    server = Runs(named(450, "RUNNING", "SUCCEEDED"), filters=filters)
    list(wait(server, namespace="team"))
    assert len(server.lists) == 6
    assert len([run for shown in server.shown for run in shown]) == 900


def test_other_runs_of_the_scope_are_not_asked_for(wait: Wait) -> None:
    server = Runs({**named(5000, "RUNNING"), "a": ["RUNNING", "SUCCEEDED"], "b": ["SUCCEEDED"]})
    assert ends(wait(server, ids=["a", "b"], namespace="team")) == [("b", "SUCCEEDED"), ("a", "SUCCEEDED")]
    assert server.shown == [["a", "b"], ["a"]]


def test_runs_of_several_experiments_take_a_list_for_each(wait: Wait, clock: Clock) -> None:
    runs = named(100, "RUNNING", "RUNNING", "SUCCEEDED")
    server = Runs(runs, experiments={run_id: f"e{at % 3}" for at, run_id in enumerate(runs)}, multi_user=True)
    assert len(list(wait(server))) == 100
    assert len(server.gets) == 3
    assert len(server.lists) == 3 * 3


def test_as_many_experiments_as_runs_take_no_more_than_two_requests_each(wait: Wait) -> None:
    runs = named(100, "SUCCEEDED")
    server = Runs(runs, experiments={run_id: f"of {run_id}" for run_id in runs}, multi_user=True)
    assert len(list(wait(server))) == 100
    assert len(server.requests) <= 200


def test_the_namespace_of_the_configuration_is_the_scope(serve: Any, runs: Any, clock: Clock) -> None:
    server = Runs(named(3, "RUNNING", "SUCCEEDED"), multi_user=True)
    api = runs(serve(server))
    api.api_client.configuration.namespace = "team"
    assert len(list(wait_for_runs(api, server.scripts, timeout=60))) == 3
    assert [each.query["namespace"] for each in server.requests] == [["team"], ["team"]]


def test_the_namespace_of_the_call_goes_before_it(serve: Any, runs: Any, clock: Clock) -> None:
    server = Runs(named(3, "SUCCEEDED"), multi_user=True)
    api = runs(serve(server))
    api.api_client.configuration.namespace = "team"
    list(wait_for_runs(api, server.scripts, timeout=60, namespace="other"))
    assert [each.query["namespace"] for each in server.requests] == [["other"]]


def test_a_run_that_its_namespace_does_not_list_is_read_by_itself(wait: Wait) -> None:
    server = Runs({"a": ["RUNNING", "RUNNING", "SUCCEEDED"], "UPPER": ["RUNNING", "SUCCEEDED"]})
    assert ends(wait(server, ids=["a", "UPPER"], namespace="team"))[-1] == ("a", "SUCCEEDED")


def test_runs_outlive_their_experiment(wait: Wait) -> None:
    server = Runs(named(3, "RUNNING", "SUCCEEDED"), deleted=["e"])
    assert len(list(wait(server))) == 3
    assert len(server.lists) == 1
    assert len(server.gets) == 6


def test_an_experiment_is_deleted_meanwhile(wait: Wait) -> None:
    server = Runs(named(3, "RUNNING", "RUNNING", "SUCCEEDED"))

    def delete(run: V2beta1Run) -> None:
        server.deleted = ["e"]

    assert len(list(wait(server, on_change=delete))) == 3


@pytest.mark.parametrize("longest", [8190, 2048, 600])
def test_a_url_that_is_too_long_for_a_proxy_is_made_shorter(wait: Wait, clock: Clock, longest: int) -> None:
    server = Runs(named(400, "RUNNING", "SUCCEEDED"), longest_url=longest)
    assert len(list(wait(server, namespace="team"))) == 400


def test_an_eight_kilobyte_limit_costs_twice_the_lists(wait: Wait, clock: Clock) -> None:
    server = Runs(named(400, *["RUNNING"] * 9, "SUCCEEDED"), longest_url=8190)
    list(wait(server, namespace="team"))
    assert len(server.lists) == 1 + 4 * (len(clock.pauses) + 1)


def test_a_url_of_200_runs_is_no_longer_than_what_most_proxies_take(wait: Wait) -> None:
    server = Runs(named(200, "SUCCEEDED"))
    list(wait(server, namespace="team"))
    assert len(server.lists[0].target) < 10_000


def test_a_limit_below_a_single_run_is_an_error(wait: Wait) -> None:
    with pytest.raises(Exception, match="URI Too Long"):
        list(wait(Runs(named(2, "RUNNING"), longest_url=20)))


def test_a_deleted_run_is_named_after_what_ended_was_given(wait: Wait) -> None:
    server = Runs({"a": ["RUNNING"], "b": ["RUNNING", None], "c": ["RUNNING", "SUCCEEDED"]})
    found = wait(server, namespace="team")
    assert next(found).run_id == "c"
    with pytest.raises(NotFoundError, match="404") as caught:
        next(found)
    assert caught.value.message == "run 'b' was deleted: Run not found"


def test_a_run_that_never_was_is_named(wait: Wait) -> None:
    with pytest.raises(NotFoundError) as caught:
        list(wait(Runs({"a": ["RUNNING"]}), ids=["a", "never"]))
    assert caught.value.message == "run 'never' is not there: Run not found"


@pytest.mark.parametrize("fault", [BUSY, reply({}, 502), reply({}, 429)])
@pytest.mark.parametrize("options", [{}, {"namespace": "team"}])
def test_a_burst_of_errors_is_waited_out(wait: Wait, fault: Any, options: Any) -> None:
    server = Runs(named(450, "RUNNING", "SUCCEEDED"))
    assert len(list(wait(server, server, fault, server, fault, fault, fault, server, **options))) == 450


def test_a_gateway_that_gives_up_gets_smaller_pages(wait: Wait) -> None:
    late = reply({}, 504)
    server = Runs(named(200, "RUNNING", "SUCCEEDED"))
    assert len(list(wait(server, late, late, namespace="team"))) == 200
    assert [each.query["page_size"] for each in server.lists[:4]] == [["50"]] * 4


def test_other_errors_are_raised_at_once(wait: Wait, clock: Clock) -> None:
    with pytest.raises(PermissionDeniedError):
        list(wait(Runs(named(2, "RUNNING")), reply({}, 403)))
    assert clock.pauses == []


def test_a_scope_that_a_server_refuses_is_an_error(wait: Wait) -> None:
    with pytest.raises(BadRequestError):
        list(wait(Runs({"a": [{"state": "RUNNING", "experiment_id": None}], "b": ["RUNNING"]}, multi_user=True)))


def test_a_silent_server_does_not_hold_a_wait(serve: Any, runs: Any) -> None:
    with pytest.raises(WaitTimeout) as caught:
        list(wait_for_runs(runs(serve(silence_after())), ["a", "b"], timeout=0.4, namespace="team"))
    assert (caught.value.run, caught.value.run_ids) == (None, ["a", "b"])


def test_a_server_that_is_silent_from_the_second_page_on_does_not_hold_a_wait(serve: Any, runs: Any) -> None:
    page = reply({"runs": [], "next_page_token": "more"})
    with pytest.raises(WaitTimeout):
        list(wait_for_runs(runs(serve(page, silence_after())), ["a"], timeout=0.4, namespace="team"))


def test_a_timeout_carries_those_that_are_open(wait: Wait) -> None:
    server = Runs({"a": ["RUNNING"], "b": ["SUCCEEDED"], "c": ["PENDING", "RUNNING"]})
    found = wait(server, timeout=60)
    assert next(found).run_id == "b"
    with pytest.raises(WaitTimeout) as caught:
        next(found)
    assert [(run.run_id, run.state) for run in caught.value.runs] == [("a", "RUNNING"), ("c", "RUNNING")]
    assert caught.value.message == (
        "2 of 3 runs not ended within 60 s: run 'name of a' (a) is RUNNING; run 'name of c' (c) is RUNNING"
    )


def test_a_timeout_of_many_runs_is_a_short_line(wait: Wait) -> None:
    with pytest.raises(WaitTimeout) as caught:
        list(wait(Runs(named(1000, "RUNNING")), timeout=60))
    assert len(caught.value.message) < 1500
    assert caught.value.message.endswith("; and 990 more")
    assert len(caught.value.run_ids) == 1000


def test_a_check_raises_after_all_were_given(wait: Wait) -> None:
    server = Runs({"a": ["FAILED"], "b": ["CANCELED"], "c": ["RUNNING", "SUCCEEDED"], "d": ["RUNNING", "FAILED"]})
    found = wait(server, check=True)
    assert [next(found).run_id for _ in range(4)] == ["a", "b", "c", "d"]
    with pytest.raises(RunFailed) as caught:
        next(found)
    assert [run.run_id for run in caught.value.runs] == ["a", "d", "b"]
    assert caught.value.run.run_id == "a"
    assert caught.value.message.startswith("3 of 4 runs did not end well: run 'name of a' (a) failed")


def test_runs_that_were_all_canceled_raise_run_canceled(wait: Wait) -> None:
    with pytest.raises(RunCanceled):
        list(wait(Runs({"a": ["CANCELING", "FAILED"], "b": ["SUCCEEDED"]}), check=True))


def test_good_ends_pass_the_check(wait: Wait) -> None:
    assert len(list(wait(Runs({"a": ["SUCCEEDED"], "b": ["SKIPPED"]}), check=True))) == 2


def test_changes_of_every_run_are_reported(wait: Wait) -> None:
    seen: list[Any] = []
    server = Runs({"a": ["PENDING", "PENDING", "SUCCEEDED"], "b": ["RUNNING", "DREAMING", "FAILED"]})
    list(wait(server, on_change=lambda run: seen.append((run.run_id, run.state))))
    assert [state for run_id, state in seen if run_id == "a"] == ["PENDING", "SUCCEEDED"]
    assert [state for run_id, state in seen if run_id == "b"] == ["RUNNING", "DREAMING", "FAILED"]


def test_a_page_that_holds_nulls(serve: Any, runs: Any, clock: Clock) -> None:
    page = reply({"runs": [None, {}, {"run_id": "a", "state": "SUCCEEDED"}, None]})
    assert ends(wait_for_runs(runs(serve(page)), ["a"], timeout=60, namespace="team")) == [("a", "SUCCEEDED")]


def test_a_run_is_given_once_though_asked_for_twice(wait: Wait) -> None:
    assert ends(wait(Runs({"a": ["SUCCEEDED"]}), ids=["a", "a"])) == [("a", "SUCCEEDED")]


def test_no_runs_take_no_request(wait: Wait) -> None:
    server = Runs({})
    assert list(wait(server, ids=iter([]), check=True)) == []
    assert server.requests == []


def test_a_run_that_was_given_does_not_hold_the_page_it_came_on(wait: Wait) -> None:
    given = list(wait(Runs(named(200, "SUCCEEDED")), namespace="team"))
    first = weakref.ref(given[0])
    del given[:199]
    gc.collect()
    assert first() is None
    assert given[0]._reply is not None
    assert given[0]._reply.data is None


@pytest.mark.parametrize("ids", ["a", b"a", None, 5, [None], [""], ["a", 5], [V2beta1Run(run_id="a")]])
def test_runs_have_to_be_named(runs: Any, ids: Any) -> None:
    with pytest.raises(ApiTypeError, match="`ids`"):
        wait_for_runs(runs("http://127.0.0.1:1"), ids, timeout=1)


def test_arguments_are_checked_by_the_call_itself(runs: Any) -> None:
    api = runs("http://127.0.0.1:1")
    with pytest.raises(ApiTypeError, match="`timeout`"):
        wait_for_runs(api, ["a"], timeout=None)  # type: ignore[arg-type]
    with pytest.raises(ApiTypeError, match="`namespace`"):
        wait_for_runs(api, ["a"], timeout=1, namespace=5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="timeout"):
        wait_for_runs(api, ["a"])  # type: ignore[call-arg]


def test_a_consumer_that_takes_its_time_gets_what_has_ended(wait: Wait, clock: Clock) -> None:
    found = wait(Runs({"a": ["SUCCEEDED"], "b": ["SUCCEEDED"], "c": ["RUNNING"]}), timeout=60, namespace="team")
    assert next(found).run_id == "a"
    clock.sleep(100)
    assert next(found).run_id == "b"
    with pytest.raises(WaitTimeout):
        next(found)
