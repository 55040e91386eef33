# SPDX-License-Identifier: Apache-2.0
"""Keeps what a pipeline's components install and write inside the folder of their run.

A compiled component installs packages when it starts. Each component has a virtual environment of its own, as
it has a container of its own on a cluster; it sees the packages of the server's environment and takes all
that pip installs, replaces or removes. An empty one costs two milliseconds.
"""

from __future__ import annotations

import importlib.util
import os
import re
import site
import sys
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path

# pip reads these before anything else; set, they would lead it out of the component's environment.
_PIP_DESTINATIONS = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_USER")

# The step with which the compiler has a component install the version of kfp that compiled it.
_INSTALL_KFP = re.compile(
    r"""(?:PIP_DISABLE_PIP_VERSION_CHECK=1\s+)?python3?\s+-m\s+pip\s+install\s[^&\n]*?['"]kfp==[^&\n]*&&\s*"""
)
_INSTALL_SCRIPT_START = 'if ! [ -x "$(command -v pip)" ]; then'
_NO_STEP_LEFT = re.compile(re.escape(_INSTALL_SCRIPT_START) + r'.*?\nfi\s*"\$0"\s+"\$@"\s*$', re.DOTALL)
# What the compiler writes for `use_venv=True`; the component has one already.
_OWN_VENV = re.compile(
    r'(?:export PIP_DISABLE\S+\s+)?tmp=\$\(mktemp -d\)\npython3 -m venv .*?/bin/activate"\n', re.DOTALL
)


class ComponentVenv:
    """The folder of one component, with the environment that it runs in."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.environment: Path = directory / "environment"
        self.temporary: Path = directory / "tmp"

    def create(self) -> None:
        """Make the virtual environment, without installing anything."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(self.environment)
        packages = _packages_folder(self.environment)
        packages.mkdir(parents=True, exist_ok=True)
        # `addsitedir` and not plain lines: .pth files in those folders (editable installs) count as well.
        lines = [f"import site; site.addsitedir({folder!r})\n" for folder in _package_folders()]
        (packages / "_server_packages.pth").write_text("".join(lines), encoding="utf-8")
        for name in ("pip", "pip3") if importlib.util.find_spec("pip") else ():
            script = self._scripts / name
            script.write_text(f'#!/bin/sh\nexec "{self._scripts}/python3" -m pip "$@"\n', encoding="utf-8")
            script.chmod(0o755)

    @property
    def _scripts(self) -> Path:
        return self.environment / ("Scripts" if os.name == "nt" else "bin")

    def variables(self, added: Mapping[str, str]) -> dict[str, str]:
        """Return the environment variables of a component: the server's, led into this folder."""
        dropped = (*_PIP_DESTINATIONS, "PYTHONHOME")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        return {
            **kept,
            "PATH": os.pathsep.join([str(self._scripts), kept.get("PATH", os.defpath)]),
            "VIRTUAL_ENV": str(self.environment),
            "TMPDIR": str(self.temporary),
            # Not removed but "0": a pip configuration file may say `user = true`.
            "PIP_USER": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONUNBUFFERED": "1",
            **added,
        }


def without_kfp_install(command: list[str]) -> list[str]:
    """Cut the step that installs kfp out of a compiled command; the server's own kfp takes its place."""
    return [_rewritten(part) if _INSTALL_SCRIPT_START in part else part for part in command]


def _rewritten(script: str) -> str:
    script = _INSTALL_KFP.sub("", _OWN_VENV.sub("", script))
    if _NO_STEP_LEFT.search(script):
        return '"$0" "$@"'
    # What is left installs with the component's pip, must not change the machine's packages.
    return script.replace(" || python3 -m ensurepip --user || apt-get install python3-pip", "")


def _packages_folder(environment: Path) -> Path:
    paths = sysconfig.get_paths(scheme="nt" if os.name == "nt" else "posix_prefix", vars=_scheme(environment))
    return Path(paths["purelib"])


def _scheme(environment: Path) -> dict[str, str]:
    return {"base": str(environment), "platbase": str(environment)}


def _package_folders() -> list[str]:
    """Return the folders of installed packages that the running interpreter imports from."""
    names = ("site-packages", "dist-packages")
    known = {os.path.realpath(folder) for folder in (*site.getsitepackages(), site.getusersitepackages())}
    return [
        folder
        for folder in sys.path
        if os.path.isdir(folder) and (os.path.basename(folder) in names or os.path.realpath(folder) in known)
    ]
