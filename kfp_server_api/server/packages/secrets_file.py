# SPDX-License-Identifier: Apache-2.0
"""The file with secrets and config maps that tasks get, in place of those of a Kubernetes namespace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

Table = Mapping[str, Mapping[str, str]]


class Secrets(NamedTuple):
    """Texts by name and key."""

    secrets: Table = {}
    config_maps: Table = {}

    def __repr__(self) -> str:
        return "Secrets(...)"


def read_secrets(file: Path | None) -> Secrets:
    """Read `secrets: {name: {key: text}}` and `config_maps`, which is alike; nothing from no file.

    Raises:
        ValueError: the file cannot be read or holds something else; the message shows no value.
    """
    if file is None:
        return Secrets()
    from kfp_server_api.server.packages.yaml_documents import read_documents  # takes long, and few have such a file

    try:
        documents = read_documents(file.read_bytes())
    except OSError as error:
        raise ValueError(f"the file of secrets {file} cannot be read: {error.strerror}") from error
    except ValueError:
        raise ValueError(f"the file of secrets {file} is no YAML") from None
    content = (documents[0] if documents else None) or {}
    unknown = set(content) - set(Secrets._fields) if isinstance(content, dict) else {"no mapping"}
    if unknown or len(documents) > 1:
        raise ValueError(f"the file of secrets {file} must be a mapping of secrets and config_maps, and nothing else")
    tables = {kind: table or {} for kind, table in content.items()}
    for kind, table in tables.items():
        wrong = _wrong(table)
        if wrong is not None:
            raise ValueError(f"{file}: {kind}{wrong} must be a mapping of names to keys to texts")
    return Secrets(**tables)


def _wrong(table: Any) -> str | None:
    """Return where a table is not one, as ".name.key"."""
    if not isinstance(table, dict):
        return ""
    for name, texts in table.items():
        if not isinstance(texts, dict):
            return f".{name}"
        for key, text in texts.items():
            if not isinstance(text, str) or "/" in key or key in ("", ".", ".."):
                return f".{name}.{key}"
    return None
