# SPDX-License-Identifier: Apache-2.0
"""`python -m generator` writes the generated files; `--check` only compares and fails on any difference."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from generator.index import guides_in, is_generated
from generator.render import PACKAGE, render
from generator.spec import SpecError, read


def main(argv: list[str] | None = None) -> int:
    """Run the generator; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m generator", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file differs")
    parser.add_argument("--spec", type=Path, default=Path("spec/kfp.yaml"), help="the OpenAPI file")
    parser.add_argument("--out", type=Path, default=Path("."), help="the repository to write into")
    options = parser.parse_args(argv)
    try:
        files = render(read(options.spec), guides_in(options.out / "docs"))
    except SpecError as error:
        print(error, file=sys.stderr)
        return 1
    stale = sorted(_changed(options.out, files) + _left_over(options.out, files))
    if options.check:
        for path in stale:
            print(f"differs from what the generator writes: {path}", file=sys.stderr)
        return 1 if stale else 0
    _write(options.out, files)
    print(f"{len(files)} files, {len(stale)} changed")
    return 0


def _changed(out: Path, files: dict[str, str]) -> list[str]:
    def differs(path: str) -> bool:
        file = out / path
        return not file.exists() or file.read_bytes() != files[path].encode()

    return [path for path in files if differs(path)]


def _left_over(out: Path, files: dict[str, str]) -> list[str]:
    """Return generated files that the generator would not write any more."""
    folders = [f"{PACKAGE}/{folder}/*{suffix}" for folder in ("api", "models") for suffix in (".py", ".pyi")]
    present = [path for pattern in (*folders, "docs/*.md") for path in out.glob(pattern)]
    return [str(path.relative_to(out)) for path in present
            if str(path.relative_to(out)) not in files and is_generated(path)]  # fmt: skip


def _write(out: Path, files: dict[str, str]) -> None:
    for path in _left_over(out, files):
        (out / path).unlink()
    for path in _changed(out, files):
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        # As bytes, so that lines end alike on every system.
        (out / path).write_bytes(files[path].encode())


if __name__ == "__main__":
    sys.exit(main())
