# SPDX-License-Identifier: Apache-2.0
"""Names are compared without regard to case and accents."""

from __future__ import annotations

import pytest

from kfp_server_api.server.store.folding import fold


@pytest.mark.parametrize(("one", "other"), [("Exp C", "exp c"), ("Café", "CAFE"), ("Straße", "STRASSE"), ("ﬁn", "FIN")])
def test_texts_that_differ_in_case_or_accents_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("a", "a "), ("a", "b"), ("a-b", "a_b"), ("日", "月")])
def test_other_texts_are_two(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_no_text_counts_as_an_empty_one() -> None:
    assert fold(None) == ""
