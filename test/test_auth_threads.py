# SPDX-License-Identifier: Apache-2.0
"""One thread fetches credentials, for all; none is held by a fetch beyond its deadline."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fixtures.credentials import counted
from fixtures.dex import Tokens
from fixtures.servers import Peer, Request, later, reply

from kfp_server_api import (
    ApiTimeoutError,
    AuthenticationError,
    RunServiceApi,
    auth,
)

RUN = reply({"run_id": "r1"})


def first_refused(refusal: Any) -> Any:
    def respond(request: Request, peer: Peer) -> bool:
        return (RUN if request.header("authorization") == "Bearer t2" else refusal)(request, peer)

    return respond


@pytest.mark.parametrize("calls", [1, 3, 16, 50])
def test_a_token_that_dies_every_few_calls_is_no_error_to_sixteen_threads(serve: Any, runs: Any, calls: int) -> None:
    all_calls, tokens = 160, Tokens(calls)
    service = runs(serve(tokens), auth=tokens.fetch, connection_pool_maxsize=16)
    with ThreadPoolExecutor(16) as threads:
        got = list(threads.map(lambda n: service.get_run(str(n)).run_id, range(all_calls)))
    assert got == [str(n) for n in range(all_calls)]
    assert tokens.fetched == math.ceil(all_calls / calls)


def test_a_token_that_dies_every_few_calls_is_no_error_to_writes(serve: Any, runs: Any) -> None:
    tokens = Tokens(3)
    service = runs(serve(tokens), auth=tokens.fetch)
    for _ in range(10):
        assert service.create_run({"display_name": "r"}).run_id == "runs"
    assert tokens.fetched == 4


def test_sixteen_threads_with_a_bad_token_send_two_requests_each(serve: Any, runs: Any) -> None:
    server = serve(reply({}, 401))
    service = runs(server, auth=lambda: "bad")

    def call(_: int) -> type:
        with pytest.raises(AuthenticationError) as caught:
            service.get_run("r1")
        return caught.type

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(call, range(16)))
    assert 16 < len(server.requests) <= 32


def test_what_refuses_one_call_alone_does_not_stop_others(serve: Any, runs: Any) -> None:
    def answer(request: Request, peer: Peer) -> bool:
        return (reply({}, 401) if request.path.endswith("bad") else RUN)(request, peer)

    service = runs(serve(answer), auth=counted()[0])

    def call(n: int) -> bool:
        if n % 2:
            return bool(service.get_run("good").run_id)
        with pytest.raises(AuthenticationError):
            service.get_run("bad")
        return True

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(call, range(40)))


def test_threads_that_are_refused_at_once_share_one_renewal(serve: Any, runs: Any) -> None:
    everybody = threading.Barrier(8)
    fetch, given = counted()

    def answer(request: Request, peer: Peer) -> bool:
        if request.header("authorization") == "Bearer t1":
            everybody.wait(20)
            return reply({}, 401)(request, peer)
        return RUN(request, peer)

    service = runs(serve(answer), auth=fetch)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: service.get_run("r1"), range(8)))
    assert given == ["t1", "t2"]


def test_clients_with_the_same_source_share_what_it_gave(serve: Any, connect: Any, tmp_path: Any) -> None:
    script = tmp_path / "count"
    source = auth.Command(["sh", "-c", f"echo x >> {script}; echo token"])
    server = serve(RUN)
    for _ in range(2):
        RunServiceApi(connect(server, auth=source)).get_run("r1")
    assert script.read_text() == "x\n"


def test_a_renewal_that_hangs_does_not_hold_a_call_with_a_deadline(serve: Any, runs: Any) -> None:
    stop = threading.Event()
    service = runs(serve(RUN), auth=lambda: "t" if stop.wait(30) else "")
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(service.get_run, "r1", _deadline=0.3) for _ in range(4)]
        for each in waiting:
            with pytest.raises(ApiTimeoutError, match="while waiting for the callable"):
                each.result(20)
    stop.set()
    assert service.get_run("r1", _deadline=20).run_id == "r1"


def test_a_renewal_that_hangs_after_a_refusal_does_not_hold_a_call_with_a_deadline(serve: Any, runs: Any) -> None:
    stop = threading.Event()
    fetch, given = counted()
    service = runs(serve(first_refused(reply({}, 401))), auth=lambda: fetch() if not given or stop.wait(30) else "")
    with pytest.raises(ApiTimeoutError, match=r"the deadline of 0\.3 s has passed while waiting for the callable"):
        service.get_run("r1", _deadline=0.3)
    stop.set()
    assert service.get_run("r1", _deadline=20).run_id == "r1"


def test_a_call_without_a_deadline_does_not_hold_one_with_a_deadline(serve: Any, runs: Any) -> None:
    stop, begun = threading.Event(), threading.Event()

    def fetch() -> str:
        begun.set()
        stop.wait(30)
        return "t"

    service = runs(serve(RUN), auth=fetch)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(service.get_run, "r1")
        assert begun.wait(20)
        with pytest.raises(ApiTimeoutError):
            service.get_run("r1", _deadline=0.3)
        stop.set()
        assert first.result(20).run_id == "r1"


def test_a_slow_first_request_with_a_renewed_token_does_not_hold_a_call_with_a_deadline(serve: Any, runs: Any) -> None:
    begun = threading.Event()

    def answer(request: Request, peer: Peer) -> bool:
        if request.header("authorization") == "Bearer t1":
            return reply({}, 401)(request, peer)
        begun.set()
        return later(1.5, RUN)(request, peer)

    service = runs(serve(answer), auth=counted()[0])
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(service.get_run, "r1")
        assert begun.wait(20)
        with pytest.raises(ApiTimeoutError):
            service.get_run("r1", _deadline=0.3)
        assert first.result(20).run_id == "r1"


def test_a_callable_that_exits_is_an_error_and_not_tried_for_ever(serve: Any, runs: Any) -> None:
    def fetch() -> str:
        raise SystemExit(3)

    service = runs(serve(RUN), auth=fetch)
    with pytest.raises(AuthenticationError, match="without a credential"):
        service.get_run("r1", _deadline=20)
    with pytest.raises(SystemExit):
        service.get_run("r1")
