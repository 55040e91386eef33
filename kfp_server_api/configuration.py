# SPDX-License-Identifier: Apache-2.0
"""Where the server is and how to talk to it."""

from __future__ import annotations

import copy
import logging
import os
import sys
import weakref
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from kfp_server_api._urls import without_userinfo
from kfp_server_api._version import API_VERSION, __version__

if TYPE_CHECKING:
    from kfp_server_api._credentials import Auth

__all__ = ["Configuration"]

_LOGGERS = {"package_logger": "kfp_server_api", "urllib3_logger": "urllib3"}
_debugging: weakref.WeakSet[Configuration] = weakref.WeakSet()
"""The configurations with `debug` on."""
_levels: dict[str, int] = {}
"""Levels of the loggers from before the first of them, by name."""
DEFAULT_TIMEOUT = (30.0, 300.0)
"""Seconds to connect and between two chunks of a reply."""
_SECRETS = ("access_token", "password", "proxy_headers")
_SHARED = frozenset(
    {"auth", "_auth_source", "logger", "logger_file_handler", "logger_stream_handler", "refresh_api_key_hook"}
)
"""Attributes that a deep copy shares with its original."""


class Configuration:
    """Settings of a client; read on every call, so that a running client can be given a new token or host.

    Args:
        host: `host[:port][/path]` or an http or https URL, with a path where a proxy stands in front. Without a
            scheme: http. Anything else is an `ApiValueError` of the call.
        api_key: secrets by name. The server knows one name, "authorization"; its value is sent in that header.
        api_key_prefix: text before a secret by name, such as {"authorization": "Bearer"}.
        username: for `get_basic_auth_token`; no operation of this API sends it.
        password: for `get_basic_auth_token`.
        discard_unknown_keys: kept for callers of upstream; unknown keys are always kept apart in `additional_fields`.
        access_token: a token to send as `authorization: Bearer <token>`, unless `api_key` has an "authorization".
        debug: see the attribute.
        auth: who is calling, where that lasts longer than one token: a token, a callable without arguments that
            returns one (kept until a server refuses it), or a source of the module `auth`. What a server refuses is
            fetched anew, once for all threads, and the request sent once more. No other secret is sent beside it.

    Attributes:
        timeout: of one attempt: (connect, read) in seconds for calls that give no `_request_timeout`; one number for
            both; None or `math.inf` = no limit. The read time runs anew with every chunk received.
        deadline: seconds (number or timedelta) from the start of a call within which it ends, with all its retries,
            pauses, redirects and the body, for calls that give no `_deadline`; None or `math.inf` = no limit.
        namespace: namespace of a multi-user server; sent to create and list experiments, and to list the runs and
            recurring runs of no experiment, where the call itself names none. None or "" = none.
        refresh_api_key_hook: called with this object before every request; may set `api_key` or `access_token`.
        safe_chars_for_path_param: characters not escaped in path parameters.
        client_side_validation: check required parameters before sending.
        temp_folder_path: folder for downloads; None = the system's.
        logger: the loggers "package_logger" (`kfp_server_api`) and "urllib3_logger".
        verify_ssl: check the server's certificate. Read when the client is made, as all below.
        ssl_ca_cert: file of CA certificates in PEM; None = those of certifi.
        cert_file, key_file: client certificate and its key in PEM.
        assert_hostname: name that the certificate must have, where it is not the host's; False = any.
        connection_pool_maxsize: connections kept open.
        proxy: URL of an HTTP proxy.
        trust_env: use the proxies that the environment names (`http_proxy`, `https_proxy`, `all_proxy`), but not for
            what `no_proxy` lists: names, domains, addresses, networks (10.0.0.0/8), each with or without a port.
        proxy_headers: headers for the proxy.
        retries: the number of retries, see `retries`; None = 3; 0 or False = every request is sent once. A
            `urllib3.Retry` decides as it would inside urllib3; `urllib3.Retry.DEFAULT` as upstream. Read on every call.
    """

    _default: ClassVar[Configuration | None] = None

    def __init__(
        self,
        host: str = "http://localhost",
        api_key: Mapping[str, str] | None = None,
        api_key_prefix: Mapping[str, str] | None = None,
        username: str | None = None,
        password: str | None = None,
        discard_unknown_keys: bool = False,
        *,
        access_token: str | None = None,
        debug: bool = False,
        auth: Auth | None = None,
    ) -> None:
        self.host = host
        self.temp_folder_path: str | None = None
        self.api_key: dict[str, str] = dict(api_key or {})
        self.api_key_prefix: dict[str, str] = dict(api_key_prefix or {})
        self.access_token = access_token
        self.auth: Auth | None = auth
        self.refresh_api_key_hook: Callable[[Configuration], Any] | None = None
        self.username = username
        self.password = password
        self.discard_unknown_keys = discard_unknown_keys
        self.timeout: Any = DEFAULT_TIMEOUT
        self.deadline: Any = None
        self.namespace: str | None = None
        self.verify_ssl = True
        self.ssl_ca_cert: str | None = None
        self.cert_file: str | None = None
        self.key_file: str | None = None
        self.assert_hostname: Any = None
        self.connection_pool_maxsize: int = (os.cpu_count() or 1) * 5
        self.proxy: str | None = None
        self.proxy_headers: dict[str, str] | None = None
        self.trust_env = False
        self.safe_chars_for_path_param = ""
        self.retries: Any = None
        self.client_side_validation = True
        self._set_up_logging()
        self.debug = debug

    def _set_up_logging(self) -> None:
        self.logger: dict[str, logging.Logger] = {key: logging.getLogger(name) for key, name in _LOGGERS.items()}
        self.logger_format = "%(asctime)s %(levelname)s %(message)s"
        self.logger_stream_handler: logging.Handler | None = None
        self.logger_file_handler: logging.Handler | None = None
        self._logger_file: str | None = None

    @classmethod
    def set_default(cls, default: Configuration | None) -> None:
        """Keep a copy as what clients made without a configuration get."""
        cls._default = copy.deepcopy(default)

    @classmethod
    def get_default_copy(cls) -> Configuration:
        """Return a copy of the default, or a new configuration where none is set."""
        return cls() if cls._default is None else copy.deepcopy(cls._default)

    @property
    def logger_format(self) -> str:
        """Format of the log file's lines, as `logging.Formatter` takes it."""
        return self._logger_format

    @logger_format.setter
    def logger_format(self, value: str) -> None:
        self._logger_format = value
        self.logger_formatter: logging.Formatter = logging.Formatter(value)

    @property
    def logger_file(self) -> str | None:
        """Path of a file that the two loggers write to as well; None takes it away again."""
        return self._logger_file

    @logger_file.setter
    def logger_file(self, value: str | None) -> None:
        handler, self.logger_file_handler = self.logger_file_handler, None
        for logger in self.logger.values():
            if handler is not None:
                logger.removeHandler(handler)
        if handler is not None:
            handler.close()
        self._logger_file = value
        if value:
            self.logger_file_handler = logging.FileHandler(value)
            self.logger_file_handler.setFormatter(self.logger_formatter)
            for logger in self.logger.values():
                logger.addHandler(self.logger_file_handler)

    @property
    def debug(self) -> bool:
        """Log at DEBUG: requests and replies without secrets. False puts the loggers' levels back as they were."""
        return self in _debugging

    @debug.setter
    def debug(self, value: bool) -> None:
        if value and not self.debug:
            _raise_levels()
            _debugging.add(self)
        elif not value and self.debug:
            _debugging.discard(self)
            _restore_levels()

    def get_api_key_with_prefix(self, identifier: str) -> str | None:
        """Return the secret of a name with its prefix, None without one; runs `refresh_api_key_hook` first."""
        if self.refresh_api_key_hook is not None:
            self.refresh_api_key_hook(self)
        try:
            key, prefix = self.api_key.get(identifier), self.api_key_prefix.get(identifier)
        except AttributeError:
            from kfp_server_api.exceptions import ApiTypeError

            raise ApiTypeError(
                '`Configuration.api_key` and `api_key_prefix` take a dict, such as {"authorization": …}; for a token'
                " alone there is `auth`"
            ) from None
        if key and prefix:
            return f"{prefix} {key}"
        if not key and identifier == "authorization" and self.access_token:
            return f"Bearer {self.access_token}"
        return key

    def get_basic_auth_token(self) -> str:
        """Return `username` and `password` as the value of a basic `authorization` header."""
        text = f"{self.username or ''}:{self.password or ''}"
        try:
            secret = text.encode("latin-1")
        except UnicodeEncodeError:
            secret = text.encode()
        return "Basic " + b64encode(secret).decode()

    def auth_settings(self) -> dict[str, dict[str, Any]]:
        """Return what to send by name of the security scheme; empty without a secret, and beside `auth`."""
        value = self.get_api_key_with_prefix("authorization")
        if self.auth is not None or (not value and "authorization" not in self.api_key):
            return {}
        return {"Bearer": {"type": "api_key", "in": "header", "key": "authorization", "value": value}}

    def to_debug_report(self) -> str:
        """Return versions for a bug report; no secret and no host."""
        return (
            f"Python SDK Debug Report:\nOS: {sys.platform}\nPython Version: {sys.version}\n"
            f"Version of the API: {API_VERSION}\nSDK Package Version: {__version__}"
        )

    def get_host_settings(self) -> list[dict[str, str]]:
        """Return the hosts that the API's description names: one, relative."""
        return [{"url": "/", "description": "No description provided"}]

    def get_host_from_settings(self, index: int, variables: Mapping[str, str] | None = None) -> str:
        """Return the URL of a host in `get_host_settings`.

        Raises:
            ValueError: no such index.
        """
        servers = self.get_host_settings()
        if not 0 <= index < len(servers):
            raise ValueError(
                f"Invalid index {index} when selecting the host settings. Must be less than {len(servers)}"
            )
        return servers[index]["url"]

    def __copy__(self) -> Configuration:
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> Configuration:
        other = type(self).__new__(type(self))
        memo[id(self)] = other
        for name, value in self.__dict__.items():
            other.__dict__[name] = value if name in _SHARED else copy.deepcopy(value, memo)
        other.debug = self.debug
        return other

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle holds: all but secrets and open files; what fetches secrets stays."""
        state = {**self.__dict__, "api_key": {}, "logger_file_handler": None, "logger_stream_handler": None}
        state.update(dict.fromkeys(_SECRETS), _logger_file=None)
        state["auth"] = None if isinstance(self.auth, str) else self.auth
        state.pop("_auth_source", None)
        state["host"], state["proxy"] = without_userinfo(self.host), without_userinfo(self.proxy)
        return state


def _raise_levels() -> None:
    for logger in map(logging.getLogger, _LOGGERS.values()):
        # DEBUG may be what a configuration left behind that was dropped with `debug` on.
        if not _debugging and logger.level != logging.DEBUG:
            _levels[logger.name] = logger.level
        logger.setLevel(logging.DEBUG)


def _restore_levels() -> None:
    for name in [] if _debugging else list(_levels):
        logging.getLogger(name).setLevel(_levels.pop(name))
