# SPDX-License-Identifier: Apache-2.0
"""The one rule for values: numbers, texts and types."""

from __future__ import annotations

from typing import Any

import pytest

from kfp_server_api.server.engine.outcome import TaskError
from kfp_server_api.server.engine.values import as_text, shown, typed, whole

TEXTS = [
    (1, "1"),
    (1.0, "1"),
    (2.5, "2.5"),
    (1472953.0, "1472953"),
    (1e-7, "0.0000001"),
    (1.5e-10, "0.00000000015"),
    (1e21, "1000000000000000000000"),
    (12345678901234567890, "12345678901234567000"),
    (-0.5, "-0.5"),
    (0, "0"),
    (True, "true"),
    (False, "false"),
    (None, ""),
    ("", ""),
    ('it\'s "x"\n', 'it\'s "x"\n'),
    ([1.0, 2.5, None, True, "é"], '[1, 2.5, null, true, "é"]'),
    ({"a": 1.0, "b": {"c": [1e-7]}}, '{"a": 1, "b": {"c": [0.0000001]}}'),
    ([], "[]"),
    ({}, "{}"),
]


@pytest.mark.parametrize(("value", "text"), TEXTS, ids=[text for _, text in TEXTS])
def test_the_text_of_a_value(value: Any, text: str) -> None:
    assert as_text(value) == text
    assert typed("x", value, {"parameterType": "STRING"}) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.0, 3),
        (3.5, 3.5),
        ({"a": [1.0, {"b": 2.0}]}, {"a": [1, {"b": 2}]}),
        (2**53 + 1, 2**53),
        (12345678901234567890, 12345678901234567000),
        (10**21, 1e21),
        (True, True),
        ("3.0", "3.0"),
    ],
)
def test_numbers_are_those_of_a_double(value: Any, expected: Any) -> None:
    assert repr(whole(value)) == repr(expected)


VALUES = {"text": "1", "number": 1, "part": 1.5, "flag": True, "list": [1], "mapping": {"a": 1}, "null": None}
FITTING = {
    "NUMBER_INTEGER": {"number", "part"},
    "NUMBER_DOUBLE": {"number", "part"},
    "BOOLEAN": {"flag"},
    "LIST": {"list"},
    "STRUCT": {"mapping"},
    "STRING": set(VALUES),
    "": set(VALUES),
}


@pytest.mark.parametrize("declared", FITTING)
def test_only_values_of_a_type_fit_it(declared: str) -> None:
    def fit(value: Any) -> bool:
        try:
            typed("x", value, {"parameterType": declared})
        except TaskError as error:
            assert str(error) == f"x must be {declared}, not {shown(value)}"
            return False
        return True

    assert {name for name, value in VALUES.items() if fit(value)} == FITTING[declared]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_has_not_fits_no_number(value: float) -> None:
    with pytest.raises(TaskError, match=r"x must be NUMBER_DOUBLE, not (NaN|Infinity)"):
        typed("x", value, {"parameterType": "NUMBER_DOUBLE"})


def test_a_long_value_is_cut_in_an_error() -> None:
    assert len(shown(list(range(1000)))) < 210
