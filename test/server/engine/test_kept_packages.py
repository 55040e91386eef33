# SPDX-License-Identifier: Apache-2.0
"""Packages that are kept between runs, with a function in place of pip."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fixtures.running import until

from kfp_server_api.server.engine.component_venv import ComponentVenv
from kfp_server_api.server.engine.kept_packages import KeptPackages, can_be_kept

if os.name == "nt":
    pytest.skip("environments are locked with flock", allow_module_level=True)

KILLED = """
import pathlib, sys, time
from kfp_server_api.server.engine.kept_packages import KeptPackages
folder = pathlib.Path(sys.argv[1])

def make(environment):
    (environment.packages / "half").touch()
    (folder / "began").touch()
    time.sleep(60)

KeptPackages(folder / "kept").provide([["a"]], {}, make)
"""


class Made:
    """Installs in place of pip, and counts."""

    def __init__(self, works: bool = True) -> None:
        self.times = 0
        self._works = works

    def __call__(self, environment: ComponentVenv) -> bool:
        self.times += 1
        assert not list(environment.packages.glob("half"))
        (environment.packages / "module.py").touch()
        return self._works


def test_what_is_installed_once_is_there_the_next_time(tmp_path: Path) -> None:
    made = Made()
    first = KeptPackages(tmp_path).provide([["a==1"]], {}, made)
    again = KeptPackages(tmp_path).provide([["a==1"]], {}, made)
    assert first and again and first.environment == again.environment
    assert made.times == 1
    assert (first.packages / "module.py").exists()


@pytest.mark.parametrize(
    ("installs", "settings"),
    [([["a==2"]], {}), ([["--no-deps", "a==1"]], {}), ([["a==1"]], {"PIP_INDEX_URL": "https://host"})],
)
def test_another_request_has_an_environment_of_its_own(
    tmp_path: Path, installs: list[list[str]], settings: dict[str, str]
) -> None:
    kept, made = KeptPackages(tmp_path), Made()
    kept.provide([["a==1"]], {}, made)
    kept.provide(installs, settings, made)
    assert made.times == 2


def test_a_file_that_changes_is_installed_anew(tmp_path: Path) -> None:
    kept, made, file = KeptPackages(tmp_path / "kept"), Made(), tmp_path / "a.whl"
    for content in ("one", "another"):
        file.write_text(content)
        kept.provide([[f"a @ file://{file}"]], {}, made)
    assert made.times == 2


def test_what_failed_is_tried_again(tmp_path: Path) -> None:
    kept = KeptPackages(tmp_path)
    assert kept.provide([["a"]], {}, Made(works=False)) is None
    assert kept.provide([["a"]], {}, Made())


def test_runs_at_one_time_install_once(tmp_path: Path) -> None:
    made = Made()
    threads = [threading.Thread(target=KeptPackages(tmp_path).provide, args=([["a"]], {}, made)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert made.times == 1


def test_half_of_an_environment_is_made_anew(tmp_path: Path) -> None:
    killed = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], env={**os.environ, "PYTHONPATH": _root()})
    try:
        until((tmp_path / "began").exists)
    finally:
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
    made = Made()
    assert KeptPackages(tmp_path / "kept").provide([["a"]], {}, made)
    assert made.times == 1


def _root() -> str:
    import kfp_server_api

    return str(Path(kfp_server_api.__file__).parents[1])


@pytest.mark.parametrize("word", ["git+https://host/a", "a @ git+https://host/a", "-e", "/"])
def test_what_changes_by_itself_is_not_kept(word: str) -> None:
    assert not can_be_kept([["a", word]])
    assert can_be_kept([["a==1", "b", "c @ https://host/c.whl"]])
