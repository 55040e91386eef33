# SPDX-License-Identifier: Apache-2.0
"""Run probes in candidate processes and keep the answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import releases

HERE = Path(__file__).resolve().parent
PROBE_SECONDS = 300
SEED = os.environ.get("PEER_SEED", "1")
ROUNDS = int(os.environ.get("PEER_ROUNDS", "3"))


class Candidate:
    """One folder with a `kfp_server_api` and the answers its processes gave so far."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self._surface: dict[str, Any] | None = None

    def surface(self) -> dict[str, Any]:
        """Return everything importable, asked once."""
        if self._surface is None:
            self._surface = self.run("probe_surface.py", {})
        return self._surface

    def run(self, probe: str, cases: Any) -> Any:
        """Run all cases of a probe in one fresh process and return its result."""
        work = releases.cache() / f"work-{os.getpid()}" / self.name
        work.mkdir(parents=True, exist_ok=True)
        (work / "files").mkdir(exist_ok=True)
        (work / "cases.json").write_text(json.dumps(cases), "utf-8")
        command = [
            sys.executable,
            str(HERE / probe),
            str(work / "cases.json"),
            str(work / "result.json"),
            str(work / "files"),
            str(self.folder),
        ]
        done = subprocess.run(
            command,
            env=environment(self.folder),
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{probe} of {self.name} ended with {done.returncode}:\n{done.stderr[-3000:]}")
        return json.loads((work / "result.json").read_text("utf-8"))


def environment(folder: Path, *more: Path) -> dict[str, str]:
    """Return an environment in which `folder` is the first place to import from."""
    path = os.pathsep.join(str(each) for each in (folder, *more, releases.dependencies(), HERE))
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "TZ": "UTC"}
