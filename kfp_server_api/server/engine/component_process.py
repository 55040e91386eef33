# SPDX-License-Identifier: Apache-2.0
"""Starts the processes of components, and ends those that take too long."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from kfp_server_api.server.engine.outcome import TaskError
from kfp_server_api.server.engine.pod import Mount
from kfp_server_api.server.process_exit import states_and_parents

_MOUNT_NAMESPACE = str(Path(__file__).with_name("mount_namespace.py"))


class Surroundings(NamedTuple):
    """What the processes of one attempt have around them."""

    environment: dict[str, str]
    work: Path
    log: Path
    """The file that their output goes straight to, so that no reader can hold them up."""


class Processes:
    """The processes of one run's components.

    Attributes:
        running: Those that run now.
    """

    def __init__(self) -> None:
        self.running: set[subprocess.Popen[bytes]] = set()

    def run(
        self,
        command: Sequence[str],
        around: Surroundings,
        mounts: Sequence[Mount] = (),
        timeout: float | None = None,
    ) -> int:
        """Run a command to its end and return its exit code.

        Raises:
            OSError: it cannot be started.
            TaskError: it took longer than `timeout` seconds, and was ended.
        """
        around.work.mkdir(exist_ok=True)
        # Looked up on the component's PATH; `Popen` would use this process's.
        found = [shutil.which(command[0], path=around.environment["PATH"]) or command[0], *command[1:]]
        with around.log.open("ab") as output, _in_namespace(found, mounts, around.work) as (whole, descriptors):
            process = subprocess.Popen(
                whole,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=around.work,
                env=around.environment,
                pass_fds=descriptors,
            )
        self.running.add(process)
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            _kill([process.pid, *_descendants(process.pid)])
            process.wait()
            raise TaskError(f"it took longer than its timeout of {timeout:g} s and was ended") from None
        finally:
            self.running.discard(process)


@contextlib.contextmanager
def _in_namespace(
    command: list[str], mounts: Sequence[Mount], work: Path
) -> Iterator[tuple[list[str], tuple[int, ...]]]:
    """Give a command that sees some folders at other paths, and the descriptors that it needs."""
    if not mounts:
        yield command, ()
        return
    staging = work.with_name("mounts")
    staging.mkdir(exist_ok=True)
    plan = {"staging": str(staging), "mounts": [_planned(mount) for mount in mounts]}
    # Not a file: there are secrets in it.
    descriptor = os.memfd_create("mounts")
    try:
        os.write(descriptor, json.dumps(plan).encode())
        os.lseek(descriptor, 0, os.SEEK_SET)
        program = [sys.executable, "-I", _MOUNT_NAMESPACE, str(descriptor)]
        yield [*program, *command], (descriptor,)
    finally:
        os.close(descriptor)


def _planned(mount: Mount) -> dict[str, object]:
    if mount.source is None:
        return {"target": mount.target, "files": dict(mount.files)}
    return {"target": mount.target, "source": str(mount.source.resolve())}


def refusal_of(mount: Mount, needed: Iterable[str]) -> str:
    """Return why a folder cannot be seen at the path that it is to be seen at, "" if it can.

    Args:
        mount: the folder and its path.
        needed: paths that the component must go on seeing.
    """
    target = os.path.realpath(mount.target)
    if not os.path.isabs(mount.target):
        return "it is no absolute path"
    if os.path.lexists(target) and not os.path.isdir(target):
        return "there is a file"
    hidden = [path for path in needed if os.path.commonpath([target, os.path.realpath(path)]) == target]
    return f"that would hide {hidden[0]}" if hidden else _refusal_of_namespaces()


@lru_cache(maxsize=1)
def _refusal_of_namespaces() -> str:
    """Return why processes cannot have mount namespaces of their own here, "" if they can."""
    if not hasattr(os, "memfd_create"):
        return "this system has no mount namespaces"
    reader, writer = os.pipe()
    os.write(writer, b'{"staging": "/", "mounts": []}')
    os.close(writer)
    try:
        program = [sys.executable, "-I", _MOUNT_NAMESPACE, str(reader), sys.executable, "-c", ""]
        tried = subprocess.run(program, pass_fds=(reader,), capture_output=True, text=True, check=False)
    finally:
        os.close(reader)
    return f"this process may have no mount namespace ({tried.stdout.strip()})" if tried.returncode else ""


def _kill(processes: Iterable[int]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGKILL)


def _descendants(process: int) -> list[int]:
    """Return what a process has started, and what that has started."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents().items():
        children.setdefault(parent, []).append(pid)
    found = [process]
    for each in found:
        found.extend(children.get(each, ()))
    return found[1:]


def _parents() -> Mapping[int, int]:
    """Return the parent of each process."""
    if not os.path.isdir("/proc/self"):
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
        pairs = (line.split() for line in listed.splitlines())
        return {int(pid): int(parent) for pid, parent in pairs}
    return {pid: parent for pid, _, parent in states_and_parents()}
