# SPDX-License-Identifier: Apache-2.0
"""The steps with which a compiled component installs packages when it starts, taken out of its command."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

_START = 'if ! [ -x "$(command -v pip)" ]; then'
_STEP = re.compile(
    r"""(?:PIP_DISABLE_PIP_VERSION_CHECK=1\s+)?python3?\s+-m\s+pip\s+install\s+((?:'[^']*'|"[^"]*"|[^'"&\n])+?)\s*&&\s*"""
)
_NO_STEP_LEFT = re.compile(re.escape(_START) + r'.*?\nfi\s*"\$0"\s+"\$@"\s*$', re.DOTALL)
# What the compiler writes for `use_venv=True`; the component has one already.
_OWN_VENV = re.compile(
    r'(?:export PIP_DISABLE\S+\s+)?tmp=\$\(mktemp -d\)\npython3 -m venv .*?/bin/activate"\n', re.DOTALL
)
# The package kfp by name, URL or repository, and what the compiler has pip install for it.
_KFP = re.compile(r"kfp(?![\w.-])|.*[#&]subdirectory=sdk/python\b|typing-extensions>=3\.7\.4,<5;", re.IGNORECASE)
_WITH_VALUE = frozenset(
    [
        "-i",
        "--index-url",
        "--extra-index-url",
        "--trusted-host",
        "-f",
        "--find-links",
        "-c",
        "--constraint",
        "--proxy",
        "--timeout",
        "--retries",
    ]
)
_WITH_FILE = frozenset(["-r", "--requirement", "-e", "--editable"])
# Modules that ran components before kfp 2.0; `kfp.dsl.executor_main` does the same with the same arguments.
_OLD_EXECUTOR = re.compile(r"\bkfp(?:\.v2)?\.components\.executor_main\b")


def without_installs(command: Iterable[str]) -> tuple[list[str], list[list[str]]]:
    """Split a compiled command into what runs the component, and what pip is to install before.

    The package kfp is left out of both: the server's own takes its place.

    Returns:
        The command, and the arguments of each `pip install`.
    """
    installs: list[list[str]] = []
    parts = [_without_steps(part, installs) if part.lstrip().startswith(_START) else part for part in command]
    return parts, installs


def with_todays_executor(command: Iterable[str]) -> list[str]:
    """Have components that a kfp before 2.0 compiled run with the installed one's executor."""
    return [_OLD_EXECUTOR.sub("kfp.dsl.executor_main", part) if "--component_module_path" in part else part
            for part in command]  # fmt: skip


def requirements(arguments: Iterable[str]) -> list[str]:
    """Return what a `pip install` with these arguments is to install, with the options -r and -e."""
    found: list[str] = []
    before = ""
    for word in arguments:
        if before not in _WITH_VALUE and (not word.startswith("-") or word in _WITH_FILE):
            found.append(word)
        before = word
    return found


def _without_steps(script: str, installs: list[list[str]]) -> str:
    def take(step: re.Match[str]) -> str:
        words = shlex.split(step[1])
        named = set(requirements(words))
        kept = [word for word in words if not (word in named and _KFP.match(word))]
        if requirements(kept):
            installs.append(kept)
        return ""

    script = _STEP.sub(take, _OWN_VENV.sub("", script))
    if _NO_STEP_LEFT.search(script):
        return '"$0" "$@"'
    # What is left installs with the component's pip, must not change the machine's packages.
    return script.replace(" || python3 -m ensurepip --user || apt-get install python3-pip", "")
