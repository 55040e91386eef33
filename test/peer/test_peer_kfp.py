# SPDX-License-Identifier: Apache-2.0
"""`kfp` works with ours in place of upstream: its tests, its calls, a scenario on the local server."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fixtures.peer import releases
from fixtures.peer.compare import Ledger, differences, report, soften_extra
from fixtures.peer.peers import HERE, PROBE_SECONDS, TESTS, Candidate, environment
from fixtures.ports import black_hole, closed_port
from fixtures.processes import written
from fixtures.servers import reset_after, serving

KFP = ("kfp", "kfp==2.16.1")
START_SECONDS = 60


@pytest.fixture(scope="module", params=KFP)
def python(request: pytest.FixtureRequest) -> Path:
    """Return the Python of an environment with this kfp."""
    return releases.kfp_environment(request.param)


def run(python: Path, folder: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run in the kfp environment with `folder` in front of its own packages."""
    env = environment(folder)
    env.update(
        PYTHONPATH=os.pathsep.join([str(folder), str(TESTS)]),
        HOME=str(home),
        PATH=os.pathsep.join([str(python.parent), env.get("PATH", "")]),
    )
    env.pop("KF_PIPELINES_ENDPOINT", None)
    return subprocess.run(
        [str(python), "-W", "ignore", *arguments],
        env=env,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=PROBE_SECONDS,
        check=False,
    )


def suites(python: Path) -> list[str]:
    """Return the test packages that this kfp brings."""
    site = next(python.parent.parent.glob("lib/python*/site-packages/kfp"))
    newer = ["kfp.kubeflow_client"] if (site / "kubeflow_client").is_dir() else []
    return ["kfp.client", *newer, "kfp.cli.cli_test"]


def test_tests_of_kfp_pass(python: Path, ours: Candidate, tmp_path: Path) -> None:
    done = run(
        python,
        ours.folder,
        tmp_path,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--pyargs",
        *suites(python),
    )
    passed = re.search(r"(\d+) passed", done.stdout)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert passed and int(passed.group(1)) > 100


def test_kfp_imports_ours(python: Path, ours: Candidate, tmp_path: Path) -> None:
    done = run(python, ours.folder, tmp_path, "-c", "import kfp.client, kfp_server_api as k; print(k.__file__)")
    assert done.stdout.strip().startswith(str(ours.folder)), done.stdout + done.stderr


def answers(python: Path, candidate: Candidate, tmp_path: Path) -> Any:
    """Run the kfp probe with this candidate."""
    files = tmp_path / candidate.name
    files.mkdir()
    (files / "cases.json").write_text("{}", "utf-8")
    done = run(
        python,
        candidate.folder,
        files,
        str(HERE / "probe_kfp.py"),
        str(files / "cases.json"),
        str(files / "result.json"),
        str(files),
        str(candidate.folder),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((files / "result.json").read_text("utf-8"))


def test_calls_of_kfp_send_the_same_requests(python: Path, ours: Candidate, tmp_path: Path, ledger: Ledger) -> None:
    one = answers(python, Candidate(releases.NEWEST, releases.upstream(releases.NEWEST)), tmp_path)
    other = answers(python, ours, tmp_path)
    soften_extra(one, other)
    assert len(one) > 40 and not [each for each in one.values() if "raised" in each]
    shapes = one.pop("shape"), other.pop("shape")
    assert all(set(members) <= set(shapes[1][group]) for group, members in shapes[0].items())
    count, found = differences("kfp", one, other)
    left = ledger.settle("kfp", count, found)
    assert not left, report(left)


@pytest.fixture
def server(ours: Candidate, tmp_path: Path) -> Iterator[str]:
    """Start the local server as a user does and return its URL."""
    missing = [name for name in ("starlette", "uvicorn", "sqlalchemy", "kfp") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"the server extra is not installed: {missing}")
    command = [sys.executable, "-u", "-m", "kfp_server_api.server", "--port", "0"]
    log, env = tmp_path / "server.log", {**os.environ, "PYTHONPATH": str(ours.folder)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--db", str(tmp_path / "kfp.sqlite")],
            env=env,
            stdout=output,
            stderr=output,
            cwd=tmp_path,
        )
        try:
            yield written(process, log, r"http://[\w.]+:\d+", START_SECONDS)
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


def test_scenario_on_the_local_server(python: Path, ours: Candidate, server: str, tmp_path: Path) -> None:
    package = releases.REPOSITORY / "examples" / "pipelines" / "report.yaml"
    result = tmp_path / "result.json"
    done = run(
        python,
        ours.folder,
        tmp_path,
        str(HERE / "probe_scenario.py"),
        server,
        str(package),
        str(result),
    )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    seen = json.loads(result.read_text("utf-8"))
    assert seen["run"] == ["SUCCEEDED", {"count": 50}, True]
    assert seen["pipeline"] == [True, "report"] and seen["versions"] == ["report", "second"]
    assert [seen["runs"], seen["archived"], seen["experiment"]] == [[True], "ARCHIVED", "ARCHIVED"]
    assert seen["gone"] == [404, 404, 404]


def test_ours_and_kfp_install_together(tmp_path: Path) -> None:
    if not (releases.REPOSITORY / "setup.py").exists():
        pytest.skip("the tree has no setup.py")
    source, target = tmp_path / "source", tmp_path / "report.json"
    shutil.copytree(releases.REPOSITORY, source, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "test"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--ignore-installed", "--dry-run"]
    command += ["--constraint", str(releases.CONSTRAINTS), "--report", str(target), str(source), "kfp"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    chosen = [
        (each["metadata"]["name"], each["download_info"]["url"]) for each in json.loads(target.read_text())["install"]
    ]
    ours = [url for name, url in chosen if name.lower().replace("_", "-") == "kfp-server-api"]
    assert "kfp" in dict(chosen)
    assert ours == [source.as_uri()]


class NoReply(NamedTuple):
    """A host that does not reply, and how often it was reached."""

    url: str
    reached: Callable[[], int]


@pytest.fixture(params=["dead", "resetting"])
def no_reply(request: pytest.FixtureRequest) -> Iterator[NoReply]:
    """Give a host that refuses connections, and one that resets them."""
    if request.param == "dead":
        with closed_port() as url:
            yield NoReply(url, lambda: 0)
    else:
        with serving(reset_after()) as server:
            yield NoReply(server.url, lambda: len(server.requests))


def client_of(python: Path, folder: Path, home: Path, host: str, *seconds: str) -> dict[str, Any]:
    """Return what a program sees that makes a `kfp.Client` of a host."""
    home.mkdir()
    result = home / "result.json"
    probe = str(HERE / "probe_no_reply.py")
    done = run(python, folder, home, probe, host, str(result), *seconds)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(result.read_text("utf-8"))
    return found


def test_a_client_of_a_host_without_reply_fails_as_with_upstream(
    python: Path, ours: Candidate, no_reply: NoReply, tmp_path: Path
) -> None:
    theirs = client_of(python, releases.upstream(releases.NEWEST), tmp_path / "upstream", no_reply.url)
    tries = no_reply.reached()
    here = client_of(python, ours.folder, tmp_path / "ours", no_reply.url)
    assert theirs["raised"][0] == "urllib3.exceptions.MaxRetryError"
    assert theirs["raised"][0] in here["raised"]
    assert "kfp_server_api.exceptions.ApiException" not in here["raised"]
    assert no_reply.reached() == 2 * tries
    assert here["lines"] <= theirs["lines"]


@pytest.mark.parametrize("command", [["run", "list"], ["run", "--help"]], ids=" ".join)
def test_the_command_line_says_no_more_of_a_host_without_reply(
    python: Path, ours: Candidate, no_reply: NoReply, tmp_path: Path, command: list[str]
) -> None:
    arguments = [str(python.parent / "kfp"), "--endpoint", no_reply.url, *command]
    theirs = run(python, releases.upstream(releases.NEWEST), tmp_path, *arguments)
    tries = no_reply.reached()
    here = run(python, ours.folder, tmp_path, *arguments)
    assert here.returncode == theirs.returncode
    assert no_reply.reached() == 2 * tries
    assert len(_own_lines(here.stderr)) <= len(_own_lines(theirs.stderr))
    assert ("MaxRetryError" in here.stderr) == ("MaxRetryError" in theirs.stderr)


def _own_lines(text: str) -> list[str]:
    """Return the lines of standard error that are no part of a traceback."""
    return [
        line for line in text.splitlines() if line and not line.startswith((" ", "Traceback", "During", "The above"))
    ]


def test_a_client_of_a_black_hole_ends_by_the_timeout(python: Path, ours: Candidate, tmp_path: Path) -> None:
    with black_hole() as url:
        seen = client_of(python, ours.folder, tmp_path / "ours", url, "0.3")
    assert "kfp_server_api.exceptions.ApiTimeoutError" in seen["raised"]
    assert "urllib3.exceptions.MaxRetryError" in seen["raised"]
