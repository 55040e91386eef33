# SPDX-License-Identifier: Apache-2.0
"""The end of processes: of those that are left over, and in words.

Those that left their process group are found on Linux alone, in /proc; other systems have none that shows them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

MARK = "KFP_LOCAL_RUN"
"""A variable in the environment of all processes of a run; `mark` gives its value."""

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
_POLL = 0.005
_LONGEST = 5.0
"""Seconds after which processes that SIGKILL does not end, as in a call of a broken disk, are left alone."""


def exit_text(code: int) -> str:
    """Say how a process ended, by the code that `subprocess` gives."""
    return f"exited with code {code}" if code >= 0 else f"was killed by signal {_signal_name(-code)}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have no name
        return str(number)


def tail(file: Path, size: int) -> str:
    """Return the last `size` bytes of a text file; of one that is gone, nothing."""
    try:
        with file.open("rb") as opened:
            opened.seek(0, os.SEEK_END)
            opened.seek(max(0, opened.tell() - size))
            return opened.read(size).decode("utf-8", "replace")
    except OSError:
        return ""


def mark(folder: Path) -> str:
    """Return the mark of the processes of the run that has a folder; those of runs with theirs in it begin with it."""
    return os.path.join(os.path.realpath(folder), "")


def adopt_orphans() -> None:
    """Have the processes below this one stay there, whatever their parents do."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def end_children() -> None:
    """Kill all processes below this one, which has adopted orphans."""
    _end(_children)


def end_marked(folder: Path) -> None:
    """Kill the processes of the run that has a folder, or of all runs that have theirs in it."""
    variable = os.fsencode(f"{MARK}={mark(folder)}")
    _end(lambda: (pid for pid in _processes() if pid != os.getpid() and _has(pid, variable)))


def _end(find: Callable[[], Iterator[int]]) -> None:
    """Kill what a search finds, until two in a row find nothing: a process may start others while it is searched."""
    deadline, empty = time.monotonic() + _LONGEST, 0
    while empty < 2 and time.monotonic() < deadline:
        found = list(find())
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        empty = 0 if found else empty + 1
        time.sleep(_POLL if found else 0)


def _processes() -> Iterator[int]:
    with contextlib.suppress(OSError):
        yield from (int(name) for name in os.listdir("/proc") if name.isdigit())


def states_and_parents() -> Iterator[tuple[int, str, int]]:
    """Give each process in /proc, the letter of its state, and its parent."""
    for pid in _processes():
        with contextlib.suppress(OSError, ValueError):
            state, parent = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
            yield pid, state, int(parent)


def _children() -> Iterator[int]:
    for pid, state, parent in states_and_parents() if _has_children() else ():
        if parent == os.getpid() and state != "Z":
            yield pid


def _has_children() -> bool:
    """Tell at once, since a look at all processes takes milliseconds; a child that has ended counts."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    except AttributeError:  # macOS has that since Python 3.13
        return True
    return True


def _has(pid: int, beginning: bytes) -> bool:
    """Tell whether a process was started with a variable that begins so."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:  # it has ended, or is another user's
        return False
    return any(variable.startswith(beginning) for variable in environment.split(b"\0"))
