# SPDX-License-Identifier: Apache-2.0
"""The newest upstream release, in a folder of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def folder(path: Path) -> Path:
    """Install upstream into a folder unless it is there; its dependencies are those of the running Python."""
    if not (path / "kfp_server_api").is_dir():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(path)]
        subprocess.run([*install, "kfp-server-api"], check=True)
    return path


def version(path: Path) -> str:
    """Return the release in a folder."""
    return next(re.sub(r".*-(.+)\.dist-info", r"\1", each.name) for each in path.glob("kfp_server_api-*.dist-info"))
