# SPDX-License-Identifier: Apache-2.0
"""Keeps what a pipeline's components install and write inside the folder of their run.

A compiled component installs packages when it starts. Each component has a virtual environment of its own, as
it has a container of its own on a cluster; it sees the packages of the server's environment and takes all
that pip installs, replaces or removes. An empty one costs two milliseconds.
"""

from __future__ import annotations

import importlib.util
import os
import site
import sys
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path

from kfp_server_api.server.engine.unwritten_outputs import HOOK

# pip reads these before anything else; set, they would lead it out of the component's environment.
_PIP_DESTINATIONS = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_USER")


class ComponentVenv:
    """An environment in a folder that a component runs in.

    Args:
        environment: the folder.
        base: another such environment, whose packages and programs are seen in this one.
    """

    def __init__(self, environment: Path, base: ComponentVenv | None = None) -> None:
        self.environment = environment
        self._base = base

    def create(self) -> None:
        """Make the virtual environment, without installing anything."""
        venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(self.environment)
        self.packages.mkdir(parents=True, exist_ok=True)
        # `addsitedir` and not plain lines: .pth files in those folders (editable installs) count as well.
        folders = [*([str(self._base.packages)] if self._base else []), *package_folders()]
        lines = [f"import site; site.addsitedir({folder!r})\n" for folder in folders]
        (self.packages / "_server_packages.pth").write_text("".join([*lines, HOOK]), encoding="utf-8")
        for name in ("pip", "pip3") if importlib.util.find_spec("pip") else ():
            script = self.programs / name
            script.write_text(f'#!/bin/sh\nexec "{self.python}" -m pip "$@"\n', encoding="utf-8")
            script.chmod(0o755)

    @property
    def programs(self) -> Path:
        """The folder of its programs."""
        return self.environment / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.programs / "python3"

    @property
    def packages(self) -> Path:
        """The folder that pip installs into."""
        scheme = {"base": str(self.environment), "platbase": str(self.environment)}
        paths = sysconfig.get_paths(scheme="nt" if os.name == "nt" else "posix_prefix", vars=scheme)
        return Path(paths["purelib"])

    def variables(self, temporary: Path, added: Mapping[str, str]) -> dict[str, str]:
        """Return the environment variables of a component: this process's, led into this environment."""
        dropped = (*_PIP_DESTINATIONS, "PYTHONHOME")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        programs = [str(self.programs), *([str(self._base.programs)] if self._base else [])]
        return {
            **kept,
            "PATH": os.pathsep.join([*programs, kept.get("PATH", os.defpath)]),
            "VIRTUAL_ENV": str(self.environment),
            "TMPDIR": str(temporary),
            # Not removed but "0": a pip configuration file may say `user = true`.
            "PIP_USER": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONUNBUFFERED": "1",
            **added,
        }


def package_folders() -> list[str]:
    """Return the folders of installed packages that the running interpreter imports from."""
    names = ("site-packages", "dist-packages")
    known = {os.path.realpath(folder) for folder in (*site.getsitepackages(), site.getusersitepackages())}
    return [
        folder
        for folder in sys.path
        if os.path.isdir(folder) and (os.path.basename(folder) in names or os.path.realpath(folder) in known)
    ]
