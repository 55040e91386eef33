# SPDX-License-Identifier: Apache-2.0
"""The call of a list, as it is repeated for every page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple
from urllib.parse import unquote_plus

from kfp_server_api._encoding import encode
from kfp_server_api._operation import Operation, Paging, operations
from kfp_server_api._service import Service, as_argument, known_options
from kfp_server_api.exceptions import ApiTypeError, ApiValueError


class ListCall(NamedTuple):
    """A list method and its arguments, without those that choose the page."""

    method: Callable[..., Any]
    operation: Operation
    paging: Paging
    arguments: dict[str, Any]
    without_criteria: dict[str, Any]
    """The arguments that go with a page token, whatever the server."""

    @property
    def id(self) -> str:
        """The attribute of an item that says which it is."""
        return next(field.name for field in self.operation.fields if "id" in field.aliases)

    @property
    def query(self) -> list[Any]:
        """What decides which items there are, and in which order."""
        return [self.operation.name, *(self.arguments.get(param.name) for param in self.operation.params)]


def list_call(method: Any, args: tuple[Any, ...], keywords: Mapping[str, Any]) -> ListCall:
    """Return the call of a list method.

    Raises:
        ApiTypeError, ApiValueError: another method; an argument that is unknown, missing, or chooses the page.
    """
    operation, paging = _operation_of(method)
    arguments = _arguments(operation, paging, args, keywords)
    return ListCall(method, operation, paging, arguments, _without_criteria(operation, paging, arguments))


def _operation_of(method: Any) -> tuple[Operation, Paging]:
    service, name = getattr(method, "__self__", None), getattr(method, "__name__", "")
    if isinstance(service, Service):
        for cls in type(service).__mro__:
            for operation in operations(cls):
                if operation.paging is not None and name in (operation.name, operation.short_name):
                    return operation, operation.paging
    raise ApiTypeError(
        "`method` has to be a list method of an API object, such as `RunServiceApi(client).run_service_list_runs`,"
        f" without parentheses, not {getattr(method, '__qualname__', type(method).__name__)}"
    )


def _arguments(
    operation: Operation, paging: Paging, args: tuple[Any, ...], keywords: Mapping[str, Any]
) -> dict[str, Any]:
    """Return arguments by name, as every page is asked for with them."""
    required = [param.name for param in operation.params if param.required]
    if len(args) > len(required):
        raise ApiTypeError(f"{operation.name} takes {len(required)} positional arguments, got {len(args)}")
    by_place = dict(zip(required, args))
    for name in by_place.keys() & keywords.keys():
        raise ApiTypeError(f"Got `{name}` twice, by place and by name")
    found = {**by_place, **{name: value for name, value in keywords.items() if value is not None}}
    for name in required:
        if found.get(name) is None:
            raise ApiValueError(f"Missing the required parameter `{name}` when calling `{operation.name}`")
    known = {param.name for param in operation.params}
    options = known_options(operation, {name: value for name, value in found.items() if name not in known})
    if options.get("async_req") or options.get("_preload_content") is False:
        raise ApiValueError("`async_req` and `_preload_content=False` give no page to read: leave them out")
    if paging.token in found:
        raise ApiValueError(f"`{paging.token}` is set by the paginator; to go on where one stood give its `state`")
    found = {name: as_argument(operation, name, value) for name, value in found.items()}
    if not isinstance(found.get(paging.filter), (str, type(None))):
        found[paging.filter] = encode(found[paging.filter])
    return found


def _without_criteria(operation: Operation, paging: Paging, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments without sort order, and of the filter the tags alone, which no token remembers."""
    kept = {name: value for name, value in arguments.items() if name not in (paging.sort, paging.filter)}
    tags = _tags_alone(operation, arguments.get(paging.filter))
    return kept if tags is None else {**kept, paging.filter: tags}


def _tags_alone(operation: Operation, criteria: Any) -> Any:
    """Return a filter with the predicates on tags alone, text as text; None where there are none."""
    starts = tuple(field.name for field in operation.fields if field.name.endswith("."))
    try:
        read, is_text = _read(criteria) if isinstance(criteria, str) else (criteria, False)
        tags = [each for each in read["predicates"] if each["key"].startswith(starts)]
    except (ValueError, LookupError, TypeError, AttributeError):
        return None  # what is no filter is for the server to refuse
    if not tags:
        return None
    return json.dumps({"predicates": tags}) if is_text else {"predicates": tags}


def _read(text: str) -> tuple[Any, bool]:
    """Return what a filter's text says, and whether it says so without the escapes that clusters undo in it."""
    try:
        return json.loads(text), True
    except ValueError:
        return json.loads(unquote_plus(text)), False
