# SPDX-License-Identifier: Apache-2.0
"""Which way imports run, and that nothing is imported before it is used."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kfp_server_api
from kfp_server_api import api, models

PACKAGE = Path(kfp_server_api.__file__).resolve().parent
LEVELS = {
    **dict.fromkeys(["exceptions", "_error_body", "_version", "configuration"], 0),
    **dict.fromkeys(["_encoding", "_codec", "_multipart", "_download", "_network", "_pools", "_reply"], 1),
    **dict.fromkeys(["_enum", "_field", "_model", "_request", "rest"], 2),
    **dict.fromkeys(["models", "api_client", "_operation", "_types"], 3),
    "api": 4,
    **dict.fromkeys(["pagination", "waiting", "retries", "auth", "filters", "display", "kedro"], 5),
    "server": 6,
}
OF_THE_SERVER = {"api", "models", "exceptions", "_operation", "_model", "_codec", "_version", "server"}
SERVERS_ONLY = {"starlette", "uvicorn", "sqlalchemy", "kfp", "yaml", "croniter", "anyio", "multipart"}
FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    """Return the module of a file below the package, "" for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports(path: Path) -> Iterator[str]:
    """Give the full name of every module or name that a file imports at run time."""
    for node in run_time_nodes(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ["kfp_server_api", *path.relative_to(PACKAGE).parts[: -node.level]] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def run_time_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from (each for other in node.orelse for each in (other, *run_time_nodes(other)))
        else:
            yield node
            yield from run_time_nodes(node)


def own_imports(path: Path) -> Iterator[str]:
    """Give the parts of the package that a file imports, such as "models" or "server"."""
    for name in imports(path):
        first, _, below = name.partition(".")
        if first == "kfp_server_api" and below.partition(".")[0] in LEVELS:
            yield below.partition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_every_file_has_a_level(path: Path) -> None:
    assert not module_of(path) or module_of(path).partition(".")[0] in LEVELS


@pytest.mark.parametrize("path", [path for path in FILES if module_of(path)], ids=module_of)
def test_imports_go_to_the_same_or_a_lower_level(path: Path) -> None:
    level = LEVELS[module_of(path).partition(".")[0]]
    assert {name for name in own_imports(path) if LEVELS[name] > level} == set()


@pytest.mark.parametrize("path", [path for path in FILES if module_of(path).startswith("models.")], ids=module_of)
def test_models_refer_to_one_another_only_for_type_checkers(path: Path) -> None:
    assert set(own_imports(path)) <= {"_model", "_enum"}


@pytest.mark.parametrize("path", [path for path in FILES if module_of(path).startswith("api.")], ids=module_of)
def test_services_stand_on_operations_alone(path: Path) -> None:
    assert set(own_imports(path)) <= {"_operation"}


@pytest.mark.parametrize("path", [path for path in FILES if module_of(path).startswith("server")], ids=module_of)
def test_the_server_never_imports_the_client(path: Path) -> None:
    assert set(own_imports(path)) <= OF_THE_SERVER


@pytest.mark.parametrize("path", [path for path in FILES if not module_of(path).startswith("server")], ids=module_of)
def test_what_the_server_needs_is_imported_by_the_server_alone(path: Path) -> None:
    assert {name.partition(".")[0] for name in imports(path)} & SERVERS_ONLY == set()
    assert "server" not in set(own_imports(path))


NEW = "import sys; before = set(sys.modules); {}; import json; print(json.dumps(sorted(set(sys.modules) - before)))"
LATE = {"urllib3", "ssl", "http.client", "dateutil", "certifi", "six", "inspect", "socket", "email", "logging"}


def new_modules(python: Any, code: str) -> set[str]:
    return set(json.loads(python(NEW.format(code))))


def test_importing_the_package_imports_nothing_that_is_used_later(python: Any) -> None:
    code = "import kfp_server_api; after = set(sys.modules) - before; print(sorted(after))"
    found = set(ast.literal_eval(python(f"import sys; before = set(sys.modules); {code}")))
    assert found & (LATE | {"json"}) == set()
    assert {name for name in found if name.startswith("kfp_server_api.")} <= {"kfp_server_api._version"}


@pytest.mark.parametrize(
    ("code", "late"),
    [
        ("from kfp_server_api import V2beta1Run; V2beta1Run(display_name='r')", {"urllib3", "ssl", "http.client"}),
        ("from kfp_server_api import RunServiceApi", {"urllib3", "ssl", "http.client"}),
        ("from kfp_server_api import Configuration; Configuration()", {"urllib3", "ssl", "http.client"}),
        ("from kfp_server_api import ApiException", {"urllib3", "ssl", "http.client"}),
        ("import kfp_server_api.api, kfp_server_api.models", {"urllib3", "ssl", "http.client"}),
    ],
)
def test_a_part_of_the_package_imports_no_connections(python: Any, code: str, late: set[str]) -> None:
    assert new_modules(python, code) & late == set()


def test_a_client_imports_nothing_of_the_server(python: Any) -> None:
    found = new_modules(python, "from kfp_server_api import *; ApiClient()")
    assert {name for name in found if name.startswith("kfp_server_api.server")} == set()
    assert {name.partition(".")[0] for name in found} & SERVERS_ONLY == set()


@pytest.mark.parametrize(
    "code", ["import kfp_server_api", "from kfp_server_api import *", "import kfp_server_api.api_client"]
)
def test_an_import_is_silent(python: Any, code: str) -> None:
    assert python(code, options=("-W", "error")) == ""


def test_dir_lists_all_names() -> None:
    assert set(kfp_server_api.__all__) <= set(dir(kfp_server_api))


@pytest.mark.parametrize("name", kfp_server_api.__all__)
def test_every_name_can_be_imported(name: str) -> None:
    assert getattr(kfp_server_api, name) is not None


@pytest.mark.parametrize("package", [api, models], ids=["api", "models"])
def test_dir_of_a_subpackage_lists_all_names(package: Any) -> None:
    assert set(package.__all__) <= set(dir(package))
    assert all(getattr(package, name) is getattr(kfp_server_api, name) for name in package.__all__)


def test_dir_is_full_before_anything_is_used(python: Any) -> None:
    listed = set(ast.literal_eval(python("import kfp_server_api; print(dir(kfp_server_api))")))
    assert set(kfp_server_api.__all__) <= listed


def test_a_star_import_gives_all_names(python: Any) -> None:
    listed = set(ast.literal_eval(python("from kfp_server_api import *; print(dir())")))
    assert set(kfp_server_api.__all__) <= listed


def test_what_is_called_a_service_is_one() -> None:
    named = [name for name in dir(kfp_server_api) if name.endswith("ServiceApi")]
    assert set(named) == set(api.__all__)
    assert all(hasattr(getattr(kfp_server_api, name)(), "api_client") for name in named)


def test_models_holds_models_only() -> None:
    assert all(hasattr(getattr(models, name), "openapi_types") for name in models.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = kfp_server_api.no_such_name


def test_every_module_of_upstreams_paths_imports() -> None:
    from importlib import import_module

    for package in (api, models):
        for name in package.__all__:
            value = getattr(package, name)
            assert getattr(import_module(value.__module__), name) is value
