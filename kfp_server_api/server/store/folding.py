# SPDX-License-Identifier: Apache-2.0
"""How texts are compared: without regard to case and accents, as the usual database of a cluster does."""

from __future__ import annotations

import unicodedata


def fold(text: str | None) -> str:
    """Return what two texts have in common that count as one; blanks at the end make a difference."""
    if text is None:
        return ""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if unicodedata.category(char)[0] != "M").casefold()
