# SPDX-License-Identifier: Apache-2.0
"""Show everything importable of the candidate: modules, classes, signatures, tables, constants."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import candidate

import kfp_server_api

PARAM = re.compile(r":param (?:(?P<type>\S+) )?(?P<name>\w+):(?P<text>.*)")
OPTIONS = ("async_req", "_preload_content", "_request_timeout", "_return_http_data_only")


def probe(_cases: object, _folder: Path) -> dict[str, Any]:
    modules = [kfp_server_api.__name__] + [
        each.name
        for each in pkgutil.walk_packages(kfp_server_api.__path__, "kfp_server_api.", onerror=lambda name: None)
        if not re.search(r"\.(server|_\w+)(\.|$)", each.name)
    ]
    loaded = {name: importlib.import_module(name) for name in modules}
    return {
        "modules": {name: _module(module) for name, module in loaded.items()},
        "star": _star(),
        "dir": {
            "package": dir(kfp_server_api),
            "api": dir(kfp_server_api.api),
            "models": dir(kfp_server_api.models),
        },
        "services": _services(),
        "instances": _instances(),
    }


def _star() -> list[str]:
    space: dict[str, Any] = {}
    exec("from kfp_server_api import *", space)
    return sorted(set(space) - {"__builtins__"})


def _module(module: ModuleType) -> dict[str, Any]:
    public = [name for name in dir(module) if not name.startswith("_")]
    return {"names": public, "classes": _classes(module, public), "functions": _functions(module, public)}


def _classes(module: ModuleType, names: list[str]) -> dict[str, Any]:
    own = [getattr(module, name) for name in names if inspect.isclass(getattr(module, name))]
    return {cls.__name__: _class(cls) for cls in own if cls.__module__ == module.__name__}


def _functions(module: ModuleType, names: list[str]) -> dict[str, Any]:
    own = {name: getattr(module, name) for name in names if inspect.isfunction(getattr(module, name))}
    return {name: _signature(each) for name, each in own.items() if each.__module__ == module.__name__}


def _class(cls: type) -> dict[str, Any]:
    return {
        "bases": [base.__name__ for base in cls.__mro__],
        "names": [name for name in dir(cls) if _is_api(name)],
        "kinds": {name: _kind(cls, name) for name in dir(cls) if _is_api(name)},
        "values": {name: _value(getattr(cls, name)) for name in dir(cls) if _is_plain(cls, name)},
        "signatures": {name: _signature(getattr(cls, name)) for name in _methods(cls)},
        "keywords": _keywords(cls) if cls.__name__.endswith("ServiceApi") else {},
        "returns": _returns(cls) if cls.__name__.endswith("ServiceApi") else {},
    }


def _is_api(name: str) -> bool:
    return not name.startswith("_") or name in (
        "__init__",
        "__eq__",
        "__ne__",
        "__repr__",
        "__enter__",
        "__exit__",
    )


def _methods(cls: type) -> list[str]:
    return [name for name in dir(cls) if _is_api(name) and inspect.isfunction(getattr(cls, name))]


def _kind(cls: type, name: str) -> str:
    raw = inspect.getattr_static(cls, name)
    if isinstance(raw, property) or (
        not callable(raw) and hasattr(raw, "__get__") and not isinstance(raw, (classmethod, staticmethod))
    ):
        return "field"
    return (
        type(raw).__name__ if isinstance(raw, (classmethod, staticmethod)) else "function" if callable(raw) else "value"
    )


def _is_plain(cls: type, name: str) -> bool:
    return _is_api(name) and _kind(cls, name) == "value"


def _value(value: object) -> object:
    """Keep containers as the caller sees them; classes by name."""
    if isinstance(value, dict):
        return {"dict": [[key, _value(item)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return {type(value).__name__: [_value(item) for item in value]}
    return value.__name__ if inspect.isclass(value) else candidate.show(value)


def _signature(function: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "kind": each.kind.name,
            "required": each.default is each.empty,
            "default": None if each.default is each.empty else repr(each.default),
        }
        for each in inspect.signature(function).parameters.values()
    ]


def _keywords(cls: type) -> dict[str, Any]:
    """Return the keywords each operation documents; upstream takes `**kwargs`, so there is no other list."""
    found = {}
    for name in _methods(cls):
        documented = [match.groupdict() for match in PARAM.finditer(inspect.getdoc(getattr(cls, name)) or "")]
        types = dict(re.findall(r":type (\w+): (\S+)", inspect.getdoc(getattr(cls, name)) or ""))
        found[name] = [
            {
                "name": each["name"],
                "type": each["type"] or types.get(each["name"], ""),
                "required": "(required)" in each["text"],
            }
            for each in documented
            if each["name"] not in OPTIONS
        ]
    return found


def _returns(cls: type) -> dict[str, str]:
    documented = {name: re.search(r":rtype: (.+)", inspect.getdoc(getattr(cls, name)) or "") for name in _methods(cls)}
    return {name: match.group(1) for name, match in documented.items() if match}


def _services() -> dict[str, Any]:
    names = [name for name in dir(kfp_server_api) if name.endswith("ServiceApi")]
    client = kfp_server_api.ApiClient(kfp_server_api.Configuration())
    return {name: dir(getattr(kfp_server_api.api, name)(client)) for name in names}


def _instances() -> dict[str, Any]:
    configuration = kfp_server_api.Configuration()
    client = kfp_server_api.ApiClient(configuration)
    return {
        "configuration": {name: _value(value) for name, value in sorted(vars(configuration).items()) if name[0] != "_"},
        "configuration dir": [name for name in dir(configuration) if name[0] != "_"],
        "client": [name for name in dir(client) if name[0] != "_"],
        "rest": [name for name in dir(client.rest_client) if name[0] != "_"],
        "exception": [name for name in dir(kfp_server_api.ApiException()) if name[0] != "_"],
    }


if __name__ == "__main__":
    candidate.main(probe)
