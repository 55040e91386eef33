# SPDX-License-Identifier: Apache-2.0
"""Every code block of README and docs runs, against a real local server."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kfp_server_api._version import __version__
from kfp_server_api.server import LocalServer

ROOT = Path(__file__).parents[2]
ELSEWHERE = {"kedro.md"}  # test/kedro runs it, against Kedro's server
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("**/*.md"))]
SPEED = ROOT / "docs/performance.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)

SHELL = {
    'python3 -m venv .venv && .venv/bin/python -m pip install ".[server]" && .venv/bin/python examples/quickstart.py': (
        "test_the_quickstart below"
    ),
    "python3 -m venv .venv && .venv/bin/python -m pip install -c test/constraints.txt tox tox-uv"
    " && .venv/bin/tox run-parallel --parallel 3": "what runs this test",
    "python -m kfp_server_api.server --port 8888 --db kfp.db": "test/server/test_command.py",
    "python -m kfp_server_api doctor --host http://localhost:8888": "test/server/test_doctor.py",
    "python -m generator": "tox's `generated`",
    "python -m generator --check": "tox's `generated`",
    "python -m benchmarks": "too long for a test; test/test_counts.py",
    "pip install .": "every environment of tox",
}


def blocks(page: Path, language: str) -> list[str]:
    return [code for kind, code in BLOCK.findall(page.read_text(encoding="utf-8")) if kind == language]


@pytest.fixture(scope="session")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


@pytest.fixture
def host(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("KFP_SERVER_API_HOST", server.url)
    return server.url


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if blocks(page, "python") and page.name not in ELSEWHERE],
    ids=lambda page: page.name,
)
def test_the_python_blocks_of_a_page_run(page: Path, host: str) -> None:
    for _ in range(2):  # the second time on a server that knows the page already
        namespace = {"__name__": "page"}
        for code in blocks(page, "python"):
            exec(compile(code, str(page), "exec"), namespace)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_other_block_is_one_that_something_tests(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for language, code in BLOCK.findall(text):
        assert language in ("python", "sh", "text", "json", "yaml", ""), f"a block of language {language!r}"
        if language == "sh":
            assert [line for line in code.splitlines() if line not in SHELL] == []


def test_the_readme_shows_rows_of_the_page_about_speed() -> None:
    row = re.compile(r"^\| [\w-]+ \|.* \|.*\|.*\|.*\|.*\|$", re.M)
    in_readme, in_page = (row.findall(page.read_text(encoding="utf-8")) for page in (ROOT / "README.md", SPEED))
    assert len(in_readme) == 5  # the head, too
    assert set(in_readme) <= set(in_page)


def test_the_readme_names_the_wheel_of_this_version() -> None:
    said = set(re.findall(r"kfp_server_api-([\w.]+)-py3", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert said == {__version__}


def test_the_owners_quickstart_lists_pipelines(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    from kfp_server_api import ApiClient, Configuration
    from kfp_server_api.api.experiment_service_api import ExperimentServiceApi
    from kfp_server_api.api.pipeline_service_api import PipelineServiceApi
    from kfp_server_api.api.pipeline_upload_service_api import PipelineUploadServiceApi
    from kfp_server_api.api.run_service_api import RunServiceApi
    from kfp_server_api.models import V2beta1Pipeline

    configuration = Configuration(host=os.environ["KFP_SERVER_API_HOST"])
    configuration.access_token = "secret"
    with ApiClient(configuration) as api_client:
        PipelineUploadServiceApi(api_client).upload_pipeline("examples/pipelines/report.yaml", name="p")
        for p in PipelineServiceApi(api_client).list_pipelines().pipelines:
            assert isinstance(p, V2beta1Pipeline)
            print(p.display_name, p.pipeline_id)
        assert all(run.run_id for run in RunServiceApi(api_client).list_runs().runs or [])
        experiments = ExperimentServiceApi(api_client).list_experiments().experiments
        assert "Default" in [experiment.display_name for experiment in experiments]
    assert re.search(r"^p [0-9a-f-]{36}$", capsys.readouterr().out, re.M)


def test_the_quickstart_prints_states_durations_and_outputs() -> None:
    example = subprocess.run(
        [sys.executable, str(ROOT / "examples/quickstart.py")], capture_output=True, text=True, timeout=120, check=False
    )
    assert example.returncode == 0, example.stderr
    assert re.search(r"estimate +SUCCEEDED +\d+ s", example.stdout)
    assert re.search(r"mean = \d+\.\d+", example.stdout)


def test_the_quickstart_fails_when_the_run_fails(tmp_path: Path) -> None:
    source = (ROOT / "examples/quickstart.py").read_text().replace('"count": 2000', '"count": 0')
    broken = tmp_path / "examples" / "quickstart.py"
    (tmp_path / "examples" / "pipelines").mkdir(parents=True)
    broken.write_text(source)
    (tmp_path / "examples/pipelines/report.yaml").write_text((ROOT / "examples/pipelines/report.yaml").read_text())
    example = subprocess.run([sys.executable, str(broken)], capture_output=True, text=True, timeout=120, check=False)
    assert example.returncode != 0
    assert "FAILED" in example.stdout


def anchors(page: Path) -> set[str]:
    """Return what may stand behind the # of a link to a page: its headings, as they are written in links."""
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in re.findall(r"^#+ (.+)$", text, re.M)]
    return {heading.strip().replace(" ", "-") for heading in plain} | {""}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for file, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
        target = page.parent / file if file else page
        assert target.exists(), file
        assert target.suffix != ".md" or anchor in anchors(target), f"{file}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_parse(page: Path) -> None:
    for code in blocks(page, "python"):
        ast.parse(code)


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150
