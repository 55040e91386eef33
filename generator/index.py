# SPDX-License-Identifier: Apache-2.0
"""The index of the docs: guides, services, and the models of each service."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from generator.names import models_in
from generator.objects import Model, Operation, Service, Spec

GENERATED = "Generated from spec/kfp.yaml"


class Guide(NamedTuple):
    """A page of the docs that is written by hand: its path below docs/, and its title."""

    path: str
    title: str


def is_generated(path: Path) -> bool:
    """Tell whether a file begins with the line that every generated file begins with."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return GENERATED in first


def guides_in(docs: Path) -> list[Guide]:
    """Return the pages in docs/ and docs/guides/ that are written by hand, by title."""
    pages = [page for pattern in ("*.md", "guides/*.md") for page in docs.glob(pattern) if not is_generated(page)]
    return sorted((_guide(docs, page) for page in pages), key=lambda guide: guide.title.lower())


def _guide(docs: Path, page: Path) -> Guide:
    title = page.read_text(encoding="utf-8").partition("\n")[0]
    return Guide(page.relative_to(docs).as_posix(), title.lstrip("# "))


def models_of_services(spec: Spec) -> list[tuple[Service | None, list[Model]]]:
    """Return each service with the models and enums that its operations take and return; last, None with the rest."""
    by_name = {model.name: model for model in spec.models}
    found: list[tuple[Service | None, set[str]]] = [
        (service, _reached({name for op in service.operations for name in _named(op)}, by_name))
        for service in spec.services
    ]
    rest = by_name.keys() - set().union(*(names for _, names in found))
    pairs = [*found, (None, rest)]
    return [(service, [by_name[name] for name in sorted(names)]) for service, names in pairs if names]


def _named(op: Operation) -> Iterable[str]:
    types = [op.returns, *(param.type for param in op.params), *(param.json for param in op.params)]
    return [name for each in types for name in models_in(each)]


def _reached(names: set[str], models: dict[str, Model]) -> set[str]:
    """Return the models of these names and those of their fields, and so on."""
    reached: set[str] = set()
    left = names & models.keys()
    while left:
        reached |= left
        left = {name for each in left for field in models[each].fields for name in models_in(field.type)} - reached
        left &= models.keys()
    return reached
