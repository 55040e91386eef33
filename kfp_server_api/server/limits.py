# SPDX-License-Identifier: Apache-2.0
"""How much users may send: the same for JSON bodies, uploaded files and what is packed in them."""

from __future__ import annotations

LARGEST = 32 * 1024 * 1024
"""Bytes of a body or file, packed or not, and of the text that the aliases of a YAML file make of it."""

MOST_VALUES = 500_000
"""Values and keys in one text, aliases counted where they are used; a pipeline of 2,000 tasks has some 200,000."""

MOST_COLLECTIONS = 150_000
"""Lists and mappings in a YAML file, each of which takes twice as long as a text; 2,000 tasks have some 50,000."""

DEEPEST = 100
"""Levels of lists and mappings."""

TOO_LARGE = f"File size too large. Maximum supported size: {LARGEST} bytes"
TOO_MANY = f"it has more than {MOST_VALUES} values and keys"
TOO_MANY_COLLECTIONS = f"it has more than {MOST_COLLECTIONS} lists and mappings"
TOO_DEEP = f"it is nested in more than {DEEPEST} levels"
