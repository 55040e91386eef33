# SPDX-License-Identifier: Apache-2.0
"""Imports run one way, and nothing is imported before it is used."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

import kfp_server_api
from kfp_server_api import api, models

PACKAGE = Path(kfp_server_api.__file__).resolve().parent
CONTRIBUTING = Path(__file__).resolve().parents[1] / "CONTRIBUTING.md"
LEVELS = {
    0: "exceptions _error_body _releases _urls _version configuration",
    1: "_answers _connection_errors _credentials _deadline _decoding _download _encoding _forms _headers _multipart "
    "_pools _proxies _redirects _reply _session _sockets _threads _token_claims",
    2: "_dex _enum _exec_credential _field _kubeconfig _login _model _operation _request _spec_files auth "
    "filters rest retries",
    3: "_hints _kedro_models _list_call _once _progress _runs _service _types api_client models",
    4: "api",
    5: "__main__ _many_runs _probe _wait doctor ensure kedro pagination waiting",
    6: "server",
}
"""A file imports from its own level and from those below."""
OF_THE_SERVER = {
    "states times limits process_exit descriptors settings gotext": "",
    "json_safe": "limits",
    "errors": "",
    "packages": "limits json_safe",
    "store": "",
    "json_tokens": "json_safe gotext",
    "message_reader": "times json_tokens",
    "protojson": "times json_safe gotext errors json_tokens message_reader",
    "parsing": "limits json_safe errors packages protojson",
    "engine": "times json_safe gotext process_exit packages",
    "orchestration": "states times json_safe process_exit descriptors settings errors packages store",
    "resources": (
        "states times json_safe settings gotext errors packages store json_tokens protojson parsing orchestration"
    ),
    "http": "limits descriptors json_safe gotext errors protojson parsing resources",
    "serving": "descriptors",
    "local_server": "settings store orchestration resources http serving",
    "__main__": "local_server settings",
}
"""The other parts that each part of the server imports. `READ_BY_THE_SERVER` names what it reads of the client."""
READ_BY_THE_SERVER = {"api", "models", "exceptions", "_operation", "_model", "_urls", "_version", "server"}
SERVERS_ONLY = {"starlette", "uvicorn", "sqlalchemy", "kfp", "yaml", "croniter", "anyio", "multipart", "alembic"}
USED_WHERE_INSTALLED = {"_spec_files": {"yaml"}}
"""What the server needs, and a file of the client uses where it finds it."""
FILES = sorted(PACKAGE.rglob("*.py"))
LEVEL_OF = {name: level for level, names in LEVELS.items() for name in names.split()}
ALLOWED = {part: {part, *allowed.split()} for parts, allowed in OF_THE_SERVER.items() for part in parts.split()}


def table() -> str:
    """Return which way imports run, as CONTRIBUTING quotes it."""
    lines = [f"{level}  {names}" for level, names in LEVELS.items()]
    width = max(map(len, OF_THE_SERVER)) + 2
    of_server = [f"{parts:{width}}-> {allowed or 'nothing of the server'}" for parts, allowed in OF_THE_SERVER.items()]
    return "\n".join([*lines, "", "server/", *of_server])


def test_contributing_quotes_the_table() -> None:
    assert f"```\n{table()}\n```" in CONTRIBUTING.read_text(), f"put this into CONTRIBUTING.md:\n{table()}"


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
        if first == "kfp_server_api" and below.partition(".")[0] in LEVEL_OF:
            yield below.partition(".")[0]


def server_part(module: str) -> str:
    """Return the part of the server that a module belongs to: a folder or a file directly below `server`."""
    return module.removeprefix("kfp_server_api.").removeprefix("server").lstrip(".").partition(".")[0]


def files_imported(path: Path) -> set[Path]:
    """Return the files of the package that a file names in any import, those for type checkers included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kfp_server_api"):
            for alias in node.names:
                for name in (node.module, f"{node.module}.{alias.name}"):
                    file = PACKAGE.parent / (name.replace(".", "/") + ".py")
                    found |= {file} if file.exists() else set()
    return found


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_every_file_has_a_level(path: Path) -> None:
    assert not module_of(path) or module_of(path).partition(".")[0] in LEVEL_OF


@pytest.mark.parametrize("path", [path for path in FILES if module_of(path)], ids=module_of)
def test_imports_go_to_the_same_or_a_lower_level(path: Path) -> None:
    level = LEVEL_OF[module_of(path).partition(".")[0]]
    assert {name for name in own_imports(path) if LEVEL_OF[name] > level} == set()


@pytest.mark.parametrize("path", [path for path in FILES if module_of(path).startswith("server.")], ids=module_of)
def test_imports_inside_the_server_run_as_the_table_says(path: Path) -> None:
    named = {name for name in imports(path) if name.startswith("kfp_server_api.server.")}
    parts = {server_part(name) for name in named} - {"LocalServer", "EXTRA"}
    assert parts <= ALLOWED[server_part(module_of(path))]


@pytest.mark.parametrize(
    ("package", "parts"),
    [
        ("starlette", {"http"}),
        ("uvicorn", {"serving"}),
        ("kfp", set()),
        ("yaml", {"packages"}),
        ("alembic", {"store"}),
        ("sqlalchemy", {"store", "orchestration", "resources"}),
    ],
)
def test_a_package_is_imported_by_its_own_part_of_the_server(package: str, parts: set[str]) -> None:
    importing = {
        server_part(module_of(path))
        for path in FILES
        if module_of(path).startswith("server") and package in {name.partition(".")[0] for name in imports(path)}
    }
    assert importing == parts


def test_no_two_files_import_each_other() -> None:
    """Imports for type checkers count, too; generated models may name one another there."""
    files = [path for path in FILES if not module_of(path).startswith(("models.", "api."))]
    graph = {path: files_imported(path) & set(files) - {path} for path in files}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("path", [path for path in FILES if module_of(path).startswith("models.")], ids=module_of)
def test_models_refer_to_one_another_only_for_type_checkers(path: Path) -> None:
    assert set(own_imports(path)) <= {"_model", "_enum"}


@pytest.mark.parametrize("path", [path for path in FILES if module_of(path).startswith("api.")], ids=module_of)
def test_services_stand_on_operations_alone(path: Path) -> None:
    assert set(own_imports(path)) <= {"_operation", "_service"}


@pytest.mark.parametrize("path", [path for path in FILES if module_of(path).startswith("server")], ids=module_of)
def test_the_server_never_imports_the_client(path: Path) -> None:
    assert set(own_imports(path)) <= READ_BY_THE_SERVER


@pytest.mark.parametrize("path", [path for path in FILES if not module_of(path).startswith("server")], ids=module_of)
def test_what_the_server_needs_is_imported_by_the_server_alone(path: Path) -> None:
    imported = {name.partition(".")[0] for name in imports(path)} & SERVERS_ONLY
    assert imported == USED_WHERE_INSTALLED.get(module_of(path), set())
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
        (
            "from kfp_server_api import ApiClient; ApiClient()",
            {"html.parser", "urllib.request", *(f"kfp_server_api.{each}" for each in ("auth", "_login", "_session"))},
        ),
    ],
)
def test_a_part_of_the_package_imports_only_what_it_uses(python: Any, code: str, late: set[str]) -> None:
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
