# SPDX-License-Identifier: Apache-2.0
"""Measures one case for one candidate in this process and prints the number."""

from __future__ import annotations

import sys

STARTS = {"import": "package", "modules": "modules", "first-client": "first_client", "first-reply": "first_reply"}
"""The functions of `importing` by case: nothing but the case may be imported before it."""


def main() -> None:
    """Read case, candidate and "quick", "full" or "profile" from the arguments."""
    name, candidate, how = sys.argv[1:]
    if "orjson" not in candidate:
        sys.modules["orjson"] = None  # type: ignore[assignment]  # makes `import orjson` fail
    if name in STARTS:
        from benchmarks import importing

        run = getattr(importing, STARTS[name])
    else:
        from benchmarks.cases import CASES

        run = next(case.run for case in CASES if case.name == name)
    if how == "profile":
        from cProfile import Profile
        from pstats import Stats

        profile = Profile()
        profile.runcall(run, candidate, False)
        Stats(profile).strip_dirs().sort_stats("tottime").print_stats(12)
    else:
        print(run(candidate, how == "quick"))
