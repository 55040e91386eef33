# SPDX-License-Identifier: Apache-2.0
"""Run the benchmarks: every case and candidate in a fresh process, in turn, several rounds."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from benchmarks import report, upstream
from benchmarks.cases import CASES, Case
from benchmarks.worker import STARTS

HERE = Path(__file__).resolve().parents[1]
LONGEST = 600


def main() -> None:
    """Measure, print the table, write the JSON; or print a profile."""
    options = _options()
    if options.profile:
        case = next(case for case in CASES if case.name == options.profile)
        profile = _in_process(case.name, case.candidates[-1], options.ours, "profile")
        print(profile.stdout)
        sys.exit(profile.returncode)
    cases = [case for case in CASES if not options.only or case.name in options.only]
    cases = [case for case in cases if find_spec("orjson") or case.name != "list-page-fast"]
    folders = {"upstream": upstream.folder(options.upstream), "ours": options.ours}
    for case in cases:
        if case.name in STARTS:
            _measure(case, folders, options.quick)  # writes the byte code
    rounds = []
    for number in range(1 if options.quick else options.rounds):
        rounds.append([_measure(case, folders, options.quick) for case in cases])
        print(f"round {number + 1} done", file=sys.stderr)
    result = report.summary(cases, rounds, upstream.version(folders["upstream"]))
    print(report.table(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    names = [case.name for case in CASES]
    parser.add_argument("--only", action="append", choices=names, metavar="CASE", help=", ".join(names))
    parser.add_argument(
        "--profile", choices=names, metavar="CASE", help="print where our time goes in one case, measure nothing"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers to a file")
    parser.add_argument("--quick", action="store_true", help="one round, small files")
    parser.add_argument("--upstream", type=Path, default=HERE / ".tox/bench-upstream", help="where upstream is put")
    parser.add_argument("--ours", type=Path, default=_ours(), help="folder with our package; default: as imported")
    return parser.parse_args()


def _ours() -> Path:
    found = find_spec("kfp_server_api")
    assert found is not None and found.origin is not None
    return Path(found.origin).resolve().parents[1]


def _measure(case: Case, folders: dict[str, Path], quick: bool) -> dict[str, float]:
    def number(candidate: str) -> float:
        folder = folders["upstream" if candidate == "upstream" else "ours"]
        done = _in_process(case.name, candidate, folder, "quick" if quick else "full")
        return float(done.stdout) if done.returncode == 0 else float("nan")

    return {candidate: number(candidate) for candidate in case.candidates}


def _in_process(case: str, candidate: str, folder: Path, how: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{folder.resolve()}{os.pathsep}{HERE}", "PYTHONHASHSEED": "0"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its byte code
    command = [sys.executable, "-c", "from benchmarks.worker import main; main()", case, candidate, how]
    with tempfile.TemporaryDirectory() as empty:
        return subprocess.run(command, env=environment, cwd=empty, stdout=subprocess.PIPE, text=True, timeout=LONGEST)


if __name__ == "__main__":
    main()
