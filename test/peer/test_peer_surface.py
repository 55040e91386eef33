# SPDX-License-Identifier: Apache-2.0
"""Everything importable from a release is importable from ours and takes the same arguments."""

from __future__ import annotations

import hashlib

import pytest
from fixtures.peer.compare import Ledger, report
from fixtures.peer.peers import Candidate
from fixtures.peer.releases import GENERATIONS, NEWEST
from fixtures.peer.releases import upstream as installed
from fixtures.peer.surfaces import SECTIONS, compare_section


@pytest.mark.parametrize("section", SECTIONS)
def test_surface_has_all_of_upstream(section: str, upstream: Candidate, ours: Candidate, ledger: Ledger) -> None:
    count, found = compare_section(section, upstream.surface(), ours.surface())
    left = ledger.settle("surface", count, found)
    assert count
    assert not left, report(left)


def test_comparison_tells_two_releases_apart() -> None:
    older, newest = (Candidate(release, installed(release)).surface() for release in ("2.4.0", NEWEST))
    _, found = compare_section("names", newest, older)
    assert "names/kfp_server_api.DummyFilterServiceApi" in [each.path for each in found]


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda generation: generation[-1])
def test_releases_of_a_generation_have_the_same_code(generation: tuple[str, ...]) -> None:
    assert len({code_of(release) for release in generation}) == 1


def code_of(release: str) -> str:
    """Return the digest of a release's code without its number."""
    digest = hashlib.sha256()
    for path in sorted(installed(release).glob("kfp_server_api/**/*.py")):
        digest.update(path.name.encode() + path.read_bytes().replace(release.encode(), b""))
    return digest.hexdigest()
