# SPDX-License-Identifier: Apache-2.0
"""Install every upstream release from PyPI, each into a folder of its own, the rest as test/constraints.txt pins it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

RELEASES = [
    "2.0.0",
    "2.0.1",
    "2.0.2",
    "2.0.3",
    "2.0.4",
    "2.0.5",
    "2.1.0",
    "2.2.0",
    "2.3.0",
    "2.4.0",
    "2.5.0",
    "2.14.0",
    "2.14.3",
    "2.14.6",
    "2.15.0",
    "2.15.1",
    "2.15.2",
    "2.16.0",
    "2.16.1",
    "2.17.0",
    "2.17.3",
]
NEWEST = RELEASES[-1]
DEPENDENCIES = ("urllib3", "certifi", "six", "python-dateutil")
REPOSITORY = Path(__file__).resolve().parents[2]
CONSTRAINTS = REPOSITORY / "test" / "constraints.txt"
PINNED = hashlib.sha256(CONSTRAINTS.read_bytes()).hexdigest()[:8]
"""Part of the names of folders whose content follows from the pins, so that other pins make other folders."""
INSTALL_SECONDS = 600


def cache() -> Path:
    """Return the folder that keeps installed releases between test runs."""
    folder = Path(os.environ.get("PEER_CACHE") or REPOSITORY / ".tox" / "peer-upstream").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def wanted() -> list[str]:
    """Return the releases to compare; `PEER_RELEASES="2.4.0 2.17.3"` narrows them."""
    chosen = os.environ.get("PEER_RELEASES", "").replace(",", " ").split()
    return chosen or list(RELEASES)


def upstream(release: str) -> Path:
    """Return the folder that holds this upstream release, installed on first use."""
    return _into_folder(release, ["--no-deps", f"kfp-server-api=={release}"])


def dependencies() -> Path:
    """Return the folder with the libraries that every candidate imports."""
    return _into_folder("dependencies-{}.{}-{}".format(*sys.version_info[:2], PINNED), list(DEPENDENCIES))


def ours() -> Path:
    """Return a folder that holds our package and nothing else.

    The package is the one installed for the running Python (the built wheel under tox), else the one of this
    tree; `PEER_OURS`, the path of a `kfp_server_api` folder, chooses another.
    """
    folder = cache() / f"ours-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    link = folder / "kfp_server_api"
    if not link.is_symlink():
        link.symlink_to(_our_package(), target_is_directory=True)
    return folder


def kfp_environment(requirement: str) -> Path:
    """Return the Python of an environment with this `kfp` and its own pins, upstream's client included."""
    home = cache() / "{}-{}.{}-{}".format(requirement.replace("==", "-"), *sys.version_info[:2], PINNED)
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        venv.create(home, with_pip=True, clear=True)
        pins = home / "constraints.txt"
        pins.write_text("".join(_pins_beside(requirement)))
        _pip(python, pins, requirement, "pytest", "absl-py")
        (home / "complete").touch()
    return python


def _our_package() -> Path:
    chosen = os.environ.get("PEER_OURS")
    installed = Path(sysconfig.get_paths()["purelib"]) / "kfp_server_api"
    return Path(chosen).resolve() if chosen else installed if installed.exists() else REPOSITORY / "kfp_server_api"


def _into_folder(name: str, requirements: list[str]) -> Path:
    folder = cache() / name
    if not (folder / "complete").exists():
        _pip(Path(sys.executable), CONSTRAINTS, "--upgrade", "--target", str(folder), *requirements)
        (folder / "complete").touch()
    return folder


def _pins_beside(requirement: str) -> list[str]:
    """Return the pins that a kfp can be installed with: one of another release brings its own parts."""
    lines = CONSTRAINTS.read_text().splitlines(keepends=True)
    return [line for line in lines if requirement == "kfp" or not line.startswith("kfp")]


def _pip(python: Path, pins: Path, *arguments: str) -> None:
    """Install; older pips take the pins of what builds a package from the one variable, newer ones from the other."""
    command = [str(python), "-m", "pip", "install", "--quiet", *arguments]
    env = {**os.environ, "PIP_CONSTRAINT": str(pins), "PIP_BUILD_CONSTRAINT": str(pins)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    if done.returncode:
        raise RuntimeError("{}\n{}".format(" ".join(command), done.stderr[-2000:]))


if __name__ == "__main__":
    for each in wanted():
        print(upstream(each))
    print(dependencies())
