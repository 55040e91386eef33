# SPDX-License-Identifier: Apache-2.0
"""The examples of docs/kedro.md, in the order of the page, against a real server."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/kedro.md"


def test_examples_of_the_page_run(running, monkeypatch, capsys):
    monkeypatch.setenv("KEDRO_SERVER_HOST", running.host)
    text = PAGE.read_text()
    names: dict[str, object] = {}
    for block in re.finditer(r"^```python\n(.*?)^```$", text, re.M | re.S):
        line = text.count("\n", 0, block.start()) + 1
        exec(compile("\n" * line + block.group(1), str(PAGE), "exec"), names)
    printed = capsys.readouterr().out
    for promised in re.findall(r"print\(.*\)  # (.+)", text):
        assert promised in printed
    assert "ValueError the ship" in printed
    assert "still running" in printed
