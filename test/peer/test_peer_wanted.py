# SPDX-License-Identifier: Apache-2.0
"""The table of wanted differences says only what is true."""

from __future__ import annotations

import pytest
from compare import Ledger
from releases import RELEASES, wanted

AREAS = {"surface", "wire", "replies", "failures", "client", "beyond"}


def test_every_row_has_its_own_id(ledger: Ledger) -> None:
    ids = [row.id for row in ledger.rows]
    assert ids and len(set(ids)) == len(ids)


def test_every_row_names_a_difference_that_exists(ledger: Ledger) -> None:
    if not ledger.areas >= AREAS or wanted() != list(RELEASES):
        pytest.skip("needs the whole comparison in the same run")
    assert [row.id for row in ledger.rows if row.id not in ledger.used] == []
