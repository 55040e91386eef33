# SPDX-License-Identifier: Apache-2.0
"""The progress of runs on a terminal, in a notebook or in a log."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Callable

from kfp_server_api._runs import GOOD, one_line, tasks_of, title

if TYPE_CHECKING:
    from kfp_server_api.models import V2beta1Run

    Show = Callable[[V2beta1Run], None]

_FORMAT = "{desc} |{bar}| {n_fmt}/{total_fmt} tasks, {elapsed}{postfix}"


@contextmanager
def shown(wanted: bool) -> Iterator[Show]:
    """Give a function that shows how far a run is, on standard error.

    It draws a bar for each run where bars can be drawn and tqdm is installed, and prints a line at each change
    elsewhere.
    """
    if not wanted or sys.stderr is None:
        yield lambda run: None
        return
    bar = _bar_class() if sys.stderr.isatty() or _in_notebook() else None
    bars: dict[Any, Any] = {}
    try:
        yield _lines() if bar is None else _bars(bar, bars)
    finally:
        for each in bars.values():
            each.close()


def _bar_class() -> Any:
    try:
        return import_module("tqdm.auto").tqdm
    except ImportError:
        return None


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


def _lines() -> Show:
    shown_last: dict[Any, str] = {}

    def show(run: V2beta1Run) -> None:
        line = f"{title(run)}: {one_line(run.state)}, tasks done: {_done(run)}"
        if shown_last.get(run.run_id) != line:
            shown_last[run.run_id] = line
            print(line, file=sys.stderr, flush=True)

    return show


def _bars(bar_class: Any, bars: dict[Any, Any]) -> Show:
    def show(run: V2beta1Run) -> None:
        bar = bars.get(run.run_id)
        if bar is None:
            name = f"{one_line(run.display_name or '')} {str(run.run_id)[:8]}"
            bar = bars[run.run_id] = bar_class(desc=name, bar_format=_FORMAT)
        _draw(bar, run)

    return show


def _draw(bar: Any, run: V2beta1Run) -> None:
    total = max(len(tasks_of(run)), 1)
    if bar.total != total:
        began = bar.start_t
        bar.reset(total)  # `total` alone does not reach a notebook's bar
        bar.start_t = began
    bar.n = total if run.state in GOOD else _done(run)
    bar.set_postfix_str(one_line(run.state))


def _done(run: V2beta1Run) -> int:
    return sum(each.state in GOOD for each in tasks_of(run))
