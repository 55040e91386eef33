# SPDX-License-Identifier: Apache-2.0
"""The end of a process, in words, and the last of its output."""

from __future__ import annotations

import os
import signal
from pathlib import Path


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
