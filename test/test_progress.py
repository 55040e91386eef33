# SPDX-License-Identifier: Apache-2.0
"""Progress is drawn as bars on a terminal and printed as lines elsewhere."""

from __future__ import annotations

import io
import sys
import types
from collections.abc import Callable
from typing import Any

import pytest
from fixtures.clock import Clock
from fixtures.run_states import Runs

from kfp_server_api import WaitTimeout
from kfp_server_api.waiting import wait_for_run, wait_for_runs

Follow = Callable[..., str]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def follow(serve: Any, runs: Any, monkeypatch: pytest.MonkeyPatch) -> Follow:
    """Wait for the runs of a server and return what standard error got meanwhile."""

    def wait(scripts: dict[str, Any], error: Any = None, timeout: float = 60) -> str:
        file = io.StringIO() if error is None else error
        Clock(monkeypatch)
        monkeypatch.setattr(sys, "stderr", file)
        list(wait_for_runs(runs(serve(Runs(scripts))), scripts, timeout=timeout, progress=True))
        return str(file.getvalue())

    return wait


def at(state: str, *tasks: str) -> dict[str, Any]:
    details = [{"display_name": f"t{number}", "state": task} for number, task in enumerate(tasks)]
    return {"state": state, "run_details": {"task_details": details}}


def test_a_line_is_printed_at_each_change(follow: Follow) -> None:
    states = [
        "PENDING",
        "PENDING",
        at("RUNNING", "RUNNING"),
        at("RUNNING", "SUCCEEDED"),
        at("FAILED", "SUCCEEDED", "FAILED"),
    ]
    assert follow({"r": states}).splitlines() == [
        "run 'name of r' (r): PENDING, tasks done: 0",
        "run 'name of r' (r): RUNNING, tasks done: 0",
        "run 'name of r' (r): RUNNING, tasks done: 1",
        "run 'name of r' (r): FAILED, tasks done: 1",
    ]


def test_lines_tell_runs_apart(follow: Follow) -> None:
    assert len(follow({"a": ["RUNNING", "SUCCEEDED"], "b": ["SUCCEEDED"]}).splitlines()) == 3


def test_a_line_of_a_hostile_server_is_one_line(follow: Follow) -> None:
    [line] = follow({"r": [{"state": "SUCCEEDED", "display_name": "a\x1b[2J\nb" + "c" * 5000}]}).splitlines()
    assert "a?[2J b" in line
    assert len(line) < 400


def test_one_run_is_shown_as_many_are(serve: Any, runs: Any, capsys: pytest.CaptureFixture[str]) -> None:
    wait_for_run(runs(serve(Runs({"r": ["SUCCEEDED"]}))), "r", timeout=60, progress=True)
    assert capsys.readouterr() == ("", "run 'name of r' (r): SUCCEEDED, tasks done: 0\n")


def test_lines_where_tqdm_is_missing(follow: Follow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert follow({"r": ["SUCCEEDED"]}, Terminal()) == "run 'name of r' (r): SUCCEEDED, tasks done: 0\n"


def test_nothing_is_shown_without_a_standard_error(
    serve: Any, runs: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    wait_for_run(runs(serve(Runs({"r": ["SUCCEEDED"]}))), "r", timeout=60, progress=True)
    assert capfd.readouterr().out == ""


def test_a_bar_is_drawn_for_each_run(follow: Follow) -> None:
    pytest.importorskip("tqdm")
    states = ["PENDING", at("RUNNING", "SUCCEEDED", "RUNNING"), at("SUCCEEDED", "SUCCEEDED", "SUCCEEDED")]
    drawn = follow({"a": states, "b": states}, Terminal())
    for run_id in "ab":
        assert f"name of {run_id} {run_id} |" in drawn
    assert "1/2 tasks" in drawn
    assert "2/2 tasks" in drawn
    assert "SUCCEEDED" in drawn


def test_bars_stay_in_the_order_of_the_runs(follow: Follow) -> None:
    pytest.importorskip("tqdm")
    drawn = follow({"a": ["SUCCEEDED"], "b": ["SUCCEEDED"], "c": ["SUCCEEDED"]}, Terminal()).split("name of ")
    assert [part[0] for part in drawn[-3:]] == ["a", "b", "c"]


def test_the_bar_of_a_run_that_failed_is_not_full(follow: Follow) -> None:
    pytest.importorskip("tqdm")
    drawn = follow({"r": [at("FAILED", "SUCCEEDED", "FAILED", "PENDING")]}, Terminal())
    assert drawn.rstrip().endswith("| 1/3 tasks, 00:00, FAILED")


def test_bars_are_closed_when_a_wait_ends_early(follow: Follow) -> None:
    tqdm = pytest.importorskip("tqdm.auto").tqdm
    with pytest.raises(WaitTimeout):
        follow({"a": ["RUNNING"], "b": ["RUNNING"]}, Terminal())
    assert len(tqdm._instances) == 0


def test_a_notebook_is_drawn_to(follow: Follow, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm")
    shell = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    assert "name of r r |" in follow({"r": ["SUCCEEDED"]})


def test_a_shell_of_ipython_is_no_notebook(follow: Follow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: types.SimpleNamespace()))
    assert follow({"r": ["SUCCEEDED"]}) == "run 'name of r' (r): SUCCEEDED, tasks done: 0\n"
