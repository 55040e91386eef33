# SPDX-License-Identifier: Apache-2.0
"""Everything importable from a release is importable from ours and takes the same arguments."""

from __future__ import annotations

import pytest
from compare import Ledger, report
from peers import Candidate
from releases import NEWEST
from releases import upstream as installed
from surfaces import SECTIONS, compare_section


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
