# SPDX-License-Identifier: Apache-2.0
"""Calls operations: arguments to a request, a reply to Python values."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Mapping
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar

import six

from kfp_server_api import _decoding, _encoding, rest
from kfp_server_api._connection_errors import connection_errors
from kfp_server_api._deadline import Deadline, deadline_of, within
from kfp_server_api._hints import Looks, explain, learn, telling
from kfp_server_api._multipart import source_of
from kfp_server_api._operation import operation_of
from kfp_server_api._reply import Reply, decoded, refuse_page
from kfp_server_api._request import Request, fill_path, pairs_of, sending, with_namespace
from kfp_server_api._threads import Threads
from kfp_server_api._urls import base_url
from kfp_server_api._version import API_VERSION
from kfp_server_api.configuration import Configuration
from kfp_server_api.exceptions import SECRET_HEADER, ApiException, ApiTypeError, ApiValueError, as_text
from kfp_server_api.retries import perform

if TYPE_CHECKING:
    from multiprocessing.pool import ThreadPool

    import requests
    from typing_extensions import Self

__all__ = ["ApiClient", "ApiException", "ApiValueError", "Configuration"]


class ApiClient:
    """A connection to one server; safe to share between threads.

    Args:
        configuration: where and how; without one a copy of the default. It is read on every call.
        header_name: name of a header to send with every request.
        header_value: its value.
        cookie: value of the header Cookie for every request.
        pool_threads: threads that calls with `async_req=True` share.
        session: a `requests.Session` to send with, instead of connections of the client's own. Its settings count for
            TLS, proxies, cookies and authentication. Such a client cannot be pickled.
    """

    PRIMITIVE_TYPES: ClassVar[tuple[type, ...]] = (float, bool, bytes, six.text_type, *six.integer_types)
    NATIVE_TYPES_MAPPING: ClassVar[dict[str, type]] = {
        "int": int,
        "long": six.integer_types[-1],
        "float": float,
        "str": str,
        "bool": bool,
        "date": datetime.date,
        "datetime": datetime.datetime,
        "object": object,
    }

    def __init__(
        self,
        configuration: Configuration | None = None,
        header_name: str | None = None,
        header_value: str | None = None,
        cookie: str | None = None,
        pool_threads: int = 1,
        *,
        session: requests.Session | None = None,
    ) -> None:
        if configuration is None:
            configuration = Configuration.get_default_copy()
        if not hasattr(configuration, "auth_settings"):
            raise ApiTypeError(f"`configuration` takes a Configuration, not {type(configuration).__name__}")
        self.configuration: Configuration = configuration
        self.pool_threads = pool_threads
        self.rest_client: rest.RESTClientObject = rest.RESTClientObject(self.configuration, session=session)
        self.default_headers: dict[str, Any] = {"User-Agent": f"kfp-server-api/{API_VERSION}/python"}
        if header_name is not None:
            self.default_headers[header_name] = header_value
        self.cookie = cookie
        self.client_side_validation: bool = self.configuration.client_side_validation
        self._of_thread, self._threads = threading.local(), Threads()
        self._servers: dict[str, Looks] = {}  # by URL

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the threads of `async_req`; the client itself can still be used."""
        self._threads.close()

    @property
    def pool(self) -> ThreadPool:
        """The threads of `async_req`, started on first use and ended with the client."""
        return self._threads.pool(self.pool_threads)

    @property
    def last_response(self) -> Any:
        """The reply to this thread's latest call; None before one."""
        return getattr(self._of_thread, "last_response", None)

    @last_response.setter
    def last_response(self, value: Any) -> None:
        self._of_thread.last_response = value

    @property
    def user_agent(self) -> str:
        """The header User-Agent."""
        return str(self.default_headers["User-Agent"])

    @user_agent.setter
    def user_agent(self, value: str) -> None:
        self.default_headers["User-Agent"] = value

    def set_default_header(self, header_name: str, header_value: str) -> None:
        """Send a header with every request from now on."""
        self.default_headers[header_name] = header_value

    def call_api(
        self,
        resource_path: str,
        method: str,
        path_params: Any = None,
        query_params: Any = None,
        header_params: Any = None,
        body: Any = None,
        post_params: Any = None,
        files: Any = None,
        response_type: Any = None,
        auth_settings: list[str] | None = None,
        async_req: bool | None = None,
        _return_http_data_only: bool | None = None,
        collection_formats: Mapping[str, str] | None = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
        _host: str | None = None,
        _deadline: Any = None,
    ) -> Any:
        """Send a request and decode its reply.

        Args:
            resource_path: path with `{name}` for each path parameter.
            method: HTTP method.
            path_params: values by name (dict or list of pairs).
            query_params: dict or list of pairs.
            header_params: headers of this call.
            body: anything `sanitize_for_serialization` takes.
            post_params: list of pairs for forms.
            files: what `files_parameters` takes.
            response_type: type of the reply, as `openapi_types` writes types; None = do not decode.
            auth_settings: names in `Configuration.auth_settings()` to send.
            async_req: run in a thread and return its result object (`get(timeout)`, `wait`, `ready`, `successful`).
            _return_http_data_only: return the data alone instead of (data, status, headers).
            collection_formats: by name of a list: "multi", "csv", "ssv", "tsv" or "pipes".
            _preload_content: False returns urllib3's response unread.
            _request_timeout: see `rest.RESTClientObject.request`.
            _host: URL to use instead of `Configuration.host`.
            _deadline: seconds from now (number or timedelta) within which the whole call ends, retries and pauses
                included; `math.inf` = no limit, None = `Configuration.deadline`.

        Raises:
            ApiException: see `exceptions` for its subclasses.
            ApiTypeError, ApiValueError: an argument that cannot be sent.
        """
        deadline = None
        if _deadline is not None or self.configuration.deadline is not None:
            deadline = self._deadline(_deadline)
        request = Request(
            operation_of(method, resource_path), method, resource_path, path_params, query_params, header_params, body,
            post_params, files, response_type, auth_settings, _return_http_data_only, collection_formats,
            _preload_content, _request_timeout, deadline, _host,
        )  # fmt: skip
        return self.pool.apply_async(self.__call_api, (request,)) if async_req else self.__call_api(request)

    def _deadline(self, seconds: Any) -> Deadline | None:
        if seconds is None:
            return deadline_of("Configuration.deadline", self.configuration.deadline)
        return deadline_of("_deadline", seconds)

    def __call_api(self, request: Request) -> Any:
        if request.deadline is None:
            return self._perform(request)
        with within(request.deadline, request.method, request.path):
            return self._perform(request)

    def _perform(self, request: Request) -> Any:
        prepared = self._prepare(request)
        if self.configuration.auth is None or not request.auth_settings:
            return self._attempt(prepared)
        from kfp_server_api import _login

        return _login.perform(self.configuration, prepared, self._attempt_past_logins, self.rest_client.exchange)

    def _attempt(self, request: Request) -> Any:
        token = sending.set(request)
        try:
            return self._interpret(request, perform(self._send, request, self.configuration))
        except ApiException as error:
            explain(self._servers, request, error)
            raise
        finally:
            sending.reset(token)

    def _attempt_past_logins(self, request: Request) -> Any:
        response = self._attempt(request)
        if request.operation is not None and not request.preload_content:
            refuse_page(response, request.method, request.url)
        return response

    def _prepare(self, request: Request) -> Request:
        """Return a request with its URL, its values encoded, and the secrets of this moment."""
        formats = request.collection_formats
        headers = {**(request.headers or {}), **self.default_headers}
        if self.cookie:
            headers["Cookie"] = self.cookie
        headers = dict(self._pairs(headers, formats))
        path_params = self._pairs(request.path_params, formats)
        path = fill_path(request.path, path_params, self.configuration.safe_chars_for_path_param)
        query, form = self._pairs(request.query, formats), self._pairs(request.form, formats)
        if request.files:
            form += self.files_parameters(request.files)
        # The hook that renews tokens runs here, before the host is read: it may set the host, too.
        self.update_params_for_auth(headers, query, request.auth_settings)
        body = self.sanitize_for_serialization(request.body) if request.body else request.body
        url = self._base_url(request) + path
        # As `_replace` does, in a third of its time, on every call.
        request = Request._make((*request[:3], path_params, query, headers, body, form, *request[8:-1], url))
        namespace = self.configuration.namespace
        return request if namespace is None else with_namespace(request, namespace)

    def _base_url(self, request: Request) -> str:
        name, host = "Configuration.host", self.configuration.host
        if request.host is not None:
            name, host = "_host", request.host
        if not isinstance(host, str) or not host.strip():
            raise ApiValueError(f"`{name}` is {host!r}: it has to be the URL of a server")
        try:
            return base_url(host)
        except ValueError as fault:
            raise ApiValueError(f"`{name}` is {fault}") from None

    def _send(self, request: Request) -> Any:
        """Send a prepared request and return its reply, of a file unread."""
        return self.request(
            request.method,
            request.url,
            query_params=request.query,
            headers=request.headers,
            post_params=request.form,
            body=request.body,
            _preload_content=request.preload_content and request.response_type != "file",
            _request_timeout=request.timeout,
        )

    def _interpret(self, request: Request, response: Any) -> Any:
        """Return what a caller gets for the reply to a request."""
        self.last_response = response
        if not request.preload_content:
            return response
        data = self._data(request, response)
        if telling(request.response_type):
            learn(self._servers, request, data)
        if request.data_only:
            return data
        return data, response.status, response.headers if request.response_type == "file" else response.getheaders()

    def _data(self, request: Request, response: Any) -> Any:
        if request.response_type == "file":
            return self.deserialize(response, "file")
        response.data = as_text(response.data)
        if not request.response_type:
            return None
        if request.is_write and request.response_type == "object" and not response.data.strip():
            return {}  # there was nothing to say, as a 204 says
        return self.deserialize(response, request.response_type)

    def _pairs(self, params: Any, collection_formats: Mapping[str, str] | None) -> list[tuple[str, Any]]:
        if not params:
            return []
        pairs = params.items() if isinstance(params, dict) else params
        encoded = [
            # As a dict, so that the error for a bad value names it.
            (name, value if type(value) is str else self.sanitize_for_serialization({name: value})[name])
            for name, value in pairs
        ]
        return self.parameters_to_tuples(encoded, collection_formats) if collection_formats else encoded

    def request(
        self,
        method: str,
        url: str,
        query_params: Any = None,
        headers: Any = None,
        post_params: Any = None,
        body: Any = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> Any:
        """Send a request through the method of `rest_client` that is named as the HTTP method.

        Raises:
            ApiValueError: no such HTTP method.
        """
        options = {
            "headers": headers,
            "query_params": query_params,
            "_preload_content": _preload_content,
            "_request_timeout": _request_timeout,
        }
        if method in ("POST", "PUT", "PATCH"):
            options.update(post_params=post_params, body=body)
        elif method == "OPTIONS":
            options.update(post_params=post_params)
        elif method == "DELETE":
            options.update(body=body)
        elif method not in ("GET", "HEAD"):
            raise ApiValueError("http method must be `GET`, `HEAD`, `OPTIONS`, `POST`, `PATCH`, `PUT` or `DELETE`.")
        return getattr(self.rest_client, method)(url, **options)

    def sanitize_for_serialization(self, obj: Any) -> Any:
        """Return a value as what `json.dumps` writes; see `_encoding.encode`."""
        return _encoding.encode(obj)

    def deserialize(self, response: Any, response_type: Any) -> Any:
        """Return a reply's body as Python values.

        Args:
            response: has the body as text or bytes in `data`.
            response_type: a type as `openapi_types` writes types, a class, or "file".

        Raises:
            DecodeError: the body is not what the type says. A value inside a model raises when it is first read.
            AuthenticationError: the body is a page for people, most likely to log in.
        """
        request = sending.get()
        method, url = (request.method, request.url) if request else (None, "")
        if response_type != "file":
            return decoded(response, _decoder(response_type), method, url)
        from kfp_server_api._download import save

        with connection_errors(method, url, self.configuration):
            return save(response, self.configuration.temp_folder_path)

    def __deserialize(self, data: Any, klass: Any) -> Any:
        return None if data is None else _decoder(klass)(data, Reply(data))

    def update_params_for_auth(self, headers: Any, querys: Any, auth_settings: list[str] | None) -> None:
        """Add secrets to headers (dict) or query (list of pairs), as `Configuration.auth_settings()` says."""
        if not auth_settings:
            return
        available = self.configuration.auth_settings()
        for setting in (available[name] for name in auth_settings if name in available):
            if not setting["value"]:
                continue  # an empty secret identifies nobody
            if setting["in"] == "cookie":
                headers["Cookie"] = setting["value"]
            elif setting["in"] == "header":
                headers[setting["key"]] = setting["value"]
            elif setting["in"] == "query":
                querys.append((setting["key"], setting["value"]))
            else:
                raise ApiValueError("Authentication token must be in `query` or `header`")

    def parameters_to_tuples(self, params: Any, collection_formats: Mapping[str, str] | None) -> list[tuple[str, Any]]:
        """Return parameters as pairs, lists written in their collection format."""
        return pairs_of(params, collection_formats or {})

    def files_parameters(self, files: Mapping[str, Any] | None = None) -> list[tuple[str, tuple[str, Any, str]]]:
        """Return uploads as (field, (file name, content, content type)); files are opened when they are sent.

        Args:
            files: by name of the form field: a path, bytes, an open binary file, or a list of those.
        """
        return [
            (name, source_of(each, name))
            for name, value in (files or {}).items()
            for each in (value if isinstance(value, list) else [value] if value not in (None, "") else [])
        ]

    def select_header_accept(self, accepts: list[str] | None) -> str | None:
        """Return the header Accept for a list of types: JSON where it is among them."""
        accepts = [accept.lower() for accept in accepts or []]
        return ("application/json" if "application/json" in accepts else ", ".join(accepts)) if accepts else None

    def select_header_content_type(self, content_types: list[str] | None) -> str:
        """Return the header Content-Type for a list of types: JSON where it is among them or the list is empty."""
        types = [content_type.lower() for content_type in content_types or []]
        return types[0] if types and not {"application/json", "*/*"} & set(types) else "application/json"

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle holds: all but connections, threads and secrets.

        Raises:
            TypeError: the client sends over a caller's session.
        """
        if self._session is not None:
            raise TypeError("a client over a `requests.Session` cannot be pickled; make one where it is needed")
        return self._state()

    @property
    def _session(self) -> Any:
        return getattr(self.rest_client, "session", None)

    def _state(self) -> dict[str, Any]:
        state = {**self.__dict__, "cookie": None}
        state["default_headers"] = {
            name: value for name, value in self.default_headers.items() if not SECRET_HEADER.search(name)
        }
        for name in ("rest_client", "_of_thread", "_threads"):
            state.pop(name, None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        session = state.pop("session", None)
        self.__dict__.update(state)
        self.rest_client = rest.RESTClientObject(self.configuration, session=session)
        self._of_thread, self._threads = threading.local(), Threads()

    def __copy__(self) -> ApiClient:
        other = type(self).__new__(type(self))
        other.__setstate__(self._state_of_copy())
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> ApiClient:
        import copy

        other = type(self).__new__(type(self))
        memo[id(self)], memo[id(self._session)] = other, self._session
        other.__setstate__(copy.deepcopy(self._state_of_copy(), memo))
        return other

    def _state_of_copy(self) -> dict[str, Any]:
        """Return what a copy has: also the secrets, which a pickle has not, and the same session."""
        secrets = {"cookie": self.cookie, "default_headers": self.default_headers}
        return {**self._state(), **secrets, "session": self._session}


@cache
def _decoder(response_type: Any) -> _decoding.Decoder:
    if hasattr(response_type, "_from_reply"):  # a model, which can be a caller's own
        return response_type._from_reply  # type: ignore[no-any-return]
    from kfp_server_api import models

    name = response_type if isinstance(response_type, str) else response_type.__name__
    return _decoding.decoder(name, lambda each: getattr(models, each))
