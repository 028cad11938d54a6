"""Editable TOML tables as frozen dataclasses: every key required, no other taken, every type checked."""

from __future__ import annotations

import tomllib
import types
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from portal.reports.errors import BadTable

T = TypeVar("T")


def load_table(shape: type[T], text: str) -> T:
    """Read ``text`` (TOML) as the dataclass ``shape``.

    :raises BadTable: with ``detail["key"]``, the dotted name of the first wrong key.
    """
    try:
        table = tomllib.loads(unicodedata.normalize("NFC", text))
    except tomllib.TOMLDecodeError as error:
        raise BadTable(key="(toml)") from error
    return read_table(shape, table)


def load_file(shape: type[T], path: Path) -> T:
    """Like :func:`load_table`, from a UTF-8 file."""
    return load_table(shape, path.read_text("utf-8"))


def read_table(shape: type[T], table: Mapping[str, Any], *, where: str = "") -> T:
    """Read an already parsed table as the dataclass ``shape``; ``where`` is the dotted name it stands at."""
    hints = get_type_hints(shape)
    names = {field.name for field in fields(shape)}  # type: ignore[arg-type]
    for key in sorted(names ^ set(table)):
        raise BadTable(key=f"{where}{key}")
    values = {name: _value(hints[name], table[name], f"{where}{name}") for name in sorted(names)}
    # A shape refuses a value that is of the right type but wrong by naming the field in a ValueError.
    try:
        return shape(**values)
    except ValueError as error:
        raise BadTable(key=f"{where}{error}") from error


def plain(value: Any) -> Any:
    """A frozen dataclass as JSON values, days as YYYY-MM-DD; :func:`read_table` is the inverse."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def _value(hint: Any, value: Any, where: str) -> Any:
    if is_dataclass(hint):
        return read_table(hint, _expect(dict, value, where), where=f"{where}.")  # type: ignore[arg-type]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _optional(arguments, value, where)
    if origin in (tuple, dict, Mapping):
        return _many(origin, arguments, value, where)
    return _one(str if origin is Literal else hint, value, where)


def _many(origin: Any, arguments: tuple[Any, ...], value: Any, where: str) -> Any:
    if origin is tuple:
        return tuple(_value(arguments[0], item, f"{where}[]") for item in _expect(list, value, where))
    items = _expect(dict, value, where).items()
    return {key: _value(arguments[1], item, f"{where}.{key}") for key, item in items}


def _one(hint: Any, value: Any, where: str) -> Any:
    if hint is float:
        return float(_expect((int, float), value, where))
    if hint is date:
        return _day(value, where)
    return _expect(hint, value, where)


def _optional(arguments: tuple[Any, ...], value: Any, where: str) -> Any:
    # TOML has no null: an empty string stands for "not yet known".
    return None if value is None or value == "" else _value(arguments[0], value, where)


def _day(value: Any, where: str) -> date:
    # TOML has days of its own; JSON writes them as YYYY-MM-DD.
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise BadTable(key=where) from error
    return _expect(date, value, where)


def _expect(kind: Any, value: Any, where: str) -> Any:
    wrong_bool = isinstance(value, bool) and kind is not bool
    if wrong_bool or not isinstance(value, kind) or (kind is date and type(value) is not date):
        raise BadTable(key=where)
    return value
