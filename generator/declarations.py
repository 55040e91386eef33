# SPDX-License-Identifier: Apache-2.0
"""The code of declarations: what generated classes say of operations and fields."""

from __future__ import annotations

import textwrap

from generator.objects import Field, ListField, Model, Namespace, Operation, Paging, Param

WIDTH = 110


def operation_data(op: Operation) -> str:
    """Return the arguments of `Operation(...)`: route, parameters, the rest."""
    rest = _keywords(returns=op.returns if op.returns != "object" else "", idempotent=op.idempotent)
    rest += _keywords(short_name=op.short_name, since=op.since, until=op.until)
    rest += [*([] if op.served else ["served=False"]), *_keywords(served_since=op.served_since)]
    groups = [filled([code(op.name), code(op.method), code(op.path)], 8)]
    if op.params:
        groups.append(_tuple("", [_param(param) for param in op.params]))
    if rest:
        groups.append(filled(rest, 8))
    if op.paging:
        groups.append(f"        paging=Paging(\n{filled(_paging(op.paging), 12)},\n        )")
    if op.namespace:
        groups.append(f"        namespace={_namespace(op.namespace)}")
    if op.fields:
        groups.append(_tuple("fields=", [_list_field(field) for field in op.fields]))
    return ",\n".join(groups) + ","


def field_value(field: Field, enums: frozenset[str]) -> str:
    """Return the value of a field in the class body: None, or what its annotation cannot say."""
    said = _keywords(
        enum=field.type if field.type in enums else "",
        json=_unless(field.name, field.wire),
        base64=field.base64,
        int64=field.int64,
        since=field.since,
        always=field.always,
    )
    return f"field(default=None, {', '.join(said)})" if said else "None"


def _param(param: Param) -> str:
    said = [code(param.name), code(param.location), code(param.type), *(["True"] if param.required else [])]
    said += _keywords(
        wire=_unless(param.name, param.wire),
        since=param.since,
        earlier_names=param.earlier_names,
        json=bool(param.json),
    )
    return f"Param({', '.join(said)})"


def _paging(paging: Paging) -> list[str]:
    return _keywords(
        token=paging.token.name,
        size=paging.size.name,
        sort=paging.sort.name,
        filter=paging.filter.name,
        next=paging.next.name,
        items=paging.items.name,
        resend=tuple(param.name for param in paging.resend),
        next_wire=_unless(paging.next.name, paging.next.wire),
        items_wire=_unless(paging.items.name, paging.items.wire),
    )


def _namespace(namespace: Namespace) -> str:
    said = [code(namespace.wire), code(namespace.location), *_keywords(unless=namespace.unless)]
    return f"Namespace({', '.join(said)})"


def _list_field(field: ListField) -> str:
    said = [code(field.name), code(field.type)]
    said += _keywords(aliases=field.aliases, only=field.only, operations=field.operations, since=field.since)
    return f"ListField({', '.join(said)})"


def one_of(model: Model) -> str:
    """Return the assignment of the fields that exclude each other."""
    return _tuple("_one_of = ", [code(name) for name in model.one_of], 4)


def _unless(name: str, wire: str) -> str:
    return wire if wire != name else ""


def _keywords(**values: object) -> list[str]:
    """Return `name=value` for what is not empty."""
    return [f"{name}={code(value)}" for name, value in values.items() if value]


def code(value: object) -> str:
    """Return a text, a truth value or a tuple of them as Python writes it."""
    return repr(value).replace("'", '"')


def _tuple(before: str, parts: list[str], indent: int = 8) -> str:
    line = f"{' ' * indent}{before}({', '.join(parts)}{',' if len(parts) == 1 else ''})"
    return line if len(line) < WIDTH else f"{' ' * indent}{before}(\n{filled(parts, indent + 4)},\n{' ' * indent})"


def filled(parts: list[str], indent: int) -> str:
    """Return parts with commas between them, in lines that end only there; longer parts than a line also inside."""
    flat = ", ".join(part if len(part) + indent > WIDTH else part.replace(" ", "\xa0") for part in parts)
    lines = textwrap.fill(flat, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return textwrap.indent(lines, " " * indent).replace("\xa0", " ")
