# SPDX-License-Identifier: Apache-2.0
"""Tables of the generator about hand-written modules, which it does not import, are right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import kfp_server_api
from kfp_server_api import _service, exceptions
from kfp_server_api._model import Model

ROOT = Path(__file__).parents[2]
PRINT = """
import json
from generator import names, render
tables = {name: value for name, value in {**vars(names), **vars(render)}.items() if name.isupper()}
print(json.dumps(tables, default=sorted))
"""


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", PRINT], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return dict(json.loads(done.stdout))


def public(thing: Any) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def test_the_written_names_are_all_exceptions_and_two_classes(tables: dict[str, Any]) -> None:
    modules = dict.fromkeys(exceptions.__all__, "exceptions")
    assert tables["WRITTEN"] == {**modules, "ApiClient": "api_client", "Configuration": "configuration"}


def test_every_written_name_is_where_it_is_said_to_be(tables: dict[str, Any]) -> None:
    for name, module in tables["WRITTEN"].items():
        assert getattr(kfp_server_api, name).__module__ == f"kfp_server_api.{module}"


def test_documented_errors_are_those_that_are_raised(tables: dict[str, Any]) -> None:
    raised = {str(status): kind.__name__ for status, kind in exceptions._BY_STATUS.items()}
    assert tables["STATUS_ERRORS"] == raised


def test_no_field_can_have_a_name_of_the_model_itself(tables: dict[str, Any]) -> None:
    assert set(tables["OF_MODELS"]) == public(Model)


def test_no_operation_can_have_a_name_of_the_service_itself(tables: dict[str, Any]) -> None:
    own = {name.lstrip("_") for name in dir(_service.Service) if not name.startswith("__")}
    own |= set(vars(kfp_server_api.RunServiceApi(kfp_server_api.ApiClient())))
    assert set(tables["OF_SERVICES"]) == own


def test_no_parameter_can_have_the_name_of_an_option(tables: dict[str, Any]) -> None:
    options = {name for name in _service._OPTIONS if not name.startswith("_")}
    assert set(tables["OF_CALLS"]) == {"self", "options"} | options


def test_the_server_of_the_spec_is_the_one_that_clients_call_unless_told() -> None:
    spec = yaml.safe_load((ROOT / "spec" / "kfp.yaml").read_text(encoding="utf-8"))
    assert [server["url"] for server in spec["servers"]] == [kfp_server_api.Configuration().host]
