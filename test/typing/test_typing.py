# SPDX-License-Identifier: Apache-2.0
"""Type checkers on code that uses the package."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CHECKERS = {
    "mypy": [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file="],
    "pyright": [sys.executable, "-m", "pyright", "--pythonpath", sys.executable],
}


def test_every_public_name_has_a_known_type(tmp_path: Path) -> None:
    command = [*CHECKERS["pyright"], "--verifytypes", "kfp_server_api", "--ignoreexternal", "--outputjson"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    report = json.loads(done.stdout)["typeCompleteness"]
    assert report["exportedSymbolCounts"]["withKnownType"] > 1000
    assert report["completenessScore"] == 1


def test_the_stubs_say_what_the_code_says(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy.stubtest", "kfp_server_api.api", "--concise"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout


def check(checker: str, file: str, folder: Path) -> str:
    """Return what a checker prints on a copy of a file outside of the repository."""
    copy = folder / file
    copy.write_text((HERE / file).read_text())
    command = [*CHECKERS[checker], str(copy)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False).stdout


@pytest.mark.parametrize("checker", CHECKERS)
def test_right_uses_are_right_and_have_the_types_they_say(checker: str, tmp_path: Path) -> None:
    printed = check(checker, "right.py", tmp_path)
    revealed = r":(\d+)(?::\d+)?(?::| -) (?:note|information): (?:Revealed type is|Type of .* is) \"(.*)\""
    said = {int(line): kind.replace("builtins.", "") for line, kind in re.findall(revealed, printed)}
    wanted = {
        number: line.partition("# ")[2]
        for number, line in enumerate((HERE / "right.py").read_text().splitlines(), 1)
        if line.strip().startswith("reveal_type(")
    }
    assert wanted
    for number, kind in wanted.items():
        assert simple(said.get(number, "nothing")) == kind, f"line {number}"
    assert faults(printed) == set(), printed


@pytest.mark.parametrize("checker", CHECKERS)
def test_every_wrong_use_is_an_error(checker: str, tmp_path: Path) -> None:
    printed = check(checker, "wrong.py", tmp_path)
    lines = (HERE / "wrong.py").read_text().splitlines()
    wanted = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert len(wanted) >= 10
    assert faults(printed) == wanted, printed


def faults(printed: str) -> set[int]:
    """Return the lines that a checker found errors on."""
    return {int(line) for line in re.findall(r":(\d+)(?::\d+)?(?::| -) error", printed)}


def simple(kind: str) -> str:
    """Return a type without module names, as both checkers can write it."""
    kind = re.sub(r"\b(?:\w+\.)+(?=\w)", "", kind)
    return re.sub(r"Union\[(.*), None\]$", r"\1 | None", kind)
