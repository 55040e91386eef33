# SPDX-License-Identifier: Apache-2.0
"""Reasons of failures, read out of logs."""

from __future__ import annotations

from pathlib import Path

import pytest

from kfp_server_api.server.engine.failure_reasons import failure_reason, needs_image, pip_reason

NO_SUCH_VERSION = """\
ERROR: Could not find a version that satisfies the requirement toolz==99 (from versions: 0.11, 0.12)
ERROR: No matching distribution found for toolz==99
[notice] A new release of pip is available: 23.0 -> 25.0
[notice] To update, run: pip install --upgrade pip
"""
NOT_BUILT = """\
  error: subprocess-exited-with-error

  \u00d7 python setup.py egg_info did not run successfully.
  │ exit code: 1
  ╰─> [6 lines of output]
      Traceback (most recent call last):
        File "<string>", line 2, in <module>
      RuntimeError: this package needs a compiler
      [end of output]

  note: This error originates from a subprocess, and is likely not a problem with pip.
error: metadata-generation-failed

\u00d7 Encountered error while generating package metadata.
╰─> See above for output.

note: This is an issue with the package mentioned above, not pip.
hint: See above for details.
"""
CONFLICT = """\
ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.
ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/
"""
NOT_CLONED = """\
  error: subprocess-exited-with-error

  \u00d7 git clone --quiet https://127.0.0.1/x.git /tmp/x did not run successfully.
  │ exit code: 128
  ╰─> [1 lines of output]
      fatal: unable to access 'https://127.0.0.1/x.git/'
      [end of output]

  note: This error originates from a subprocess, and is likely not a problem with pip.
error: subprocess-exited-with-error

\u00d7 git clone --quiet https://127.0.0.1/x.git /tmp/x did not run successfully.
│ exit code: 128
╰─> See above for output.

note: This error originates from a subprocess, and is likely not a problem with pip.
"""
GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "x.py", line 1, in <module>
  |     raise ExceptionGroup("many", [ValueError("a"), error])
  | ExceptionGroup: many (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: a
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "x.py", line 2, in <module>
    | my.errors.Broken: first line
    +------------------------------------
"""
RAISED = """\
working
Traceback (most recent call last):
  File "x.py", line 3, in <module>
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "x.py", line 5, in <module>
my.errors.Broken: first line
second line
"""


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        (
            NO_SUCH_VERSION,
            "Could not find a version that satisfies the requirement toolz==99 (from versions: 0.11, 0.12); "
            "No matching distribution found for toolz==99",
        ),
        (NOT_BUILT, "RuntimeError: this package needs a compiler"),
        (NOT_CLONED, "fatal: unable to access 'https://127.0.0.1/x.git/'"),
        (RAISED, "my.errors.Broken: first line\nsecond line"),
        ("no end of line" + RAISED[8:], "my.errors.Broken: first line\nsecond line"),
        (GROUP, "ExceptionGroup: many (2 sub-exceptions); ValueError: a; my.errors.Broken: first line"),
        ("", "exited with code 1"),
        ("[local server] a note\n", "exited with code 1"),
        ("first\n\033[31mlast\033[0m\n\n", "exited with code 1: last"),
    ],
    ids=["no version", "not built", "not cloned", "exception", "glued exception", "group", "silent", "note", "line"],
)
def test_a_reason_is_what_went_wrong(tmp_path: Path, printed: str, reason: str) -> None:
    log = tmp_path / "log.txt"
    log.write_text(printed, encoding="utf-8")
    assert failure_reason(1, log) == reason


@pytest.mark.parametrize(
    ("code", "printed", "reason"),
    [
        (3, RAISED, "exited with code 3: second line"),
        (3, RAISED.replace("second line\n", ""), "my.errors.Broken: first line"),
        (137, "Killed\n", "was killed by signal SIGKILL: Killed"),
        (-11, "", "was killed by signal SIGSEGV"),
    ],
)
def test_an_exit_code_tells_whether_an_exception_was_the_end(
    tmp_path: Path, code: int, printed: str, reason: str
) -> None:
    log = tmp_path / "log.txt"
    log.write_text(printed, encoding="utf-8")
    assert failure_reason(code, log) == reason


def test_a_long_exception_keeps_its_type(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text(f"Traceback (most recent call last):\n  File 'x'\nValueError: {'x' * 100_000}\n", encoding="utf-8")
    assert failure_reason(1, log).startswith("ValueError: xxx")


def test_packages_that_exclude_each_other_are_named(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text(CONFLICT, encoding="utf-8")
    assert failure_reason(1, log).startswith("Cannot install a==1 and b==2 because")


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        (
            "ERROR: Invalid requirement: 'a b': Expected semicolon\n    a b\n      ^\n",
            "Invalid requirement: 'a b': Exp",
        ),
        (f"ERROR: Exception:\n{RAISED}", "my.errors.Broken: first line"),
    ],
    ids=["error", "exception"],
)
def test_of_what_pip_prints_its_error_is_the_reason(tmp_path: Path, printed: str, reason: str) -> None:
    log = tmp_path / "log.txt"
    log.write_text(printed, encoding="utf-8")
    assert pip_reason(log).startswith(reason)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, "RuntimeError: No components found in `kfp_config.ini`"),
        (1, "ModuleNotFoundError: No module named 'sklearn'"),
        (1, "exited with code 1: /usr/bin/python3: No module named trainer.task"),
        (127, "exited with code 127: sh: 1: gsutil: not found"),
        (1, "FileNotFoundError: [Errno 2] No such file or directory: 'gsutil'"),
        (2, "exited with code 2: python3: can't open file '/app/main.py': [Errno 2] No such file or directory"),
    ],
)
def test_what_an_image_may_hold_is_recognized(code: int, reason: str) -> None:
    assert needs_image(code, reason)


@pytest.mark.parametrize(
    "reason", ["ValueError: not found", "FileNotFoundError: [Errno 2] No such file or directory: '/x/y'"]
)
def test_an_error_of_the_code_is_none_of_the_image(reason: str) -> None:
    assert not needs_image(1, reason)
