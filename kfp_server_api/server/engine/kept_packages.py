# SPDX-License-Identifier: Apache-2.0
"""What components install with pip, kept between runs: an environment for each list of requirements.

An environment is made under a lock that ends with the process that holds it, and is used once it is whole, so that
neither runs at the same time nor one that was killed leave another with half of it. None is ever removed: delete the
folder to have packages installed anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from kfp_server_api.server.engine.component_venv import ComponentVenv, package_folders
from kfp_server_api.server.engine.pip_steps import requirements

_WHOLE = "whole"
_CHANGES = re.compile(r"(?:git|hg|svn|bzr)\+|.* @ (?:git|hg|svn|bzr)\+|-")


class KeptPackages:
    """The kept environments of one server.

    Args:
        folder: where they stand; made when the first of them is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def provide(
        self,
        installs: Sequence[Sequence[str]],
        settings: Mapping[str, str],
        make: Callable[[ComponentVenv], bool],
    ) -> ComponentVenv | None:
        """Return the environment with what these arguments of pip name.

        Args:
            installs: the arguments of one `pip install` after the other.
            settings: the environment variables that pip gets.
            make: installs it all into an environment that is new and empty, and says whether it could.

        Returns:
            None where that failed.
        """
        environment = ComponentVenv(self._folder / _key(installs, settings))
        whole = environment.environment / _WHOLE
        with _locked(environment.environment.with_suffix(".lock")):
            if whole.exists():
                return environment
            shutil.rmtree(environment.environment, ignore_errors=True)
            environment.create()
            if not make(environment):
                shutil.rmtree(environment.environment, ignore_errors=True)
                return None
            whole.touch()
        return environment


def can_be_kept(installs: Sequence[Sequence[str]]) -> bool:
    """Tell whether the same arguments mean the same packages tomorrow; folders and branches change."""
    named = [word for arguments in installs for word in requirements(arguments)]
    return not any(_CHANGES.match(word) or os.path.isdir(_path(word)) for word in named)


def _key(installs: Sequence[Sequence[str]], settings: Mapping[str, str]) -> str:
    """Return a name for what pip would install, by all that decides about it."""
    named = [word for arguments in installs for word in requirements(arguments)]
    files = [(word, os.stat(_path(word))) for word in named if os.path.isfile(_path(word))]
    parts = [
        [list(arguments) for arguments in installs],
        [(word, found.st_size, found.st_mtime_ns) for word, found in files],
        [sys.version, sys.prefix, sys.platform, os.uname().machine],
        # pip leaves out what it finds installed.
        [sorted(name for name in os.listdir(folder) if name.endswith("-info")) for folder in package_folders()],
        sorted((name, value) for name, value in settings.items() if name.startswith("PIP_")),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _path(requirement: str) -> str:
    """Return the path in a requirement that may be one: a file, its URL, or a name and its URL."""
    return requirement.rpartition("file://")[2].partition("#")[0]


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    import fcntl  # not on Windows, where nothing is run

    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)  # its holder ends, or is ended with its run
        yield
