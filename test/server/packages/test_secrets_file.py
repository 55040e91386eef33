# SPDX-License-Identifier: Apache-2.0
"""The file of secrets and config maps."""

from __future__ import annotations

from pathlib import Path

import pytest

from kfp_server_api.server.packages.secrets_file import Secrets, read_secrets


def test_secrets_and_config_maps_are_read(tmp_path: Path) -> None:
    file = tmp_path / "secrets.yaml"
    file.write_text("secrets: {db: {password: '1'}}\nconfig_maps: {app: {mode: fast}}\n")
    assert read_secrets(file) == Secrets({"db": {"password": "1"}}, {"app": {"mode": "fast"}})
    assert "fast" not in repr(read_secrets(file))


@pytest.mark.parametrize("text", ["", "secrets:\n", "{}"])
def test_a_file_may_hold_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "secrets.yaml"
    file.write_text(text)
    assert read_secrets(file) == Secrets() == read_secrets(None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("secrets: {db: {password: 12345}}", "secrets.db.password must"),
        ("secrets: {db: sesame}", "secrets.db must"),
        ("config_maps: [sesame]", "config_maps must"),
        ("secrets: {db: {../x: sesame}}", "secrets.db.../x must"),
        ("db: {password: sesame}", "nothing else"),
        ("sesame", "nothing else"),
        ("secrets: {db: [sesame", "is no YAML"),
    ],
)
def test_another_content_is_refused_without_being_shown(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "secrets.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=said) as raised:
        read_secrets(file)
    assert str(file) in str(raised.value)
    assert not {"sesame", "12345"} & set(str(raised.value).replace(".", " ").split())


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.yaml cannot be read: No such file"):
        read_secrets(tmp_path / "none.yaml")
