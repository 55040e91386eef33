# SPDX-License-Identifier: Apache-2.0
"""Lists of any length, item by item or page by page, to be stopped and resumed anywhere.

    for run in paginate(runs.run_service_list_runs, experiment_id=..., sort_by="created_at desc"):
        ...

Pages are fetched when they are needed, and one is held at a time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Callable, Generic, TypeVar, overload

from kfp_server_api import retries
from kfp_server_api._list_call import ListCall, list_call
from kfp_server_api.exceptions import ApiTypeError, ApiValueError, BadRequestError, DecodeError, ServerError

if TYPE_CHECKING:
    from kfp_server_api.models import (
        V2beta1Experiment,
        V2beta1ListExperimentsResponse,
        V2beta1ListPipelinesResponse,
        V2beta1ListPipelineVersionsResponse,
        V2beta1ListRecurringRunsResponse,
        V2beta1ListRunsResponse,
        V2beta1Pipeline,
        V2beta1PipelineVersion,
        V2beta1RecurringRun,
        V2beta1Run,
    )

__all__ = ["PAGE_SIZE", "Paginator", "paginate"]

_log = logging.getLogger(__name__)
_Item = TypeVar("_Item")
_Page = TypeVar("_Page")

PAGE_SIZE = 100
"""Items that are asked for at a time, unless the caller says otherwise."""
_EMPTY_PAGES = 1000
"""Pages without an item in a row that are taken for a list without end."""
_GATEWAY_TIMEOUT = 504
_MAYBE = (str, type(None))
_STATE: dict[str, Any] = {"query": str, "page_token": _MAYBE, "given": list, "upcoming": _MAYBE}
"""What a state holds, by type: a digest, the token of a page ("" the first, None none), digests of IDs."""


class Paginator(Iterator[_Item], Generic[_Item, _Page]):
    """The items of a list, fetched page by page; made by `paginate`.

    When a page cannot be fetched the error is raised, and the next call tries the same page again.
    """

    def __init__(self, call: ListCall, size: int, limit: float) -> None:
        self._call, self._paging = call, call.paging
        self._size, self._left = size, limit
        self._query = _digest(json.dumps(call.query, sort_keys=True, default=str))
        self._criteria_again = True
        """Whether the server takes sort order and filter beside a token."""
        # The page at hand, its token, and how many of its items are done with; then the token of the page after it.
        self._page: _Page | None = None
        self._items: list[_Item] = []
        self._token, self._done = "", 0
        self._next: str | None = ""
        """"" before the first page, None after the last."""
        # Where a state stands inside of its page: digests of the IDs given before, and of the one to be given next.
        self._given: set[str] = set()
        self._upcoming: str | None = None
        self._fetched: set[int] = set()
        """Hashes of the tokens of all pages so far."""
        self._empty = 0
        """Pages without an item since the last one that had some."""

    def __next__(self) -> _Item:
        while self._left > 0:
            if self._done < len(self._items):
                self._done += 1
                self._left -= 1
                return self._items[self._done - 1]
            if self._turn() is None:
                break
        raise StopIteration

    def pages(self) -> Iterator[_Page]:
        """Give the replies instead of their items, from where this stands; a half-read page comes first and whole."""
        turn = self._done == len(self._items)
        while self._left > 0:
            if turn and self._turn() is None:
                return
            turn = True
            if self._done == len(self._items) > 0:
                continue  # all of it was given before the state was taken
            self._left -= len(self._items) - self._done
            self._done = len(self._items)
            yield self._page  # type: ignore[misc]  # there is one now

    @property
    def state(self) -> dict[str, Any]:
        """Where this stands, to go on with the next item later: `paginate(..., state=state)`.

        A small dict for JSON. It goes with the same method, scope, sort order and filter.
        """
        token, upcoming, given = self._next, self._upcoming, self._given
        if self._done < len(self._items):
            token, upcoming = self._token, self._mark(self._items[self._done])
            given = given | {mark for mark in map(self._mark, self._items[: self._done]) if mark}
        return {"query": self._query, "page_token": token, "given": sorted(given), "upcoming": upcoming}

    def _resume(self, state: Mapping[str, Any]) -> None:
        """Go to where a state stands.

        Raises:
            ApiTypeError, ApiValueError: it is no state, or that of another list.
        """
        if not isinstance(state, Mapping):
            raise ApiTypeError(f"`state` is a dict that a paginator gave, not {state!r}")
        known = all(isinstance(state.get(key, ...), types) for key, types in _STATE.items())
        if not known or not all(isinstance(each, str) for each in state["given"]):
            raise ApiValueError("`state` is none that a paginator gave")
        if state["query"] != self._query:
            raise ApiValueError(
                f"`state` is of another list: the method (here `{self._call.operation.name}`), its scope, its"
                f" `{self._paging.sort}` and its `{self._paging.filter}` have to be those that it was made with"
            )
        self._next, self._given, self._upcoming = state["page_token"], set(state["given"]), state["upcoming"]

    def _mark(self, item: _Item) -> str | None:
        id = getattr(item, self._call.id)
        return None if id is None else _digest(id)

    def _place(self, items: list[_Item]) -> int:
        """Return how many items of a page come before the place where the state stood that this began with.

        Meanwhile items may have come and gone on either side of it. What stands before an item that was given is over,
        so nothing is given twice; a page that has neither such an item nor the next one is new, so nothing is lost.
        """
        marks = [self._mark(item) for item in items]
        place = max((at for at, mark in enumerate(marks, 1) if mark in self._given), default=0)
        self._given = self._given.difference(marks)
        if self._upcoming is not None and self._upcoming in marks:
            place, self._upcoming = max(place, marks.index(self._upcoming)), None
        elif not self._given:
            self._upcoming = None
        return place

    def _turn(self) -> _Page | None:
        """Put the next page in place of the one at hand; None after the last."""
        self._page, self._items, self._done = None, [], 0  # first, so that there are never two
        if self._next is None:
            return None
        if hash(self._next) in self._fetched:
            raise self._endless("a page token came twice")
        if self._empty >= _EMPTY_PAGES:
            raise self._endless(f"{self._empty} pages without an item came in a row")
        page: _Page = self._fetch(self._next)
        items = [each for each in getattr(page, self._paging.items) or [] if each is not None]  # it may hold nulls
        following = getattr(page, self._paging.next) or None
        self._done = self._place(items) if self._given or self._upcoming else 0
        self._fetched.add(hash(self._next))
        self._empty = 0 if items else self._empty + 1
        self._token, self._next = self._next, following
        self._page, self._items = page, items
        return page

    def _endless(self, reason: str) -> DecodeError:
        return DecodeError(reason=f"{self._call.operation.name}: the list has no end: {reason}")

    def _fetch(self, token: str) -> Any:
        """Fetch a page; halve its size for as long as a gateway finds it too long in the making."""
        while True:
            size = int(min(self._size, self._left + len(self._given)))
            try:
                if size == 1:
                    return self._ask(token, size)
                with retries.not_on(_GATEWAY_TIMEOUT):
                    return self._ask(token, size)
            except ServerError as error:
                if error.status != _GATEWAY_TIMEOUT or size == 1:
                    raise
                self._size = size // 2
                _log.info("%s: HTTP 504: pages have %d items from here on", self._call.operation.name, self._size)

    def _ask(self, token: str, size: int) -> Any:
        """Ask for a page as its server wants to be asked.

        A token remembers sort order and filter, but not the scope and tags. Servers compare with it what comes again,
        and some do not know their own filter in it; then it has to come without.
        """
        page = {self._paging.size: size, **({self._paging.token: token} if token else {})}
        if not token or self._criteria_again:
            try:
                return self._call.method(**self._call.arguments, **page)
            except BadRequestError:
                if not token or self._call.arguments == self._call.without_criteria:
                    raise
        reply = self._call.method(**self._call.without_criteria, **page)
        self._criteria_again = False
        return reply


# fmt: off
@overload
def paginate(
    method: Callable[..., V2beta1ListRunsResponse], *args: Any, limit: int | None = None,
    state: Mapping[str, Any] | None = None, page_size: int | None = None, **keywords: Any,
) -> Paginator[V2beta1Run, V2beta1ListRunsResponse]: ...
@overload
def paginate(
    method: Callable[..., V2beta1ListExperimentsResponse], *args: Any, limit: int | None = None,
    state: Mapping[str, Any] | None = None, page_size: int | None = None, **keywords: Any,
) -> Paginator[V2beta1Experiment, V2beta1ListExperimentsResponse]: ...
@overload
def paginate(
    method: Callable[..., V2beta1ListPipelinesResponse], *args: Any, limit: int | None = None,
    state: Mapping[str, Any] | None = None, page_size: int | None = None, **keywords: Any,
) -> Paginator[V2beta1Pipeline, V2beta1ListPipelinesResponse]: ...
@overload
def paginate(
    method: Callable[..., V2beta1ListPipelineVersionsResponse], *args: Any, limit: int | None = None,
    state: Mapping[str, Any] | None = None, page_size: int | None = None, **keywords: Any,
) -> Paginator[V2beta1PipelineVersion, V2beta1ListPipelineVersionsResponse]: ...
@overload
def paginate(
    method: Callable[..., V2beta1ListRecurringRunsResponse], *args: Any, limit: int | None = None,
    state: Mapping[str, Any] | None = None, page_size: int | None = None, **keywords: Any,
) -> Paginator[V2beta1RecurringRun, V2beta1ListRecurringRunsResponse]: ...
# fmt: on
def paginate(
    method: Callable[..., Any],
    *args: Any,
    limit: int | None = None,
    state: Mapping[str, Any] | None = None,
    page_size: int | None = None,
    **keywords: Any,
) -> Paginator[Any, Any]:
    """Iterate over all items of a list.

    Args:
        method: a list method of an API object, such as `RunServiceApi(client).run_service_list_runs`.
        args, keywords: the method's own, options such as `_request_timeout` included, which hold for each page.
        limit: the most items to give, from here or from `state` on; no more than these are fetched.
        state: `Paginator.state` of an earlier iteration with the same method, scope, sort order and filter.
        page_size: items to ask for at a time; None is `PAGE_SIZE`. Halved for the rest where a gateway answers 504.

    Raises:
        ApiTypeError, ApiValueError: a bad argument, before anything is sent.
        DecodeError: while iterating: the list has no end, since a page token came twice.
    """
    size = PAGE_SIZE if page_size is None else _whole("page_size", page_size, 1)
    most = math.inf if limit is None else _whole("limit", limit, 0)
    paginator: Paginator[Any, Any] = Paginator(list_call(method, args, keywords), size, most)
    if state is not None:
        paginator._resume(state)
    return paginator


def _whole(name: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ApiTypeError(f"`{name}` has to be a whole number, not {value!r}")
    if value < least:
        raise ApiValueError(f"`{name}` has to be at least {least}, not {value}")
    return value


def _digest(text: Any) -> str:
    return hashlib.blake2b(str(text).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
