# SPDX-License-Identifier: Apache-2.0
"""The example pipeline and its compiled form."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

pytest.importorskip("kfp")

from fixtures.running import Ran, compiled, read, run

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "pipelines" / "report.py"


def without_versions(text: str) -> str:
    """Blank out the version of kfp that compiled a pipeline."""
    return re.sub(r"kfp(==|-)\d+\.\d+\.\d+", r"kfp\1VERSION", text)


def test_the_compiled_form_is_that_of_the_source(tmp_path: Path) -> None:
    compiled(runpy.run_path(str(EXAMPLE))["measurement_report"], tmp_path)
    fresh = (tmp_path / "compiled.yaml").read_text(encoding="utf-8")
    kept = EXAMPLE.with_suffix(".yaml").read_text(encoding="utf-8")
    assert without_versions(kept) == without_versions(fresh)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run of the example with its defaults."""
    return run(read(EXAMPLE.with_suffix(".yaml")), tmp_path_factory.mktemp("example"))


def test_its_defaults_give_the_known_answer(ran: Ran) -> None:
    assert ran.outputs == {
        "mean": 20.0181,
        "report": "Measurements: mean 20.02 (95 % between 19.86 and 20.17) "
        "from 975 of 1000 values, 25 dropped as faulty",
    }


def test_its_parameters_matter(tmp_path: Path) -> None:
    spec = read(EXAMPLE.with_suffix(".yaml"))
    outputs = run(spec, tmp_path, count=200, seed=3, resamples=100, title="Other").outputs
    assert outputs["report"].startswith("Other: mean ")
    assert " of 200 values, " in outputs["report"]
    assert outputs["mean"] == pytest.approx(20, abs=1)


def test_its_steps_run_as_a_chain(ran: Ran) -> None:
    names = [event["name"] for event in ran.events if event.get("name") and event["state"] == "SUCCEEDED"]
    assert names == ["simulate", "clean", "estimate", "write-report"]
