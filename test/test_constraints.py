# SPDX-License-Identifier: Apache-2.0
"""Whatever the tests install is pinned."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEWEST_ON_PURPOSE = "testenv:newest"


def names(lines: list[str]) -> set[str]:
    """Return the packages that lines of requirements name, without tox's conditions in front."""
    found = [re.match(r"(?:[!\w-]+: )?([\w.-]+)", line) for line in lines if line and line[0] not in "#{"]
    return {match[1].lower().replace("_", "-") for match in found if match}


def pins() -> list[str]:
    lines = (ROOT / "test/constraints.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def tox() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "tox.ini")
    return parser


def test_every_pin_is_of_one_version() -> None:
    assert pins()
    assert [line for line in pins() if not re.match(r"[\w.-]+==[\w.]+( ; .+)?$", line)] == []


def test_every_package_that_tox_names_is_pinned() -> None:
    named = {name for section in tox().values() for name in names(section.get("deps", "").splitlines())}
    assert {"pytest", "kedro", "ruff"} <= named
    assert named - names(pins()) == set()


def test_every_dependency_of_the_package_is_pinned() -> None:
    required = (ROOT / "requirements.txt").read_text().splitlines()
    required += re.findall(r'^ +"([^"\n]+)",$', (ROOT / "setup.py").read_text(), re.M)
    assert {"urllib3", "kfp", "starlette"} <= names(required)
    assert names(required) - names(pins()) == set()


def test_every_environment_installs_what_is_pinned() -> None:
    others = {
        section: values["constraints"]
        for section, values in tox().items()
        if "constraints" in values and values["constraints"] != "test/constraints.txt"
    }
    assert others == {NEWEST_ON_PURPOSE: ""}


def test_our_own_package_is_not_pinned() -> None:
    assert "kfp-server-api" not in names(pins())
