# SPDX-License-Identifier: Apache-2.0
"""Reads out of a component's log why it failed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kfp_server_api.server.process_exit import exit_text, tail

NOTICE = "[local server]"
"""How lines of a log begin that the component did not print."""

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# What kfp's executor itself logs: one line, after one of them a JSON object over several lines.
_EXECUTOR_LOG = re.compile(r"^\[KFP Executor[^\n]*\n(?:\{\n.*?^\}\n)?", re.DOTALL | re.MULTILINE)
_TRACEBACK = "Traceback (most recent call last):"
_RAISED = re.compile(r"(?:^(?! ).*|^ *\+ Exception Group )Traceback \(most recent call last\):$")
_IN_GROUP = re.compile(r" *\|")
_TAIL = 1 << 20
"""Bytes of the end of a log that are looked at: an exception may be a long one."""
_LONGEST = 2000

# pip ends with advice; what went wrong stands before it.
_PIP_ERROR = re.compile(r"^\s*(?:ERROR|error): (?!Exception:$)(.*)")
_END_OF_OUTPUT = "[end of output]"
_PIP_ADVICE = re.compile(r"\s*(?:note: |hint: |\[notice\]|│ exit code: |╰─>|\[end of output\])")
_PIP_BUILD = re.compile(r"^\s*(?:│ )?\u00d7|^error: subprocess-exited-with-error|^\s*(?:ERROR|error): [a-z-]+$")
_EXCEPTION = re.compile(
    r"^\s*(?:│\s*)?([A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Failed|Found)\b(?::.*)?)$"
)
_PIP = re.compile(r"\bpip\b|No matching distribution|ResolutionImpossible|subprocess-exited-with-error")
_INSIDE_IMAGE = re.compile(
    r"ModuleNotFoundError:|ImportError:|No module named|kfp_config\.ini|can't open file|"
    r"^exited with code \d+: .*: (?:command )?not found$|"
    r"FileNotFoundError: \[Errno 2\] No such file or directory: '[^/']+'"
)
_SHELL = 128
"""What a shell adds to the number of the signal that ended its command."""
_NOT_FOUND = (126, 127)
"""Exit codes of a shell for a command that it cannot run, or cannot find."""


def failure_reason(code: int, log: Path) -> str:
    """Say why a component failed: the exception that it printed, pip's error, else its exit code and its last line.

    Args:
        code: its exit code, as `subprocess` gives it.
        log: the file with all that it printed.
    """
    text = _printed(log)
    lines = text.rstrip().splitlines()
    found = _exception(lines, code)
    if not found and _PIP.search(text) and _ends_with_pip_error(lines):
        found = _pip_error(lines)
    if found:
        return found[:_LONGEST]
    ended = exit_text(_SHELL - code if _SHELL < code <= _SHELL + 64 else code)
    said = [line for line in lines if line.strip() and not line.startswith(NOTICE)]
    return f"{ended}: {said[-1].strip()}"[:_LONGEST] if said else ended


def needs_image(code: int, reason: str) -> bool:
    """Tell whether a component may have failed because it lacks what is in its image."""
    return code in _NOT_FOUND or _INSIDE_IMAGE.search(reason) is not None


def pip_reason(log: Path) -> str:
    """Say why pip failed, which printed the end of a log."""
    lines = _printed(log).rstrip().splitlines()
    return (_pip_error(lines) or failure_reason(1, log))[:_LONGEST]


def _ends_with_pip_error(lines: Sequence[str]) -> bool:
    last = next((line for line in reversed(lines) if line.strip() and not _PIP_ADVICE.match(line)), "")
    return bool(_PIP_ERROR.match(last) or _PIP_BUILD.match(last))


def _pip_error(lines: Sequence[str]) -> str:
    """Return what pip says went wrong, "" where it does not.

    Where a program that it started failed, as to build a package, that is the last exception there, else its last line.
    """
    said = [line for line in lines if _PIP_ERROR.match(line)]
    if any(_PIP_BUILD.match(line) for line in lines):
        raised = [found[1] for found in map(_EXCEPTION.match, lines) if found]
        raised = raised or [before for before, line in zip(lines, lines[1:]) if line.strip() == _END_OF_OUTPUT]
        if raised:
            return raised[-1].strip()
    wanted = [line for line in said if not _PIP_BUILD.match(line)] or said
    return "; ".join(dict.fromkeys(_PIP_ERROR.sub(r"\1", line).strip() for line in wanted[-3:]))


def _printed(log: Path) -> str:
    return _EXECUTOR_LOG.sub("", _ANSI.sub("", tail(log, _TAIL)))


def _exception(lines: Sequence[str], code: int) -> str:
    """Return the last exception in a log; Python ends with code 1, so before another one it must stand at the end."""
    starts = [i for i, line in enumerate(lines, 1) if _RAISED.search(line)]
    if not starts:
        return ""
    after = lines[starts[-1] :]
    if "+ Exception Group" in lines[starts[-1] - 1]:
        return _group(after)
    start = next((i for i, line in enumerate(after) if line and not line[0].isspace()), None)
    raised = after[start:] if start is not None else []
    return "\n".join(raised).strip() if code == 1 or len(raised) == 1 else ""


def _group(lines: Sequence[str]) -> str:
    """Return an exception group in one line, with all that is in it; all of its lines begin with a bar."""
    said = [_IN_GROUP.sub("", line, count=1)[1:] for line in lines if _IN_GROUP.match(line)]
    return "; ".join(line for line in said if line and not line[0].isspace() and not line.endswith(_TRACEBACK))
