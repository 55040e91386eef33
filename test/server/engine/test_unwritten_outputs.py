# SPDX-License-Identifier: Apache-2.0
"""Names of what kfp's executor could not write down, as its process ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kfp_server_api.server.engine.unwritten_outputs import FILE, HOOK

EXECUTOR = """
import json
class Executor:
    def __init__(self, output):
        self.executor_output_path, self.excutor_output = PATH, output
    def handle_single_return_value(self, output_name, value):
        raise ValueError(value)
    def write_executor_output(self, returned=None):
        if returned is not None:
            self.handle_single_return_value("total", returned)
        json.dumps(self.excutor_output)
"""


def ended(folder: Path, code: str) -> tuple[str, str]:
    """Return what a process printed that ended with an exception, and the words that it left."""
    program = f"{HOOK}PATH = {str(folder / 'executor_output.json')!r}\n{EXECUTOR}{code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    words = folder / FILE
    return done.stderr, words.read_text(encoding="utf-8") if words.exists() else ""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("Executor({'parameterValues': {'a': 1, 'b': [2, {3}]}}).write_executor_output()", "its output 'b'"),
        (
            "Executor({'artifacts': {'m': {'artifacts': [{'metadata': {'n': 1, 'loss': {'x': {1}}}}]}}})"
            ".write_executor_output()",
            "'loss' of its output 'm'",
        ),
        ("Executor({'artifacts': {'m': {'artifacts': [{'metadata': {(1, 2): 3}}]}}}).write_executor_output()",
         "its output 'm'"),
        ("loop = []; loop.append(loop); Executor({'parameterValues': {'a': loop}}).write_executor_output()",
         "its output 'a'"),
        ("Executor({}).write_executor_output('x')", "its output 'total'"),
        ("json.dumps({1})", ""),
    ],
    ids=["parameter", "metric", "key", "circle", "returned", "elsewhere"],
)  # fmt: skip
def test_what_could_not_be_written_is_named(tmp_path: Path, code: str, words: str) -> None:
    assert ended(tmp_path, code)[1] == words


def test_the_exception_is_printed_as_ever(tmp_path: Path) -> None:
    printed = ended(tmp_path, "1 / 0")[0]
    assert printed.startswith("Traceback (most recent call last):\n")
    assert printed.endswith("ZeroDivisionError: division by zero\n")
    assert "runpy" not in printed
