# SPDX-License-Identifier: Apache-2.0
"""The wanted differences are those that `docs/migrating.md` lists, and each is met."""

from __future__ import annotations

import re

import pytest
from fixtures.peer.compare import Ledger
from fixtures.peer.releases import RELEASES, REPOSITORY, wanted
from fixtures.peer.wanted import ROWS

AREAS = {"surface", "wire", "replies", "failures", "client", "beyond"}


def test_page_and_patterns_have_the_same_rows() -> None:
    page = (REPOSITORY / "docs" / "migrating.md").read_text("utf-8")
    assert sorted(re.findall(r"^\| \*\*([\w-]+)\*\* \|", page, re.M)) == sorted(row.id for row in ROWS)


def test_every_row_has_its_own_id() -> None:
    ids = [row.id for row in ROWS]
    assert ids and len(set(ids)) == len(ids)


def test_every_row_names_a_difference_that_exists(ledger: Ledger) -> None:
    if not ledger.areas >= AREAS or wanted() != list(RELEASES):
        pytest.skip("needs the whole comparison in the same run")
    assert [row.id for row in ledger.rows if row.id not in ledger.used] == []
