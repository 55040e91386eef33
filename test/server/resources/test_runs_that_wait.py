# SPDX-License-Identifier: Apache-2.0
"""Runs of a server that starts none: `parallel_runs=0`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fixtures.calling import Caller, pipeline

from kfp_server_api.server import LocalServer


@pytest.fixture(scope="module")
def call() -> Iterator[Caller]:
    """Call a server that starts no run."""
    with LocalServer(parallel_runs=0) as server:
        yield Caller(server.url)


@pytest.fixture
def run(call: Caller) -> dict[str, Any]:
    """A new run."""
    made: dict[str, Any] = call("POST", "/runs", {"display_name": "r", "pipeline_spec": pipeline("true")}).json
    return made


def state_of(call: Caller, run: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the state of a run, and those of its history."""
    now = call("GET", f"/runs/{run['run_id']}").json
    return now["state"], [entry["state"] for entry in now["state_history"]]


def test_a_run_is_accepted_and_waits(call: Caller, run: dict[str, Any]) -> None:
    assert state_of(call, run) == ("PENDING", ["PENDING"])


def test_a_run_that_is_terminated_stays_canceling(call: Caller, run: dict[str, Any]) -> None:
    call("POST", f"/runs/{run['run_id']}:terminate")
    assert state_of(call, run) == ("CANCELING", ["PENDING"])


def test_a_run_can_be_deleted(call: Caller, run: dict[str, Any]) -> None:
    call("DELETE", f"/runs/{run['run_id']}")
    assert call("GET", f"/runs/{run['run_id']}").status == 404


def test_the_order_by_a_metric_that_no_run_has_is_for_one_page(call: Caller, run: dict[str, Any]) -> None:
    call("POST", "/runs", {"display_name": "another", "pipeline_spec": pipeline("true")})
    assert call("GET", "/runs", sort_by="metric:A-b", page_size=100).status == 200
    refused = call("GET", "/runs", sort_by="metric:A-b desc", page_size=1)
    assert (refused.status, refused.message) == (400, 'cannot sort by field "a-b" on type "Run"')


@pytest.mark.parametrize("sort", ["metric", "tags.x", "metrics:x"])
def test_what_only_begins_like_a_metric_is_no_field(call: Caller, sort: str) -> None:
    assert call("GET", "/runs", sort_by=sort).message == f'Invalid sorting field: "{sort}" on listable type Run'
