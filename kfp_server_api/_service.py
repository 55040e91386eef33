# SPDX-License-Identifier: Apache-2.0
"""The base of the API classes: one way to call an operation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from kfp_server_api._operation import Operation, operations, remember
from kfp_server_api.exceptions import ApiTypeError, ApiValueError, did_you_mean

if TYPE_CHECKING:
    from kfp_server_api.api_client import ApiClient

_F = TypeVar("_F", bound=Callable[..., Any])


class Service:
    """Base of the API classes: one instance serves any number of calls and threads.

    Args:
        api_client: the client to call through; without one, a client of the default configuration.
    """

    def __init_subclass__(cls) -> None:
        remember(operations(cls))

    def __init__(self, api_client: ApiClient | None = None) -> None:
        if api_client is None:
            from kfp_server_api.api_client import ApiClient as Client

            api_client = Client()
        if not hasattr(api_client, "call_api"):
            raise ApiTypeError(f"`api_client` takes an ApiClient, not {type(api_client).__name__}")
        self.api_client: ApiClient = api_client

    def _call(self, operation: Operation, values: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Call one operation; `values` stand in the order of its parameters."""
        # A method without `_with_http_info` gives the data alone, whatever the caller asked.
        data_only = options.pop("_return_http_data_only", None)
        if not options.pop("_http_info", False):
            data_only = True
        path, query, body, files = self._sort(operation, values)
        return self.api_client.call_api(
            operation.path,
            operation.method,
            path,
            query,
            operation.headers,
            body=body,
            post_params=[],
            files=files,
            response_type=operation.returns,
            auth_settings=["Bearer"],
            _return_http_data_only=data_only,
            **known_options(operation, options),
        )

    def _sort(
        self, operation: Operation, values: tuple[Any, ...]
    ) -> tuple[dict[str, Any], list[Any], Any, dict[str, Any]]:
        """Return the given values as path parameters, query, body and files, under their names on the wire."""
        path, query, body, files = {}, [], None, {}
        for param, value in zip(operation.params, values):
            if value is None:
                if param.required and self.api_client.client_side_validation:
                    raise ApiValueError(
                        f"Missing the required parameter `{param.name}` when calling `{operation.name}`"
                    )
            elif param.location == "path":
                path[param.key] = value
            elif param.location == "query":
                if type(value) is not str:
                    value = as_argument(operation, param.name, value)
                query.append((param.key, self._as_json(value) if param.json else value))
            elif param.location == "body":
                body = value
            else:
                files[param.key] = value
        return path, query, body, files

    def _as_json(self, value: Any) -> Any:
        """Return a dict or model as JSON text, text as it is.

        Servers undo the URL's escapes in a filter once more than they should, so none may stand in it.
        """
        if isinstance(value, (dict, list)) or hasattr(value, "openapi_types"):
            text = json.dumps(self.api_client.sanitize_for_serialization(value))
            return _JSON_TEXT.sub(lambda found: found[0].replace("+", "\\u002b").replace("%", "\\u0025"), text)
        return value


def expect(argument: str, api: Any, service: str, operation: str) -> None:
    """Raise unless an argument is an API object.

    Args:
        argument: its name.
        service: name of the class.
        operation: one of its methods.

    Raises:
        ApiTypeError: it is something else.
    """
    if not hasattr(api, operation):
        raise ApiTypeError(f"`{argument}` takes a {service}, not {type(api).__name__}")


def as_argument(operation: Operation, name: str, value: Any) -> Any:
    """Return what is sent for the value of a parameter, where that is a condition or order of `filters`."""
    return value._as_argument(operation, name) if hasattr(value, "_as_argument") else value


_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_OPTIONS = frozenset({"async_req", "_preload_content", "_request_timeout", "_deadline"})


def known_options(operation: Operation, options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a call that belong to no parameter.

    Raises:
        ApiTypeError: an unknown one.
    """
    for name in options.keys() - _OPTIONS:
        hint = did_you_mean(name, [*(param.name for param in operation.params), *_OPTIONS])
        raise ApiTypeError(f"Got an unexpected keyword argument '{name}' to method {operation.name}{hint}")
    return options


def with_http_info(method: _F) -> _F:
    """Return a method like `method` that gives (data, status, headers)."""

    @wraps(method)
    def with_info(self: Service, *args: Any, **values: Any) -> Any:
        return method(self, *args, _http_info=True, **values)

    with_info.__name__ = f"{method.__name__}_with_http_info"
    with_info.__qualname__ = f"{method.__qualname__}_with_http_info"
    return with_info  # type: ignore[return-value]


def renamed(**names: str) -> Callable[[_F], _F]:
    """Let a method take keywords of earlier releases: `renamed(body="run")`."""

    def decorate(method: _F) -> _F:
        @wraps(method)
        def with_earlier_names(self: Service, *args: Any, **values: Any) -> Any:
            for earlier, name in names.items():
                if earlier in values:
                    if name in values:
                        raise ApiTypeError(f"Got both `{name}` and its earlier name `{earlier}`")
                    values[name] = values.pop(earlier)
            return method(self, *args, **values)

        return with_earlier_names  # type: ignore[return-value]

    return decorate
