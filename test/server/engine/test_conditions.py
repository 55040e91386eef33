# SPDX-License-Identifier: Apache-2.0
"""Trigger conditions as the kfp compiler writes them."""

from __future__ import annotations

from typing import Any

import pytest

from kfp_server_api.server.engine.conditions import ConditionError, evaluate

VALUES = {"n": 5.0, "word": "it's ! && ||", "yes": True, "ratio": 0.5, "text": "true", "two": "2.5", "none": None}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("int(inputs.parameter_values['n']) == 5", True),
        ("int(inputs.parameter_values['n']) != 5", False),
        ("int(inputs.parameter_values['n']) > 4 && inputs.parameter_values['ratio'] <= 0.5", True),
        ("!(int(inputs.parameter_values['n']) > 4) && inputs.parameter_values['yes'] == true", False),
        ("!(int(inputs.parameter_values['n']) < 4) || inputs.parameter_values['yes'] == false", True),
        ("inputs.parameter_values['word'] == \"it's ! && ||\"", True),
        ("inputs.parameter_values['yes'] == true", True),
        ("double(inputs.parameter_values['n']) >= 5.0", True),
        ("int(inputs.parameter_values['n']) > -1", True),
        ("bool(inputs.parameter_values['text']) == true", True),
        ("string(inputs.parameter_values['yes']) == 'true'", True),
        ("inputs.parameter_values['text'] in ['false', 'true']", True),
        ("int(inputs.parameter_values['ratio']) == 0", True),
        ("double(inputs.parameter_values['two']) > 2", True),
        ("inputs.parameter_values['yes'] == 1", False),
        ("inputs.parameter_values['yes'] != 'true'", True),
        ("inputs.parameter_values['n'] == '5'", False),
        ("inputs.parameter_values['none'] == null", True),
        ("inputs.parameter_values['absent'] == 1 && false", False),
        ("inputs.parameter_values['absent'] == 1 || true", True),
        ("string(inputs.parameter_values['n']) == '5'", True),
        (r"inputs.parameter_values['text'] == 't\x72\X75\145'", True),
        (r"""inputs.parameter_values['word'] == 'it\'s \u0021 && ||'""", True),
        (r"'\?\`\\' == '?`\\'", True),
        ("1 ==\n1", True),
    ],
)
def test_a_condition_is_computed(condition: str, expected: bool) -> None:
    assert evaluate(condition, VALUES) is expected


@pytest.mark.parametrize(
    "condition",
    [
        "inputs.parameter_values['absent'] == 1",
        "__import__('os').getcwd() == ''",
        "inputs.other['n'] == 1",
        "inputs.parameter_values['n'] ==",
        "inputs.parameter_values['n'] > 'word'",
        "n == 5",
        "inputs.parameter_values['yes'] > 0",
        "inputs.parameter_values['word']",
        "inputs.parameter_values['n'] && true",
        "int(inputs.parameter_values['word']) == 1",
        "int(inputs.parameter_values['yes']) == 1",
        "bool(inputs.parameter_values['n'])",
        r"inputs.parameter_values['word'] == 'C:\data'",
        r"inputs.parameter_values['word'] == 'C:\N{DIGIT ONE}'",
        "inputs.parameter_values['word'] == 'a\nb'",
        "1 < 2 < 3",
        "",
    ],
)
def test_anything_else_is_an_error(condition: Any) -> None:
    with pytest.raises(ConditionError):
        evaluate(condition, VALUES)
