# SPDX-License-Identifier: Apache-2.0
"""Macros in the parameters of a run."""

from __future__ import annotations

from typing import Any

import pytest

from kfp_server_api.server.engine.events import RunFacts
from kfp_server_api.server.engine.macros import replaced

FACTS: RunFacts = {"display_name": "r", "created_at": 1767962096, "scheduled_at": 1709251205}  # 2026-01-09, 2024-03-01


def expanded(value: Any, **facts: Any) -> Any:
    return replaced(value, {**FACTS, **facts}, "run-1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a [[RunUUID]] b", "a run-1 b"),
        ("[[CurrentTime]]", "20260109123456"),
        ("[[ScheduledTime]]", "20240301000005"),
        ("[[CurrentTime.2006-01-02]] [[ScheduledTime.15:04:05]]", "2026-01-09 00:00:05"),
        ("[[CurrentTime.Mon, 2 Jan 2006 15:04:05 MST]]", "Fri, 9 Jan 2026 12:34:56 UTC"),
        ("[[CurrentTime.2006-01-02T15:04:05Z07:00]]", "2026-01-09T12:34:56Z"),
        ("[[CurrentTime.January _2 06 3:4 PM -0700]]", "January  9 26 12:34 PM +0000"),
        ("[[CurrentTime.2006_002]]", "2026_009"),
        ("{{$.currentTime.strftime('%Y/%m/%d %H')}}", "2026/01/09 12"),
        ("{{$.scheduledTime.strftime('%s')}}", "1709251205"),
        ("[[Index]] [[x]] {{$.inputs.parameters['a']}} {{$}}", "[[Index]] [[x]] {{$.inputs.parameters['a']}} {{$}}"),
        ("{{workflow.name}}", "{{workflow.name}}"),
    ],
)
def test_macros_in_text_are_replaced(text: str, expected: str) -> None:
    assert expanded(text) == expected


def test_a_time_that_nobody_said_stays() -> None:
    text = "[[ScheduledTime]] {{$.scheduledTime.strftime('%Y')}} [[CurrentTime.2006]]"
    assert expanded(text, scheduled_at=None) == "[[ScheduledTime]] {{$.scheduledTime.strftime('%Y')}} 2026"


def test_text_inside_values_is_replaced_and_nothing_else() -> None:
    value = {"[[RunUUID]]": ["[[RunUUID]]", 1, None, {"x": "[[RunUUID]]"}], "n": 1.5}
    assert expanded(value) == {"[[RunUUID]]": ["run-1", 1, None, {"x": "run-1"}], "n": 1.5}


def test_macros_are_replaced_once() -> None:
    assert replaced("[[RunUUID]]", FACTS, "[[CurrentTime]]") == "[[CurrentTime]]"
