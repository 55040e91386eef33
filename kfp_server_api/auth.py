# SPDX-License-Identifier: Apache-2.0
"""Sources of credentials for `Configuration.auth`.

    from kfp_server_api import Configuration, auth

    Configuration(host="https://kubeflow.example.com/pipeline", auth=auth.DexPassword("me@example.com", "…"))

What a source gave is kept, for all threads and clients that have the source, until a server refuses it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kfp_server_api._credentials import Auth, Credential, Place, Source, as_utf8, bearer, called, cookies, no_credential
from kfp_server_api._deadline import seconds_of
from kfp_server_api._exec_credential import printed
from kfp_server_api._kubeconfig import KubeConfig, kubeconfig
from kfp_server_api._redirects import origin
from kfp_server_api.exceptions import ApiTypeError, ApiValueError, AuthenticationError

__all__ = ["Auth", "Command", "Cookie", "DexPassword", "ServiceAccount", "Source", "TokenFile", "auto"]

_TOKEN_PATH = "/var/run/secrets/kubeflow/pipelines/token"
_TOKEN_ENV = "KF_PIPELINES_SA_TOKEN_PATH"
_KFP_CONTEXT = "~/.config/kfp/context.json"
_LONGEST = 1 << 20
"""Bytes of a file that are read."""
_LONGEST_TIMEOUT = 2e6
"""Seconds; no program is waited for longer, and `subprocess` fails with more."""


class TokenFile(Source):
    """A token in a file; read again when the file changes, and when a server refuses the token.

    Args:
        path: of the file; `~` is the home folder. A missing file is an `AuthenticationError` of the call.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
            raise ApiTypeError(f"`path` is the path of a file, not {path!r}")
        self.path: str = os.path.expanduser(os.fspath(path))

    def _fetch(self, place: Place, last: Credential | None) -> Credential:
        try:
            if not stat.S_ISREG(os.stat(self.path).st_mode):
                raise no_credential(f"{self!r} is no regular file")
            with open(self.path, "rb") as file:
                mark = _mark(os.fstat(file.fileno()))
                content = file.read(_LONGEST)
        except OSError as cause:
            raise no_credential(f"{self!r} cannot be read: {cause.strerror}") from cause
        if last is not None and not content.strip():
            return last  # it is being written anew
        return self._read(as_utf8(content, repr(self)), mark)

    def _read(self, text: str, mark: Any) -> Credential:
        return bearer(text, repr(self), mark=mark)

    def _is_stale(self, held: Credential) -> bool:
        try:
            return bool(held.mark != _mark(os.stat(self.path)))
        except OSError:
            return True

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path!r})"


class ServiceAccount(TokenFile):
    """The service account token that Kubeflow mounts into pods.

    It is where the environment variable KF_PIPELINES_SA_TOKEN_PATH says, else
    /var/run/secrets/kubeflow/pipelines/token.
    """

    def __init__(self) -> None:
        super().__init__(os.environ.get(_TOKEN_ENV) or _TOKEN_PATH)


class Command(Source):
    """A program that prints a token, such as an exec plugin of kubectl.

    It prints the token alone, or JSON: an ExecCredential of Kubernetes, or an object with `token` or `access_token`
    and perhaps `expires_in`. It is run again when what it printed ends, and when a server refuses the token. Its
    standard error is that of this program.

    Args:
        command: the program and its arguments; no shell reads them.
        timeout: seconds after which it is killed; `math.inf` = never.
    """

    def __init__(self, command: Sequence[str | os.PathLike[str]], *, timeout: float = 60.0) -> None:
        parts = list(command) if isinstance(command, (list, tuple)) else []
        if not parts or not all(isinstance(each, (str, os.PathLike)) for each in parts):
            raise ApiTypeError("`command` is a list of texts: the program and its arguments")
        seconds = seconds_of(timeout)
        if seconds is None:
            raise ApiValueError(f"`timeout` takes seconds above 0, not {timeout!r}")
        self.command: list[str] = [os.fspath(each) for each in parts]
        self.timeout: float = seconds

    def _fetch(self, place: Place, last: Credential | None) -> Credential:
        import subprocess

        asked = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                 "spec": {"interactive": False}}  # fmt: skip
        try:
            done = subprocess.run(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                env={"KUBERNETES_EXEC_INFO": json.dumps(asked), **os.environ},
                timeout=None if self.timeout > _LONGEST_TIMEOUT else self.timeout,
                check=False,
            )
        except OSError as cause:
            raise no_credential(f"{self!r} cannot be run: {cause.strerror}") from cause
        except subprocess.TimeoutExpired:
            raise no_credential(f"{self!r} has not ended within {self.timeout:g} s") from None
        except ValueError:  # a null byte
            raise no_credential(f"{self!r} cannot be run: an argument of it is none") from None
        if done.returncode:
            raise no_credential(f"{self!r} ended with exit code {done.returncode}; its standard error says why")
        return printed(as_utf8(done.stdout, repr(self)), repr(self))

    def __repr__(self) -> str:
        return f"Command({os.path.basename(self.command[0])!r})"  # an argument may be a secret


class Cookie(Source):
    """A session cookie of a login in front of the server.

    Args:
        value: `name=value`, or several with `; ` between them; or a callable without arguments that returns that, and
            is called again when a server refuses it.
    """

    _secrets = ("_value",)

    def __init__(self, value: str | Callable[[], str]) -> None:
        self._value: str | Callable[[], str] | None = value
        self._renews = callable(value)
        if isinstance(value, str):
            try:
                cookies(value, "`value`")
            except AuthenticationError as error:
                raise ApiValueError(error.message) from None
        elif not callable(value):
            raise ApiTypeError(f"`value` is `name=value` or a callable that returns it, not {type(value).__name__}")

    def _fetch(self, place: Place, last: Credential | None) -> Credential:
        if self._value is None:
            raise no_credential("Cookie has no value: a pickle holds none; set `Configuration.auth` anew")
        return cookies(called(self._value, repr(self)) if callable(self._value) else self._value, repr(self))

    def __repr__(self) -> str:
        name = self._value.partition("=")[0] + "=…" if isinstance(self._value, str) else "…"
        return f"Cookie({name})"


class DexPassword(Source):
    """A login by password at Dex, behind oauth2-proxy or oidc-authservice, as Kubeflow has it.

    It logs in when the first call needs it, and again when the session is over. A password that Dex refuses is not
    tried again by this object: too many tries lock accounts.

    Args:
        login: what the page asks for: an e-mail address for Dex's own list, a user name for LDAP.
        password: it goes to the Dex that the server redirects to, and never from https to http.
        connector: id or name of the connector, where Dex has several; None = Dex's own list.
    """

    _secrets = ("_password",)

    def __init__(self, login: str, password: str, connector: str | None = None) -> None:
        for name, value in (("login", login), ("password", password)):
            if not isinstance(value, str) or not value:
                raise ApiValueError(f"`{name}` is a text that is not empty")
        if connector is not None and not isinstance(connector, str):
            raise ApiTypeError(f"`connector` is the id or name of a connector, not {connector!r}")
        self.login: str = login
        self.connector: str | None = connector
        self._password: str | None = password
        self._refused_at: dict[str, str] = {}

    def _scope(self, place: Place) -> str:
        return origin(place.url)

    def _fetch(self, place: Place, last: Credential | None) -> Credential:
        from kfp_server_api import _dex

        if self._password is None:
            raise no_credential(f"{self!r} has no password: a pickle holds none; set `Configuration.auth` anew")
        scope = self._scope(place)
        if scope in self._refused_at:
            raise no_credential(f"{self._refused_at[scope]}; it is not tried again")
        try:
            return _dex.log_in(place, self.login, self._password, self.connector)
        except _dex.WrongPassword as wrong:
            self._refused_at[scope] = wrong.message
            raise

    def __repr__(self) -> str:
        return f"DexPassword({self.login!r})"


class _KfpContext(TokenFile):
    """The cookie that the kfp SDK keeps in its context.json."""

    def _read(self, text: str, mark: Any) -> Credential:
        return cookies(_cookie_in(text), repr(self), mark=mark)

    def __repr__(self) -> str:
        return f"the kfp SDK's {self.path!r}"


class _Nothing(Source):
    """No credentials, and where they were looked for."""

    _renews = False

    def __init__(self, looked: list[str]) -> None:
        self.looked = looked

    def _fetch(self, place: Place, last: Credential | None) -> Credential:
        return Credential()

    def __repr__(self) -> str:
        return f"auth.auto() ({'; '.join(self.looked)})"


def auto() -> Source:
    """Return the credentials that this machine has, the first of these that is there:

    - the file that the environment variable KF_PIPELINES_SA_TOKEN_PATH names;
    - the service account token that Kubeflow mounts into pods;
    - the cookie that the kfp SDK keeps in ~/.config/kfp/context.json;
    - where the package `kubernetes` is installed, the token of the current context of kubeconfig, which is sent to the
      cluster of that context alone.

    Without any, calls are sent without credentials, and the error of one that needs them lists these places. Logins of
    Google (IAP, GCP) are not supported: give a callable that fetches their token.
    """
    looked = [f"{_TOKEN_ENV} is not set", f"there is no {_TOKEN_PATH}"]
    if os.environ.get(_TOKEN_ENV) or os.path.exists(_TOKEN_PATH):
        return ServiceAccount()
    context = Path(_KFP_CONTEXT).expanduser()
    try:
        if _cookie_in(context.read_text("utf-8")):
            return _KfpContext(context)
        looked.append(f"{_KFP_CONTEXT} has no cookie")
    except (OSError, ValueError):
        looked.append(f"there is no {_KFP_CONTEXT}")
    if importlib.util.find_spec("kubernetes") is None:
        looked.append("kubeconfig is not read, since the package kubernetes is not installed")
    elif any(map(os.path.exists, kubeconfig().split(os.pathsep))):
        return KubeConfig()
    else:
        looked.append("there is no kubeconfig")
    return _Nothing([*looked, "logins of Google (IAP, GCP) are not supported"])


def _mark(status: os.stat_result) -> tuple[int, ...]:
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev


def _cookie_in(context: str) -> Any:
    """Return the cookie in the text of kfp's context.json; None without one."""
    found = json.loads(context)
    return found.get("client_authentication_cookie") if isinstance(found, dict) else None
