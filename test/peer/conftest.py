# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the candidates, and one ledger that every comparison reports to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fixtures.peer import compare, peers, releases

LEDGER = pytest.StashKey["compare.Ledger"]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEDGER] = compare.Ledger()


def pytest_unconfigure() -> None:
    for leftover in releases.cache().glob(f"work-{os.getpid()}"):
        shutil.rmtree(leftover)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Judge the table of wanted differences after all comparisons; install upstream only when asked to."""
    items.sort(key=lambda item: item.path.name == "test_peer_wanted.py")
    if not any("peer" in argument for argument in config.args):
        for item in items:
            if item.path.parent == Path(__file__).parent:
                item.add_marker(pytest.mark.skip(reason="installs upstream releases: run by `tox -e peer`"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "release" in metafunc.fixturenames:
        by_code = metafunc.module.__name__.endswith("test_peer_calls")
        metafunc.parametrize("release", releases.distinct() if by_code else releases.wanted())


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    ledger = config.stash[LEDGER]
    terminalreporter.section(f"compared with upstream (seed {peers.SEED}, rounds {peers.ROUNDS})")
    for area, count in sorted(ledger.counts.items()):
        terminalreporter.line(f"{area:10} {count:>9} values")
    terminalreporter.line(f"wanted differences met: {dict(sorted(ledger.used.items()))}")


@pytest.fixture(scope="session")
def ledger(pytestconfig: pytest.Config) -> compare.Ledger:
    return pytestconfig.stash[LEDGER]


@pytest.fixture(scope="session")
def ours() -> Iterator[peers.Candidate]:
    folder = releases.ours()
    yield peers.Candidate("ours", folder)
    shutil.rmtree(folder)
    shutil.rmtree(releases.cache() / f"work-{os.getpid()}", ignore_errors=True)


@pytest.fixture(scope="session")
def upstreams() -> dict[str, peers.Candidate]:
    return {}


@pytest.fixture
def upstream(release: str, upstreams: dict[str, peers.Candidate]) -> peers.Candidate:
    if release not in upstreams:
        upstreams[release] = peers.Candidate(release, releases.upstream(release))
    return upstreams[release]
