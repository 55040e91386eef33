# SPDX-License-Identifier: Apache-2.0
"""The index of the docs, of the zoo's spec and of a few pages written by hand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ZOO = Path(__file__).with_name("zoo.yaml")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("zoo")
    (folder / "docs/guides").mkdir(parents=True)
    (folder / "docs/visiting.md").write_text("# Visiting a zoo\n\nBy day.\n")
    (folder / "docs/guides/feeding.md").write_text("# Feeding\n")
    command = [sys.executable, "-m", "generator", "--spec", str(ZOO), "--out", str(folder)]
    for _ in range(2):  # the second time the generated pages are there
        subprocess.run(command, cwd=ROOT, check=True, timeout=60, stdout=subprocess.DEVNULL)
    return (folder / "docs/README.md").read_text()


def section(index: str, title: str) -> str:
    return index.partition(f"## {title}\n")[2].partition("\n## ")[0].strip()


def test_guides_stand_by_their_title(index: str) -> None:
    assert section(index, "Guides") == "- [Feeding](guides/feeding.md)\n- [Visiting a zoo](visiting.md)"


def test_every_service_is_linked(index: str) -> None:
    services = re.findall(r"^\[(\w+)\]\(\1\.md\) \| (.+)$", section(index, "Services"), re.M)
    assert services == [("ZooServiceApi", "Animals."), ("FarmServiceApi", "Animals too.")]


def models(index: str, service: str) -> list[str]:
    listed = section(index, "Models by service").partition(f"**{service}**:\n")[2].partition("\n\n")[0]
    return re.findall(r"\[(\w+)\]", listed)


def test_a_service_has_the_models_and_enums_that_its_operations_lead_to(index: str) -> None:
    assert models(index, "ZooServiceApi") == ["Animal", "Herd", "Mood"]


def test_models_that_no_operation_leads_to_stand_last(index: str) -> None:
    assert models(index, "Other") == ["Flock"]
