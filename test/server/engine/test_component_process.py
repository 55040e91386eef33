# SPDX-License-Identifier: Apache-2.0
"""Processes of components: folders at other paths, and the time that they may take."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from fixtures.running import alive, until

from kfp_server_api.server.engine.component_process import Processes, Surroundings, refusal_of
from kfp_server_api.server.engine.outcome import TaskError
from kfp_server_api.server.engine.pod import Mount

if os.name == "nt":
    pytest.skip("components run on POSIX systems", allow_module_level=True)

REFUSED = refusal_of(Mount("/no/such/folder", None, {}), [])
needs_namespaces = pytest.mark.skipif(bool(REFUSED), reason=REFUSED or "there are")


def sh(script: str, folder: Path, *mounts: Mount, timeout: float | None = None) -> tuple[int, str]:
    """Run a shell script and return its exit code and what it printed."""
    around = Surroundings(dict(os.environ), folder / "work", folder / "log.txt")
    code = Processes().run(["sh", "-c", script], around, mounts, timeout)
    return code, around.log.read_text(encoding="utf-8")


@needs_namespaces
def test_folders_are_seen_at_other_paths_by_the_process_alone(tmp_path: Path) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    before = sorted(os.listdir("/")), sorted(os.listdir("/etc"))
    mounts = (
        Mount("/kfp-test/volume", volume, {}),
        Mount("/etc/kfp-test/secret", None, {"password": "sesame"}),
        Mount("/kfp-test/other", None, {}),
    )
    script = (
        "echo kept > /kfp-test/volume/file; cat /etc/kfp-test/secret/password; ls -d /etc/passwd /kfp-test/other; pwd"
    )
    code, said = sh(script, tmp_path, *mounts)
    assert (code, said) == (0, f"sesame/etc/passwd\n/kfp-test/other\n{tmp_path}/work\n")
    assert (volume / "file").read_text() == "kept\n"
    assert (sorted(os.listdir("/")), sorted(os.listdir("/etc"))) == before
    assert "sesame" not in "".join(file.read_text() for file in tmp_path.rglob("*.json"))


@needs_namespaces
def test_a_folder_that_is_there_is_covered(tmp_path: Path) -> None:
    volume, there = tmp_path / "volume", tmp_path / "there"
    volume.mkdir()
    there.mkdir()
    (there / "old").touch()
    assert sh(f"ls {there}; touch {there}/new", tmp_path, Mount(str(there), volume, {})) == (0, "")
    assert [file.name for file in there.iterdir()] == ["old"]
    assert [file.name for file in volume.iterdir()] == ["new"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("relative", "no absolute path"),
        ("/etc/passwd", "there is a file"),
        ("/", "hide"),
        (os.path.dirname(sys.prefix), "hide"),
    ],
)
def test_a_path_that_cannot_be_is_explained(target: str, said: str) -> None:
    assert said in refusal_of(Mount(target, None, {}), [sys.prefix])


def test_a_process_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > {tmp_path}/pid; wait"
    began = time.monotonic()
    with pytest.raises(TaskError, match=r"took longer than its timeout of 0\.5 s"):
        sh(script, tmp_path, timeout=0.5)
    assert time.monotonic() - began < 30
    pid = int((tmp_path / "pid").read_text())
    until(lambda: not alive(pid))
