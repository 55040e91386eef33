# SPDX-License-Identifier: Apache-2.0
"""Arguments and answers of handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar, Union

from kfp_server_api.server.errors import UNAVAILABLE, RequestError
from kfp_server_api.server.orchestration.run_queue import RunQueue
from kfp_server_api.server.settings import Settings
from kfp_server_api.server.store.database import PATIENCE, Store, StoreUnavailable, waiting_until

__all__ = ["PATIENCE", "Answer", "Call", "Context", "Handler", "Page", "Stream", "before"]

Result = TypeVar("Result")


class Context(NamedTuple):
    """The parts of a server that all handlers share."""

    settings: Settings
    store: Store
    run_queue: RunQueue


class Call(NamedTuple):
    """One call of an operation.

    Attributes:
        arguments: by the names of the operation's parameters; what the caller left out is missing.
        user: who calls; None on a server for a single user.
    """

    context: Context
    arguments: Mapping[str, Any]
    user: str | None = None


class Page(NamedTuple):
    """Items of one page of a list, the number of items on all pages, and the next page's token ("" on the last)."""

    items: list[dict[str, Any]]
    total_size: int
    next_page_token: str


class Stream(NamedTuple):
    """A reply whose bytes the handler writes itself, sent piece by piece as they are made."""

    chunks: Iterable[bytes]
    media_type: str


Answer = Union[dict[str, Any], Page, Stream]
"""A resource by attribute names ({} where the operation returns nothing), a page of a list, or a stream."""

Handler = Callable[[Call], Answer]
"""Does one operation."""


def before(deadline: float, work: Callable[[], Result], error: type[RequestError] = RequestError) -> Result:
    """Do some work of a handler; what it waits for in the store ends at a moment of the monotonic clock.

    Args:
        error: the shape of the operation's errors.

    Raises:
        RequestError: the store cannot be used, or not before the deadline; nothing was changed, and nothing will be.
    """
    try:
        with waiting_until(deadline):
            return work()
    except StoreUnavailable as cause:
        raise error(UNAVAILABLE, str(cause)) from cause
