# SPDX-License-Identifier: Apache-2.0
"""Texts: as docstrings and docs take them, and the sentences that follow from facts."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Any

from generator.declarations import WIDTH
from generator.objects import Field, ListField, Model, Operation, Param


def operation_text(op: Operation) -> str:
    """Return what an operation does, that it may be repeated where the method does not say so, and who serves it."""
    harmless = "Repeating the call is harmless." if op.idempotent and op.method == "POST" else ""
    return _sentences(op.description, harmless, f"Served since {op.served_since}." if op.served_since else "")


def param_text(op: Operation, param: Param) -> str:
    """Return what a parameter is for, with what follows from facts: of the list, and of the namespace."""
    return _sentences(param.description, _list_text(op, param), _namespace_text(op, param))


def released(text: str, thing: Any) -> str:
    """Return the text of a thing and which releases have it."""
    return _sentences(text, releases(thing))


def model_text(model: Model) -> str:
    """Return what a model or enum is, and which of its fields exclude each other."""
    one_of = f"At most one of {joined(model.one_of)} is set." if model.one_of else ""
    twin = f"The same as `{model.same_as}`, under its name of that time." if model.same_as else ""
    return _sentences(model.description, one_of, twin)


def field_text(field: Field) -> str:
    """Return what a field is for, and how a 64-bit integer is written."""
    return _sentences(field.description, "Int64: text in replies, text or number when sent." if field.int64 else "")


def value_text(model: Model, value: str) -> str:
    """Return what a value of an enum means, its number where that is particular, and that it is terminal."""
    numbers = dict(zip(model.values.values(), model.numbers))
    number = f"Number {numbers[value]} on the wire." if numbers else ""
    return _sentences(model.value_texts[value], number, "Terminal." if value in model.terminal else "")


def _list_text(op: Operation, param: Param) -> str:
    if op.paging and param == op.paging.token:
        again = joined(each.name for each in op.paging.resend)
        remembers = f"It remembers {op.paging.sort.name} and {op.paging.filter.name}, so leave them out"
        return f"{remembers}; send {again} again. `pagination.paginate` reads all pages."
    if op.paging and op.fields and param == op.paging.sort:
        both, alone = _names(op, ""), _names(op, "sort")
        return f"Fields: {both}.{f' Sorting takes {alone}, too.' if alone else ''}"
    if op.paging and op.fields and param == op.paging.filter:
        alone = _names(op, "filter")
        keys = f"Keys are the fields of {op.paging.sort.name}{f', and {alone}' if alone else ''}."
        return f"{keys} `filters.field` makes conditions that are checked."
    return ""


def _namespace_text(op: Operation, param: Param) -> str:
    to = op.namespace
    if to is None or param.location != to.location or (param.location == "query" and param.wire != to.wire):
        return ""
    without = to.wire if param.location == "body" else joined(["it", *to.unless])
    return f"Without {without}, `Configuration.namespace` is sent where it is set."


def _names(op: Operation, only: str) -> str:
    return ", ".join(_name(field) for field in op.fields if field.only == only)


def _name(field: ListField) -> str:
    name = f"`{field.name}KEY`" if field.name.endswith((".", ":")) else field.name
    name += f" with {joined(field.operations)}" if field.operations else ""
    said = [f"or {alias}" for alias in field.aliases]
    said += [f"since {field.since}"] if field.since else []
    said += [field.note] if field.note else []
    return f"{name} ({'; '.join(said)})" if said else name


def joined(names: Iterable[str]) -> str:
    """Return names as "a, b and c"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _sentences(*texts: str) -> str:
    return " ".join(filter(None, texts))


def releases(thing: Any) -> str:
    """Return since and until as a clause, "" where all releases have the thing."""
    since = f"Since {thing.since}" if thing.since else ""
    until = f"until {thing.until}" if getattr(thing, "until", "") else ""
    clause = ", ".join(filter(None, [since, until]))
    return f"{clause[:1].upper()}{clause[1:]}." if clause else ""


def wrap(text: str, indent: int, first: str = "") -> str:
    """Return a text in lines of the repository's width; blank lines and list items stay."""
    blocks = []
    for block in re.split(r"\n(?=\s*\n|\s*- )", text.strip()):
        flat = " ".join(block.split())
        blocks.append(
            textwrap.fill(flat, WIDTH - indent, break_long_words=False, break_on_hyphens=False) if flat else ""
        )
    return textwrap.indent("\n".join(blocks), " " * indent).strip()


def doc(text: str, indent: int) -> str:
    """Return a text as it stands inside a docstring."""
    return wrap(text.replace("\\", "\\\\").replace('"""', "'''"), indent)


def short_doc(text: str, indent: int) -> str:
    """Return a whole docstring, on one line where it fits."""
    flat = " ".join(text.split())
    flat = flat.replace("\\", "\\\\").replace('"""', "'''")
    flat = f"{flat} " if flat.endswith('"') else flat
    if len(flat) + indent + 6 <= WIDTH:
        return f'"""{flat}"""'
    return f'"""{wrap(flat, indent)}\n{" " * indent}"""'


def aligned(items: list[tuple[str, str]], indent: int) -> str:
    """Return the lines of a docstring's section: `name: text`, continued four deeper."""
    lines = []
    for name, text in items:
        flat = f"{name}: {' '.join(text.split())}".replace("\\", "\\\\")
        lines.append(textwrap.fill(flat, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 4),
                                   break_long_words=False, break_on_hyphens=False))  # fmt: skip
    return "\n".join(lines)


def literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def cell(text: str) -> str:
    """Return a text as a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")
