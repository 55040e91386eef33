# SPDX-License-Identifier: Apache-2.0
"""Conditions and orders of lists, checked before they are sent.

    failed = (field("state") == "FAILED") & (field("created_at") >= yesterday)
    runs.run_service_list_runs(filter=failed, sort_by=field("created_at").desc())

A condition learns which list it is for when it is given to a call; that knows which fields there are, of which type.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timezone
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from kfp_server_api._encoding import encode
from kfp_server_api._operation import ListField, Operation
from kfp_server_api.exceptions import ApiTypeError, ApiValueError, did_you_mean

__all__ = ["Field", "Filter", "Order", "field", "tag"]

_WRITTEN = {
    "EQUALS": "==",
    "NOT_EQUALS": "!=",
    "GREATER_THAN": ">",
    "GREATER_THAN_EQUALS": ">=",
    "LESS_THAN": "<",
    "LESS_THAN_EQUALS": "<=",
    "IN": ".in_",
    "IS_SUBSTRING": ".contains",
}
"""Operations as they stand in Python."""
_CONTINUED = (".", ":")
"""Ends of a field's name that a caller continues."""


def field(name: str) -> Field:
    """Return a field, to be compared with a value or to sort by.

    Args:
        name: of the list's documentation, such as `state` or `created_at`; `tags.team` for a tag.
    """
    return Field(name)


def tag(key: str) -> Field:
    """Return the tag of a pipeline or pipeline version, which can be compared by `==`."""
    if not isinstance(key, str) or not key:
        raise ApiValueError(f"`key` has to be a tag's key, not {key!r}")
    return Field(f"tags.{key}")


class _Term:
    """Refuses what Python would take for something else than it says."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise ApiTypeError(
            "a condition is neither true nor false here: join two by `&`, each in parentheses, instead of `and`,"
            " and write `a < x < b` as two"
        )

    if not TYPE_CHECKING:

        def __and__(self, other):
            raise ApiTypeError(f"`&` joins conditions, each in parentheses, not {self!r} and {other!r}")

        __rand__ = __and__

        def __or__(self, other):
            raise ApiTypeError("servers know no `or`: use `.in_([...])` for values of one field, or several calls")

        __ror__ = __or__

        def __invert__(self):
            raise ApiTypeError("servers know no `not`: use `!=`")


class Filter(_Term):
    """Conditions that all have to hold, joined by `&`; an argument `filter=`.

    Comparison is the server's, on clusters without regard to case and accents.
    """

    __slots__ = ("_conditions",)

    def __init__(self, *conditions: _Condition) -> None:
        self._conditions = conditions

    def __and__(self, other: Filter) -> Filter:
        if not isinstance(other, Filter):
            raise ApiTypeError(f"`&` joins conditions, each in parentheses, not {self!r} and {other!r}")
        return Filter(*self._conditions, *other._conditions)

    def __repr__(self) -> str:
        return " & ".join(f"({condition})" for condition in self._conditions)

    def _as_argument(self, operation: Operation, name: str) -> dict[str, Any]:
        """Return this as the argument `name` of an operation.

        Raises:
            ApiTypeError, ApiValueError: that is no filter, or the operation knows no such field, comparison or value.
        """
        if operation.paging is None or name != operation.paging.filter:
            raise ApiTypeError(f"`{name}` of {operation.name} takes no filter, such as {self!r}")
        return {"predicates": [_predicate(operation, condition) for condition in self._conditions]}


class Order(_Term):
    """A field to sort by, up or down; an argument `sort_by=`."""

    __slots__ = ("_descending", "_name")

    def __init__(self, name: str, descending: bool) -> None:
        self._name, self._descending = name, descending

    def __repr__(self) -> str:
        return f"field({self._name!r}).{'desc' if self._descending else 'asc'}()"

    def _as_argument(self, operation: Operation, name: str) -> str:
        """Return this as the argument `name` of an operation; raises as that of `Filter` does."""
        if operation.paging is None or name != operation.paging.sort:
            raise ApiTypeError(f"`{name}` of {operation.name} takes no order, such as {self!r}")
        _listed(operation, self._name, "sort")
        if len(self._name.split()) != 1:
            raise ApiValueError(f"servers cannot sort by a name with blanks, such as {self._name!r}")
        return f"{self._name} {'desc' if self._descending else 'asc'}"


class Field(_Term):
    """A field of a list."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        if not isinstance(name, str) or not name:
            raise ApiValueError(f"`name` has to be a field's name, not {name!r}")
        self._name = name

    def __repr__(self) -> str:
        return f"field({self._name!r})"

    def __eq__(self, value: object) -> Filter:  # type: ignore[override]
        return self._filter("EQUALS", value)

    def __ne__(self, value: object) -> Filter:  # type: ignore[override]
        return self._filter("NOT_EQUALS", value)

    def __lt__(self, value: object) -> Filter:
        return self._filter("LESS_THAN", value)

    def __le__(self, value: object) -> Filter:
        return self._filter("LESS_THAN_EQUALS", value)

    def __gt__(self, value: object) -> Filter:
        return self._filter("GREATER_THAN", value)

    def __ge__(self, value: object) -> Filter:
        return self._filter("GREATER_THAN_EQUALS", value)

    def in_(self, values: Iterable[Any]) -> Filter:
        """Ask for one of several values."""
        if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
            raise ApiTypeError(f"`values` has to be a list of values, not {values!r}")
        return self._filter("IN", tuple(values))

    def contains(self, text: str) -> Filter:
        """Ask for a part of the text, in which `%` stands for any characters and `_` for any one."""
        return self._filter("IS_SUBSTRING", text)

    def asc(self) -> Order:
        """Sort by this, smallest or oldest first."""
        return Order(self._name, False)

    def desc(self) -> Order:
        """Sort by this, largest or newest first."""
        return Order(self._name, True)

    def _filter(self, operation: str, value: Any) -> Filter:
        return Filter(_Condition(self._name, operation, value))

    def _as_argument(self, operation: Operation, name: str) -> NoReturn:
        takes = f"{self!r} compared with a value"
        if operation.paging is not None and name == operation.paging.sort:
            takes = f"{self!r}.asc() or .desc()"
        raise ApiTypeError(f"`{name}` of {operation.name} takes {takes}, not {self!r} alone")


class _Condition(NamedTuple):
    name: str
    operation: str
    value: Any

    def __str__(self) -> str:
        written = _WRITTEN[self.operation]
        value = repr(list(self.value)) if self.operation == "IN" else repr(self.value)
        compared = f"{written}({value})" if written.startswith(".") else f" {written} {value}"
        return f"field({self.name!r}){compared}"


def _listed(operation: Operation, name: str, use: str) -> ListField:
    """Return a field of a list.

    Args:
        use: "filter" or "sort".
    """
    fields = [each for each in operation.fields if each.only in ("", use)]
    for each in fields:
        continued = each.name.endswith(_CONTINUED) and name.startswith(each.name) and name != each.name
        if continued or name in (each.name, *each.aliases):
            return each
    names = [known for each in fields for known in (each.name, *each.aliases)]
    shown = ", ".join(f"{known}KEY" if known.endswith(_CONTINUED) else known for known in names)
    hint = did_you_mean(name, names)
    raise ApiValueError(f"{name!r} is no field to {use} {operation.name} by{hint or '; there are'} ({shown})")


def _predicate(operation: Operation, condition: _Condition) -> dict[str, Any]:
    """Return a condition as JSON has it."""
    name, asked, value = condition
    listed = _listed(operation, name, "filter")
    takes = listed.operations or [each for each in _WRITTEN if each != "IS_SUBSTRING" or listed.type != "datetime"]
    if asked not in takes:
        raise ApiValueError(
            f"{name!r} takes {', '.join(_WRITTEN[each] for each in takes)} and not `{_WRITTEN[asked]}`: {condition}"
        )
    key = {"operation": asked, "key": name}
    if asked == "IN":
        values = [_value(listed, condition, each) for each in value]
        return {**key, **_in_any_of(listed, values)}
    found = _text(condition, value) if asked == "IS_SUBSTRING" else _value(listed, condition, value)
    if isinstance(found, datetime):
        return {**key, "timestamp_value": found.isoformat().replace("+00:00", "Z")}
    return {**key, "string_value": found}


def _in_any_of(listed: ListField, values: list[Any]) -> dict[str, Any]:
    """Return the values of an IN; times as Unix seconds, for which servers have a list."""
    if listed.type == "datetime":
        return {"long_values": {"values": [str(int(each.timestamp())) for each in values]}}
    return {"string_values": {"values": values}}


def _value(listed: ListField, condition: _Condition, value: Any) -> str | datetime:
    if listed.type == "datetime":
        return _time(condition, value)
    text = _text(condition, value)
    if listed.type != "str":
        allowed = getattr(import_module("kfp_server_api.models"), listed.type).allowable_values
        if text not in allowed:
            hint = did_you_mean(text.upper(), allowed)
            raise ApiValueError(f"{condition.name!r} is one of {', '.join(allowed)}, not {text!r}{hint}")
    return text


def _text(condition: _Condition, value: Any) -> str:
    """Return text, also of an enum's constant or a UUID."""
    text = None if isinstance(value, (date, _Term)) else encode(value)
    if not isinstance(text, str):
        raise ApiTypeError(f"{condition.name!r} is compared with text, not with {value!r}")
    return text


def _time(condition: _Condition, value: Any) -> datetime:
    """Return a time in UTC; one without a zone is taken as UTC, with a warning."""
    if not isinstance(value, datetime):
        raise ApiTypeError(f"{condition.name!r} is compared with a datetime, not with {value!r}")
    encode(value)
    try:
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)
    except OverflowError:
        raise ApiValueError(f"{value!r} has no time in UTC") from None
