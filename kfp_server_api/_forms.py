# SPDX-License-Identifier: Apache-2.0
"""The forms and links of HTML pages."""

from __future__ import annotations

import contextlib
from html.parser import HTMLParser
from typing import NamedTuple

LONGEST = 1 << 18
"""Characters of a page that are read."""


_LONGEST_TEXT = 200
"""Characters of a link's text, after which no more is taken."""


class Form(NamedTuple):
    """A form: where it goes, and its inputs as (name, type, value)."""

    method: str
    """"get" or "post"."""
    action: str
    """"" = the page itself."""
    inputs: list[tuple[str, str, str]]

    def named(self, type: str) -> list[str]:
        """Return the names of the inputs of a type."""
        return [name for name, each, _ in self.inputs if each == type]

    def hidden(self) -> dict[str, str]:
        """Return what a browser sends that nobody typed."""
        return {name: value for name, type, value in self.inputs if type == "hidden"}


class Link(NamedTuple):
    """A link and the text that it shows."""

    target: str
    text: str


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[Link] = []
        self.title = ""
        self._inside: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside.add(tag)
        if tag == "form":
            self.forms.append(Form(given.get("method", "get").lower(), given.get("action", ""), []))
        elif tag == "input" and self.forms and given.get("name"):
            inputs = self.forms[-1].inputs
            inputs.append((given["name"], given.get("type", "text").lower(), given.get("value", "")))
        elif tag == "a" and given.get("href"):
            self.links.append(Link(given["href"], ""))

    def handle_endtag(self, tag: str) -> None:
        self._inside.discard(tag)

    def handle_data(self, data: str) -> None:
        if "title" in self._inside:
            self.title += data
        elif "a" in self._inside and self.links and len(self.links[-1].text) < _LONGEST_TEXT:
            link = self.links[-1]
            self.links[-1] = link._replace(text=" ".join(f"{link.text} {data}".split()))


def forms_in(page: str) -> list[Form]:
    """Return the forms of a page."""
    return _parsed(page).forms


def links_in(page: str) -> list[Link]:
    """Return the links of a page."""
    return _parsed(page).links


def title_of(page: str) -> str:
    """Return the title of a page on one line, at most 80 characters of it."""
    return " ".join(_parsed(page).title.split())[:80]


def _parsed(page: str) -> _Parser:
    parser = _Parser()
    with contextlib.suppress(AssertionError, NotImplementedError):  # its words for markup that it cannot read
        parser.feed(page[:LONGEST])
    return parser
