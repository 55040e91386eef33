# SPDX-License-Identifier: Apache-2.0
"""The store: what a transaction keeps, and its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from kfp_server_api.server.store.database import Store, StoreError


def test_what_follows_a_transaction_is_done_when_it_is_kept_and_not_after_an_error(tmp_path: Path) -> None:
    store, done = Store(tmp_path / "kfp.db"), list[str]()
    with pytest.raises(OSError), store.write():
        store.then(lambda: done.append("lost"))
        raise OSError
    with store.write():
        store.then(lambda: done.append("kept"))
        assert done == []
    assert done == ["kept"]
    store.close()


def test_a_store_that_was_closed_opens_its_file_no_more(tmp_path: Path) -> None:
    store = Store(tmp_path / "kfp.db")
    store.close()
    with pytest.raises(StoreError, match="is closed"), store.read():
        pass
    with pytest.raises(StoreError, match="is closed"), store.write():
        pass
