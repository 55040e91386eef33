# SPDX-License-Identifier: Apache-2.0
"""Many runs, polled at once."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Optional

from kfp_server_api.exceptions import ApiException, ApiTypeError, NotFoundError
from kfp_server_api.filters import field
from kfp_server_api.models import V2beta1Run
from kfp_server_api.pagination import paginate

if TYPE_CHECKING:
    from kfp_server_api._wait import Reads, Wait
    from kfp_server_api.models import V2beta1ListRunsResponse

    Scope = tuple[str, Optional[str]]
    """An argument of a list: its name and its value."""

_PER_LIST = 200
"""Runs that are asked for at a time: no server gives more in one page."""
_TOO_LONG = frozenset({413, 414, 431})
"""HTTP statuses of a proxy for which a URL is too long."""


class ManyRuns:
    """Polls many runs: by one list for each 200 of a scope, by themselves those that it does not show."""

    def __init__(self, wait: Wait, namespace: str | None) -> None:
        if not isinstance(namespace, (str, type(None))):
            raise ApiTypeError(f"`namespace` takes text, not {namespace!r}")
        self._wait = wait
        self._size = _PER_LIST
        given = namespace or wait.run_api.api_client.configuration.namespace
        self._scopes: dict[str, Scope] = dict.fromkeys(wait.open, ("namespace", given)) if given else {}
        """Of each run; a run without one is read by itself, and says which experiment it is in."""
        self._gone: set[Scope] = set()
        """Experiments that were deleted, which runs outlive; they have no list."""

    def read(self) -> Reads:
        """Poll each run that is open, once."""
        unread = dict.fromkeys(self._wait.open)
        while unread:
            run_id = next(iter(unread))
            if run_id not in self._scopes:
                run = self._wait.read(run_id)
                del unread[run_id]
                self._scopes[run_id] = ("experiment_id", run.experiment_id)
                yield run_id, run
            yield from self._listed(self._scopes[run_id], unread)

    def _listed(self, scope: Scope, unread: dict[str, None]) -> Reads:
        """Give the runs in a scope that one list shows, and take them out of the unread ones."""
        mine = [each for each in unread if self._scopes.get(each, scope) == scope][: self._size]
        try:
            for page in self._pages(scope, mine):
                for run in filter(None, page.runs or []):  # a list may hold nulls
                    if run.run_id in unread:
                        del unread[run.run_id]
                        self._scopes[run.run_id] = scope
                        yield run.run_id, _alone(run)
        except ApiException as error:
            if error.status not in _TOO_LONG or self._size == 1:
                raise
            self._size //= 2
            return
        for each in mine:
            if each in unread:
                self._scopes.pop(each, None)

    def _pages(self, scope: Scope, ids: list[str]) -> Iterator[V2beta1ListRunsResponse]:
        """Give the pages of a list of runs by their IDs.

        It has room for all of them in one page: a server does not take such a filter again with a page token.
        """
        if not ids or scope in self._gone:
            return
        list_runs, options = self._wait.run_api.run_service_list_runs, {"_deadline": self._wait.deadline}
        options[scope[0]] = scope[1]
        try:
            yield from paginate(list_runs, filter=field("run_id").in_(ids), page_size=_PER_LIST, **options).pages()
        except NotFoundError:
            self._gone.add(scope)


def _alone(run: V2beta1Run) -> V2beta1Run:
    """Return a run of a page that does not hold the page."""
    return V2beta1Run._from_reply(run._json, copy.copy(run._reply))
