# SPDX-License-Identifier: Apache-2.0
"""Numbers, texts and times at the edges of what JSON and the API have."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from fixtures.calling import Caller, pipeline

from kfp_server_api.server import LocalServer
from kfp_server_api.server.json_safe import json_safe
from kfp_server_api.server.store.tables import runs


@pytest.fixture(scope="module")
def parallel_runs() -> int:
    return 2


def body(**fields: Any) -> bytes:
    return json.dumps({"display_name": "r", "pipeline_spec": pipeline("true"), **fields}).encode()


def giving(text: str, kind: str) -> dict[str, Any]:
    """Return a pipeline with one task, whose output `o` is a text that is read as `kind`."""
    spec = pipeline(f"mkdir -p $(dirname $0); printf '%s' '{text}' > $0", name="giving")
    container = spec["deploymentSpec"]["executors"]["exec-step"]["container"]
    container["args"].append("{{$.outputs.parameters['o'].output_file}}")
    declared = {"parameters": {"o": {"parameterType": kind}}}
    spec["components"]["comp-step"]["outputDefinitions"] = spec["root"]["outputDefinitions"] = declared
    source = {"valueFromParameter": {"producerSubtask": "step", "outputParameterKey": "o"}}
    spec["root"]["dag"]["outputs"] = {"parameters": {"o": source}}
    return spec


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"NaN", b"Infinity", b"9" * 400, b"9" * 5000])
def test_a_number_beyond_json_is_refused(call: Caller, number: bytes) -> None:
    sent = body(runtime_config={"parameters": {"x": 7777}}).replace(b"7777", number)
    assert call("POST", "/runs", sent).status == 400
    assert call("GET", "/runs").status == 200


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_time_that_its_offset_takes_out_of_the_years_is_refused(call: Caller, text: str) -> None:
    assert call("POST", "/runs", body(scheduled_at=text)).status == 400
    assert call("GET", "/runs").status == 200


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [("NaN", "NUMBER_DOUBLE", "NaN"), ("-Infinity", "NUMBER_DOUBLE", "-Infinity")],
)
def test_an_output_beyond_json_is_shown_as_text(call: Caller, text: str, kind: str, shown: Any) -> None:
    run_id = call("POST", "/runs", body(pipeline_spec=giving(text, kind))).json["run_id"]
    run = call.wait(run_id)
    assert run["state"] == "SUCCEEDED", run
    assert run["plugins_output"]["local"]["entries"]["o"]["value"] == shown
    assert call("GET", "/runs").status == 200


@pytest.mark.parametrize(("text", "kind"), [("1e999", "NUMBER_DOUBLE"), ("[-1e999]", "LIST")])
def test_an_output_of_a_number_that_is_too_large_fails_its_run(call: Caller, text: str, kind: str) -> None:
    run = call.wait(call("POST", "/runs", body(pipeline_spec=giving(text, kind))).json["run_id"])
    assert run["error"]["message"].startswith(f"task 'step' failed: its output 'o' must be {kind}, not {text!r}")


def test_an_output_with_half_a_surrogate_pair_ends_its_run_and_spoils_no_list(call: Caller) -> None:
    run_id = call("POST", "/runs", body(pipeline_spec=giving('["\\ud800"]', "LIST"))).json["run_id"]
    call.wait(run_id)
    assert call("GET", "/runs").status == 200


def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert json_safe(["a\ud800"]) == ["a?"]


def test_one_row_beyond_json_spoils_no_list(server: LocalServer, call: Caller) -> None:
    run_id = call("POST", "/runs", body()).json["run_id"]
    call.wait(run_id)
    assert server.db
    poisoned = {"runtime_config": {"parameters": {"x": float("nan")}}, "scheduled_at": -(10**12)}
    engine = sa.create_engine(f"sqlite:///{server.db}")
    with engine.begin() as connection:
        connection.execute(runs.update().where(runs.c.run_id == run_id).values(**poisoned))
    engine.dispose()
    run = call("GET", f"/runs/{run_id}").json
    assert run["runtime_config"]["parameters"] == {"x": "NaN"}
    assert run["scheduled_at"] == "0001-01-01T00:00:00Z"
    assert call("GET", "/runs").status == 200


def test_sound_changes_nothing_that_json_has() -> None:
    value = {"a": [1, 1.5, "ü😀", None, True, {}]}
    assert json_safe(value) == value
