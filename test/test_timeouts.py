# SPDX-License-Identifier: Apache-2.0
"""Values of `_request_timeout` and `Configuration.timeout`, and that calls end when they say."""

from __future__ import annotations

import time
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
import urllib3
from fixtures.ports import black_hole
from fixtures.servers import later, reply, silence_after

from kfp_server_api import ApiTimeoutError, ApiValueError, V2beta1Run

RUN = V2beta1Run(display_name="r")
SHORT: dict[str, Any] = {
    "float": 0.3,
    "timedelta": timedelta(milliseconds=300),
    "pair": (5, 0.3),
    "list": [5, 0.3],
    "pair without connect": (None, 0.3),
    "pair of timedeltas": (timedelta(seconds=5), timedelta(milliseconds=300)),
    "urllib3, total": urllib3.Timeout(total=0.3),
    "urllib3, read": urllib3.Timeout(connect=5, read=0.3),
    "int": 1,
}
BAD: dict[str, Any] = {
    "text": "5",
    "three": (1, 2, 3),
    "one": (1,),
    "none": (),
    "negative": -1,
    "zero": 0,
    "zero float": 0.0,
    "not a number": float("nan"),
    "truth value": True,
    "False": False,
    "object": object(),
    "dict": {"read": 1},
    "negative timedelta": timedelta(seconds=-1),
    "pair of text": ("1", 1),
    "pair with zero": (0, 1),
    "pair with a negative": (1, -1),
    "pair with a truth value": (True, 1),
    "fraction": Fraction(1, 2),
    "bytes": b"5",
    "two letters": "12",
}


@pytest.mark.parametrize("timeout", SHORT.values(), ids=SHORT)
def test_a_call_ends_when_its_timeout_says(serve: Any, runs: Any, timeout: Any) -> None:
    service = runs(serve(silence_after()), timeout=None)
    start = time.monotonic()
    with pytest.raises(ApiTimeoutError):
        service.create_run(RUN, _request_timeout=timeout)
    assert 0.2 < time.monotonic() - start < 2


@pytest.mark.parametrize("timeout", SHORT.values(), ids=SHORT)
def test_a_client_wide_timeout_takes_the_same(serve: Any, runs: Any, timeout: Any) -> None:
    service = runs(serve(silence_after()), timeout=timeout)
    with pytest.raises(ApiTimeoutError):
        service.create_run(RUN)


@pytest.mark.parametrize("timeout", BAD.values(), ids=BAD)
def test_any_other_timeout_is_an_api_value_error(serve: Any, runs: Any, timeout: Any) -> None:
    server = serve(reply({}))
    with pytest.raises(ApiValueError, match="_request_timeout"):
        runs(server).get_run("r1", _request_timeout=timeout)
    assert server.requests == []


@pytest.mark.parametrize("timeout", BAD.values(), ids=BAD)
def test_any_other_client_wide_timeout_is_an_api_value_error(serve: Any, runs: Any, timeout: Any) -> None:
    server = serve(reply({}))
    with pytest.raises(ApiValueError, match=r"`Configuration\.timeout`"):
        runs(server, timeout=timeout).get_run("r1")
    assert server.requests == []


def test_a_connect_timeout_is_kept(runs: Any) -> None:
    with black_hole() as url:
        start = time.monotonic()
        with pytest.raises(ApiTimeoutError):
            runs(url, retries=False).get_run("r1", _request_timeout=(0.3, 60))
        assert time.monotonic() - start < 3


def test_a_pair_without_read_waits_for_the_answer(serve: Any, runs: Any) -> None:
    service = runs(serve(later(0.5, reply({"run_id": "r1"}))), timeout=0.2)
    assert service.get_run("r1", _request_timeout=(5, None)).run_id == "r1"


def test_the_timeout_of_a_call_wins_over_the_clients(serve: Any, runs: Any) -> None:
    service = runs(serve(later(0.5, reply({"run_id": "r1"}))), timeout=0.2, retries=False)
    assert service.get_run("r1", _request_timeout=5).run_id == "r1"


def test_none_takes_the_clients_timeout(serve: Any, runs: Any) -> None:
    service = runs(serve(silence_after()), timeout=0.3)
    with pytest.raises(ApiTimeoutError):
        service.create_run(RUN, _request_timeout=None)


def test_the_clients_timeout_is_read_on_every_call(serve: Any, runs: Any) -> None:
    service = runs(serve(silence_after()))
    service.api_client.configuration.timeout = 0.3
    with pytest.raises(ApiTimeoutError):
        service.create_run(RUN)


def test_a_new_configuration_never_waits_without_end() -> None:
    from kfp_server_api import Configuration

    connect, read = Configuration().timeout
    assert 0 < connect < read < 3600


def test_a_float_below_a_second_is_not_ignored(serve: Any, runs: Any) -> None:
    start = time.monotonic()
    with pytest.raises(ApiTimeoutError):
        runs(serve(later(3, reply({}))), retries=False).get_run("r1", _request_timeout=0.5)
    assert time.monotonic() - start < 1.5


def test_a_timeout_holds_in_async_calls(serve: Any, runs: Any) -> None:
    with pytest.raises(ApiTimeoutError):
        runs(serve(silence_after())).create_run(RUN, _request_timeout=0.3, async_req=True).get(20)
