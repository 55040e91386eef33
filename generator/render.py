# SPDX-License-Identifier: Apache-2.0
"""Text of every generated file."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from generator.declarations import WIDTH, code, field_value, filled, one_of, operation_data
from generator.index import Guide, models_of_services
from generator.names import WRITTEN, annotation, models_in, snake
from generator.spec import Model, Operation, Param, Service, Spec
from generator.texts import (
    aligned,
    cell,
    doc,
    field_text,
    literal,
    model_text,
    operation_text,
    param_text,
    released,
    releases,
    short_doc,
    value_text,
    wrap,
)

PACKAGE = "kfp_server_api"
STATUS_ERRORS = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    422: "BadRequestError",
    429: "RateLimitError",
}
_SUBMODULES = ("api", "api_client", "configuration", "exceptions", "models", "rest")


def render(spec: Spec, guides: Sequence[Guide] = ()) -> dict[str, str]:
    """Return the text of every generated file by its path below the repository; the index lists the guides."""
    env = _environment(spec)
    modules = _modules(spec)
    files = {
        f"{PACKAGE}/__init__.py": env.get_template("package.py.j2").render(names=modules, submodules=_SUBMODULES),
        f"{PACKAGE}/_releases.py": env.get_template("releases.py.j2").render(),
        f"{PACKAGE}/api/__init__.py": _namespace(env, "API classes, one for each service.", modules, "api"),
        f"{PACKAGE}/models/__init__.py": _namespace(env, "Models and enums of the API.", modules, "models"),
    }
    index = env.get_template("index.md.j2")
    files["docs/README.md"] = index.render(guides=guides, models_of_services=models_of_services(spec))
    for service in spec.services:
        files[f"{PACKAGE}/api/{service.module}.py"] = env.get_template("service.py.j2").render(service=service)
        files[f"{PACKAGE}/api/{service.module}.pyi"] = env.get_template("service.pyi.j2").render(service=service)
        files[f"docs/{service.class_name}.md"] = env.get_template("service.md.j2").render(service=service)
    for model in spec.models:
        template = "enum" if model.values else "model"
        files[f"{PACKAGE}/models/{model.module}.py"] = env.get_template(f"{template}.py.j2").render(model=model)
        files[f"docs/{model.name}.md"] = env.get_template("model.md.j2").render(model=model)
    return {path: re.sub(r"\n{4,}", "\n\n\n", text.strip("\n")) + "\n" for path, text in files.items()}


def _modules(spec: Spec) -> dict[str, str]:
    """Return every public name with the module that defines it, relative to the package."""
    names = {service.class_name: f"api.{service.module}" for service in spec.services}
    names.update({model.name: f"models.{model.module}" for model in spec.models})
    return dict(sorted({**names, **WRITTEN}.items()))


def _namespace(env: Environment, doc: str, modules: dict[str, str], folder: str) -> str:
    names = {name: path.partition(".")[2] for name, path in modules.items() if path.startswith(f"{folder}.")}
    return env.get_template("namespace.py.j2").render(doc=doc, names=names)


def _environment(spec: Spec) -> Environment:
    env = Environment(
        loader=PackageLoader("generator"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
    env.filters.update(
        field_of=lambda field: field_value(field, spec.enums),
        wrap=wrap, doc=doc, short_doc=short_doc, literal=literal, cell=cell, aligned=aligned,
        annotation=lambda type_name: annotation(type_name, spec.enums), oneline=lambda text: " ".join(text.split()),
        model_link=lambda type_name: _model_link(spec, type_name),
    )  # fmt: skip
    env.globals.update(
        version=spec.version, snake=snake, models_in=models_in, enums=spec.enums, spec=spec,
        operation_text=operation_text, param_text=param_text, model_text=model_text, field_text=field_text,
        value_text=value_text, released=released, releases=releases, errors_of=_errors_of,
        signature=lambda op, **options: _signature(spec, op, **options), operation_imports=_operation_imports,
        operation_data=operation_data, private_name=_private_name, private_call=_private_call,
        stub_imports=lambda service: _stub_imports(spec, service), guarded=lambda service: _guarded(spec, service),
        code=code, one_of=one_of, model_imports=lambda model: _model_imports(spec, model),
        example_value=lambda type_name: _example_value(spec, type_name),
    )  # fmt: skip
    return env


def required(op: Operation) -> list[Param]:
    """Return the parameters that stand before the `*` of a signature."""
    return [param for param in op.params if param.required]


def _annotated(spec: Spec, op: Operation, param: Param) -> str:
    if op.paging and param == op.paging.sort:
        return "str | Order"
    if param.json:
        also = f"{param.json} | " if param.json != "object" else ""
        also += "Filter | " if op.paging and param == op.paging.filter else ""
        return f"str | {also}Mapping[str, Any]"
    name = annotation(param.type, spec.enums)
    return f"{name} | Mapping[str, Any]" if param.location == "body" and name != "str" else name


def _signature(spec: Spec, op: Operation, *, returns: str, options: str, default: str = "None") -> str:
    """Return everything of a `def` behind its name, on one line or one line for each parameter."""
    parts = ["self", *(f"{p.name}: {_annotated(spec, op, p)}" for p in required(op))]
    optional = [p for p in op.params if not p.required]
    if optional or not options.startswith("**"):
        parts.append("*")
    parts += [f"{p.name}: {_annotated(spec, op, p)} | None = {default}" for p in optional]
    parts.append(options)
    line = f"({', '.join(parts)}) -> {returns}:"
    if len(line) + len(op.name) + 26 <= WIDTH:
        return line
    return f"(\n{filled(parts, 8)}\n    ) -> {returns}:"


def _private_name(op: Operation) -> str:
    """Return the attribute that holds an operation's data."""
    return f"_{op.short_name or op.name}"


def _private_call(op: Operation) -> str:
    """Return the arguments of `self._call(...)`, the closing parenthesis included."""
    values = ", ".join(param.name for param in op.params) + ("," if len(op.params) == 1 else "")
    line = f"self.{_private_name(op)}, ({values}), options)"
    if len(line) + 26 <= WIDTH:
        return line
    inner = f"self.{_private_name(op)},\n(\n    {values},\n),\noptions,".replace(",,", ",")
    return f"\n{textwrap.indent(inner, ' ' * 12)}\n        )"


def _stub_imports(spec: Spec, service: Service) -> dict[str, Any]:
    """Return what the signatures of a service mention."""
    shown = [_annotated(spec, op, param) for op in service.operations for param in op.params]
    typed = " ".join([*shown, *(annotation(op.returns, spec.enums) for op in service.operations)])
    known = {model.name for model in spec.models} - spec.enums
    words = set(re.findall(r"\w+", typed))
    lists = sorted(words & {"Filter", "Order"})
    return {"typed": words, "any": "Any" in words, "lists": lists, "models": sorted(words & known)}


def _operation_imports(service: Service) -> str:
    """Return the names that a service's module needs of `_operation`, on one line or as many as it takes."""
    params = [param for op in service.operations for param in op.params]
    needed = {
        "ListField": any(op.fields for op in service.operations),
        "Namespace": any(op.namespace for op in service.operations),
        "Operation": True,
        "Paging": any(op.paging for op in service.operations),
        "Param": bool(params),
    }
    return ", ".join(name for name, is_needed in needed.items() if is_needed)


def _guarded(spec: Spec, service: Service) -> str:
    """Return the imports below `if TYPE_CHECKING`."""
    imports = _stub_imports(spec, service)
    first = ["from collections.abc import Mapping", ""] if "Mapping" in imports["typed"] else []
    lines = ["from kfp_server_api._types import Upload"] if "Upload" in imports["typed"] else []
    lines += [f"from kfp_server_api.filters import {', '.join(imports['lists'])}"] if imports["lists"] else []
    lines += [f"from kfp_server_api.models.{snake(name)} import {name}" for name in imports["models"]]
    return textwrap.indent("\n".join([*first, *lines]).strip("\n"), "    ")


def _model_imports(spec: Spec, model: Model) -> list[str]:
    """Return the other models whose names a model's annotations mention."""
    names = {name for field in model.fields for name in models_in(field.type)}
    return sorted(names - spec.enums - {model.name})


def _errors_of(op: Operation) -> list[tuple[str, str, int]]:
    """Return (class, when, status) for each documented error of an operation."""
    return [(STATUS_ERRORS.get(status, "ServerError"), text, status) for status, text in sorted(op.errors.items())]


def _model_link(spec: Spec, type_name: str) -> str:
    """Return a type for Markdown, models linked to their page."""
    known = {model.name for model in spec.models}
    return re.sub(r"\w+", lambda m: f"[{m[0]}]({m[0]}.md)" if m[0] in known else m[0], type_name)


def _example_value(spec: Spec, type_name: str) -> str:
    """Return Python for a value of a type, for the example of a model."""
    if type_name.startswith("list["):
        return f"[{_example_value(spec, type_name[5:-1])}]"
    if type_name.startswith("dict("):
        return f'{{"key": {_example_value(spec, type_name[10:-1])}}}'
    for model in spec.models:
        if model.name == type_name:
            constant = next((name for name in model.values if "UNSPECIFIED" not in name), None)
            return f"kfp_server_api.{type_name}.{constant}" if model.values else f"kfp_server_api.{type_name}()"
    scalars = {"int": "1", "bool": "True", "object": '{"key": "value"}'}
    times = "datetime.datetime(2026, 1, 31, 12, 0, tzinfo=datetime.timezone.utc)"
    return times if type_name == "datetime" else scalars.get(type_name, '"text"')
