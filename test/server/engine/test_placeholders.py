# SPDX-License-Identifier: Apache-2.0
"""Placeholders, where a cluster fills them and where it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kfp_server_api.server.engine import placeholders
from kfp_server_api.server.engine.events import RunFacts

FACTS: RunFacts = {"display_name": "my run", "created_at": 1767962096, "scheduled_at": None}
RUN = placeholders.of_run(FACTS, "ab12cd34-0", "my-pipeline", "/ws")
TABLE = {**RUN, **placeholders.of_task("step", "id-1")}
INPUTS = placeholders.of_parameters({"n": 1472953.0, "text": "{{$.inputs.parameters['n']}}"})


@pytest.mark.parametrize(
    ("constant", "expected"),
    [
        ("{{$.pipeline_job_name}}", "my run"),
        ("{{$.pipeline_job_resource_name}}", "my-pipeline-ab12c"),
        ("{{$.pipeline_job_uuid}}", "ab12cd34-0"),
        ("{{$.pipeline_task_name}}", "step"),
        ("{{$.pipeline_task_uuid}}", "id-1"),
        ("{{$.pipeline_job_create_time_utc}}", "2026-01-09T12:34:56Z"),
        ("{{$.pipeline_job_schedule_time_utc}}", "2026-01-09T12:34:56Z"),
        ("{{$.workspace_path}}/a/{{$.workspace_path}}", "/ws/a//ws"),
        ("{{$.pipeline_root}}", "{{$.pipeline_root}}"),
        ("run {{$.pipeline_job_name}}", "run {{$.pipeline_job_name}}"),
        ("{{$.pipeline_job_name}} ", "{{$.pipeline_job_name}} "),
        (["{{$.pipeline_job_name}}"], ["{{$.pipeline_job_name}}"]),
        (3, 3),
    ],
)
def test_a_constant_that_is_a_placeholder_is_its_text(constant: Any, expected: Any) -> None:
    assert placeholders.constant(constant, TABLE) == expected


def test_a_run_that_was_to_start_at_a_time_says_that() -> None:
    table = placeholders.of_run({**FACTS, "scheduled_at": 0}, "id", "p", "/ws")
    assert table["{{$.pipeline_job_schedule_time_utc}}"] == "1970-01-01T00:00:00Z"


def command(*parts: str, given: tuple[str, ...] = ()) -> list[str]:
    return placeholders.command(list(parts), INPUTS, given, "/ws")[0]


def test_a_command_is_filled_once() -> None:
    text = "{{$.inputs.parameters['text']}} {{$.inputs.parameters['n']}}"
    assert command(text, "{{$.pipeline_job_name}}") == [
        "{{$.inputs.parameters['n']}} 1472953",
        "{{$.pipeline_job_name}}",
    ]


def test_the_workspace_of_a_command_is_the_folder_here() -> None:
    assert command("{{$.workspace_path}}/a", "cat /kfp-workspace/b") == ["/ws/a", "cat /ws/b"]


@pytest.mark.parametrize(("given", "expected"), [(("n",), ["run", "--n", "n=1472953"]), ((), ["run", "none"])])
def test_parts_of_a_command_depend_on_what_is_given(given: tuple[str, ...], expected: list[str]) -> None:
    joined = {"Concat": ["n=", "{{$.inputs.parameters['n']}}"]}
    choice = {"IfPresent": {"InputName": "n", "Then": ["--n", joined], "Else": ["none"]}}
    assert command("run", json.dumps(choice), given=given) == expected


def test_what_stays_in_a_command_is_known_but_for_parts_that_are_not_taken() -> None:
    choice = json.dumps({"IfPresent": {"InputName": "o", "Then": "{{$.inputs.parameters['o']}}"}})
    parts = [choice, "{{$.inputs.parameters['n']}} {{$.workspace_path}} {{$.pipeline_root}}"]
    assert placeholders.command(parts, INPUTS, (), "/ws")[1] == ["{{$.pipeline_root}}"]


def test_a_part_without_alternative_is_left_out() -> None:
    assert command(json.dumps({"IfPresent": {"InputName": "n", "Then": "x"}}), "y") == ["y"]


def test_what_is_left_is_found_wherever_it_stands() -> None:
    value = {"a": ["{{$}} {{$.pipeline_job_name}}"], "{{retries}}": "{{$}}", "n": "{{$.inputs.parameters['n']}} {{x}}"}
    assert placeholders.left(value, INPUTS) == ["{{retries}}", "{{$}}", "{{$.pipeline_job_name}}"]
