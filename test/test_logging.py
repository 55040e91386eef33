# SPDX-License-Identifier: Apache-2.0
"""The application's logging belongs to the application."""

from __future__ import annotations

import contextlib
import copy
import http.client
import logging
from pathlib import Path
from typing import Any

import pytest
from fixtures.servers import page, reply

from kfp_server_api import ApiException, Configuration, V2beta1Run

pytestmark = pytest.mark.usefixtures("loggers_as_they_were")
NAMES = ("", "kfp_server_api", "urllib3", "urllib3.connectionpool", "http.client")


def state() -> Any:
    """Return what a library could have touched."""
    loggers = [logging.getLogger(name) for name in NAMES]
    settings = [(each.level, list(each.handlers), each.propagate, each.disabled, each.filters) for each in loggers]
    return settings, http.client.HTTPConnection.debuglevel, logging.root.manager.disable


def level(name: str) -> int:
    return logging.getLogger(name).level


IMPORT = """
import http.client, logging, urllib3  # whose import adds a NullHandler
logging.getLogger("urllib3").setLevel(logging.INFO)
http.client.HTTPConnection.debuglevel = 1
def state():
    loggers = [logging.getLogger(name) for name in ("", "kfp_server_api", "urllib3", "http.client")]
    return [(each.level, each.handlers[:]) for each in loggers], http.client.HTTPConnection.debuglevel
before = state()
from kfp_server_api import *
ApiClient(Configuration())
V2beta1Run(display_name="r").to_dict()
print(state() == before)
"""


def test_importing_and_making_touches_nothing(python: Any) -> None:
    assert python(IMPORT) == "True\n"


def test_making_a_configuration_touches_nothing() -> None:
    before = state()
    Configuration()
    Configuration(debug=False)
    assert state() == before


def test_making_and_printing_models_touches_nothing() -> None:
    before = state()
    for _ in range(100):
        repr(V2beta1Run(display_name="r"))
    assert state() == before


@pytest.mark.parametrize("answer", [reply({"run_id": "r1"}), reply({}, 500), page(), reply(b"{")])
def test_calls_that_work_and_fail_touch_nothing(serve: Any, runs: Any, answer: Any) -> None:
    service = runs(serve(answer))
    before = state()
    with contextlib.suppress(ApiException):
        service.get_run("r1").to_dict()
    assert state() == before


def test_a_call_prints_nothing(serve: Any, runs: Any, capfd: pytest.CaptureFixture[str]) -> None:
    runs(serve(reply({"run_id": "r1"}))).get_run("r1")
    assert capfd.readouterr() == ("", "")


def test_the_levels_of_the_application_survive_a_configuration() -> None:
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    Configuration()
    assert level("urllib3") == logging.ERROR


def test_debug_lets_the_package_log_at_debug(serve: Any, runs: Any, caplog: pytest.LogCaptureFixture) -> None:
    service = runs(serve(reply({})), debug=True)
    service.get_run("r1")
    assert any(record.name.startswith("kfp_server_api") for record in caplog.records)


def test_debug_stays_on_through_models_clients_and_calls(serve: Any, runs: Any) -> None:
    service = runs(serve(reply({"run_id": "r1"})), debug=True)
    V2beta1Run(display_name="r")
    Configuration()
    service.get_run("r1")
    assert service.api_client.configuration.debug
    assert level("kfp_server_api") == level("urllib3") == logging.DEBUG


def test_debug_set_off_puts_the_levels_back() -> None:
    logging.getLogger("kfp_server_api").setLevel(logging.ERROR)
    before = state()
    configuration = Configuration(debug=True)
    configuration.debug = False
    assert state() == before


def test_debug_set_on_twice_is_undone_by_setting_it_off_once() -> None:
    before = state()
    configuration = Configuration(debug=True)
    configuration.debug = True
    configuration.debug = False
    assert state() == before


def test_debug_of_one_configuration_stays_on_when_another_is_set_off() -> None:
    first, second = Configuration(debug=True), Configuration(debug=True)
    first.debug = False
    assert second.debug
    assert level("kfp_server_api") == logging.DEBUG


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_configurations_undo_what_they_did_in_any_order(order: tuple[int, int]) -> None:
    before = state()
    both = Configuration(debug=True), Configuration(debug=True)
    for each in order:
        both[each].debug = False
    assert state() == before


def test_debug_of_the_original_stays_on_when_its_copy_is_set_off() -> None:
    original = Configuration(debug=True)
    copied = copy.deepcopy(original)
    copied.debug = False
    assert level("kfp_server_api") == logging.DEBUG


def test_debug_leaves_http_client_alone() -> None:
    Configuration(debug=True)
    assert http.client.HTTPConnection.debuglevel == 0


def test_a_log_file_gets_what_is_logged(serve: Any, runs: Any, tmp_path: Path) -> None:
    service = runs(serve(reply({})), debug=True, logger_file=str(tmp_path / "log"))
    service.get_run("r1")
    service.api_client.configuration.logger_file = None
    assert "/apis/v2beta1/runs/r1" in (tmp_path / "log").read_text()


def test_a_log_file_taken_away_leaves_no_handler(tmp_path: Path) -> None:
    before = state()
    configuration = Configuration()
    configuration.logger_file = str(tmp_path / "log")
    configuration.logger_file = None
    assert state() == before


def test_the_format_of_the_log_file_can_be_set(tmp_path: Path) -> None:
    configuration = Configuration()
    configuration.logger_format = "<%(message)s>"
    configuration.logger_file = str(tmp_path / "log")
    logging.getLogger("kfp_server_api").error("hello")
    configuration.logger_file = None
    assert (tmp_path / "log").read_text() == "<hello>\n"
