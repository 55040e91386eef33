# SPDX-License-Identifier: Apache-2.0
"""Names and types of Python, from those of the spec."""

from __future__ import annotations

import keyword
import re

WRITTEN = {
    "ApiClient": "api_client",
    "Configuration": "configuration",
    "ApiConnectionError": "exceptions",
    "ApiException": "exceptions",
    "ApiKeyError": "exceptions",
    "ApiTimeoutError": "exceptions",
    "ApiTypeError": "exceptions",
    "ApiValueError": "exceptions",
    "AuthenticationError": "exceptions",
    "BadRequestError": "exceptions",
    "ConflictError": "exceptions",
    "DecodeError": "exceptions",
    "NotFoundError": "exceptions",
    "OpenApiException": "exceptions",
    "PermissionDeniedError": "exceptions",
    "RateLimitError": "exceptions",
    "RunCanceled": "exceptions",
    "RunFailed": "exceptions",
    "ServerError": "exceptions",
    "TLSError": "exceptions",
    "WaitTimeout": "exceptions",
}
"""Public names that are written by hand, with the module of each."""
OF_MODELS = frozenset(
    {
        "additional_fields", "attribute_map", "discriminator", "local_vars_configuration", "openapi_types", "to_dict",
        "to_str",
    }
)  # fmt: skip
"""Names that the base class of all models has."""
OF_SERVICES = frozenset({"api_client", "call", "sort", "as_json"})
"""Names that the base class of all services has, some with an underscore before them."""
OF_MODULES = frozenset({"bool", "dict", "field", "int", "list", "str", "datetime"})
"""Names that the annotations and values of generated fields stand on."""
OF_CALLS = frozenset({"self", "options", "async_req"})
"""Keywords of every operation."""
OF_CLASSES = frozenset(
    {
        "Any", "ApplyResult", "AsyncOptions", "Enum", "HTTPResponse", "Headers", "ListField", "Mapping", "Model",
        "Namespace", "Operation", "Options", "Paging", "Param", "RawOptions", "Service", "TYPE_CHECKING", "Unpack",
        "Upload",
    }
)  # fmt: skip
"""Names that generated modules import."""


def snake(name: str) -> str:
    """Return `V2beta1ListRunsResponse` as `v2beta1_list_runs_response`, `recurringRuns` as `recurring_runs`."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def identifier(wire_name: str) -> str:
    """Return the attribute or keyword for a name on the wire: `@type` is `type`, `run.run_id` is `run_run_id`."""
    return snake(re.sub(r"\W", "_", wire_name).strip("_"))


def is_usable(name: str) -> bool:
    """Tell whether a name can be a public name of Python."""
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name)) and not keyword.iskeyword(name)


def annotation(type_name: str, enums: frozenset[str] = frozenset()) -> str:
    """Return the Python type of a spec type as `openapi_types` writes it: `dict(str, object)` is `dict[str, Any]`."""
    if type_name.startswith("list["):
        return f"list[{annotation(type_name[5:-1], enums)}]"
    if type_name.startswith("dict("):
        return f"dict[str, {annotation(type_name[10:-1], enums)}]"
    if type_name in enums:
        return "str"
    return {"object": "Any", "file": "Upload"}.get(type_name, type_name)


def models_in(type_name: str) -> set[str]:
    """Return the names of models and enums that a type mentions."""
    words = set(re.findall(r"\w+", type_name))
    return words - {"list", "dict", "str", "int", "bool", "float", "object", "datetime", "date", "file"}
