"""What a caller asks for, as the spec that determines a result."""

from __future__ import annotations

import datetime
import json
import math
import operator
import os
from collections.abc import Mapping, Sequence
from typing import Any

from . import _waage
from ._waage import WaageError


def roles_and_data(
    data: Any, roles: dict[str, Any], sensitive: Any, membership: Any = None
) -> tuple[Any, dict[str, Any], list[str], list[dict[str, Any]]]:
    """Data, the columns that play the roles, the attributes' texts, and those by probabilities."""
    given = _memberships(membership)
    if data is None:
        return _from_arrays(roles, sensitive, given)
    for name, column in roles.items():
        if column is not None and not isinstance(column, str):
            raise TypeError(f"{name}= must name a column of the data, not {_kind(column)}")
    members = [
        {"name": name, "columns": names("membership", columns)} for name, columns in given.items()
    ]
    return data, roles, names("sensitive", sensitive), members


def _memberships(given: Any) -> dict[str, Any]:
    """Attributes given by probabilities, by name."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(
            "membership= must be a dict of attributes, such as "
            f"{{'race': ['p_white', 'p_black']}}, not {_kind(given)}"
        )
    return {str(name): columns for name, columns in given.items()}


def names(option: str, given: Any) -> list[str]:
    """One name or several; ``"gender,region"`` is two, as on the command line."""
    if isinstance(given, Mapping) or not isinstance(given, (str, list, tuple)):
        raise TypeError(f"{option}= must be a name or a list of names, not {_kind(given)}")
    texts = [given] if isinstance(given, str) else list(given)
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"{option}= must hold names, not {_kind(text)}")
    return [part for text in texts for part in text.split(",")]


def attribute(text: str) -> dict[str, Any]:
    """The attribute that ``gender``, ``age:25:40`` or ``age/4`` means."""
    parsed: dict[str, Any] = json.loads(_waage.attribute(text))
    return parsed


def cut(
    threshold: float | None,
    top_k: int | None,
    top_fraction: float | str | None,
    roles: Mapping[str, Any],
) -> dict[str, Any] | None:
    """How a decision follows from the score."""
    given: dict[str, Any] = {}
    if threshold is not None:
        given["threshold"] = real("threshold", threshold)
    if top_k is not None:
        given["top_k"] = whole("top_k", top_k)
    if top_fraction is not None:
        given["top_fraction"] = _decimal(top_fraction)
    exclusive = [*(["decision"] if roles["decision"] is not None else []), *given]
    if given and len(exclusive) > 1:
        raise WaageError(
            f"{'= and '.join(exclusive)}= exclude each other: "
            "give a decision or one cut of the score"
        )
    return given or None


def real(option: str, value: Any) -> float:
    """A finite number."""
    number = float(value)
    if not math.isfinite(number):
        raise WaageError(f"{option}={number} is not finite; give a number")
    return number


def whole(option: str, value: Any, *, bits: int = 64) -> int:
    """A whole number from 0 that fits into so many bits."""
    number = operator.index(value)
    if not 0 <= number < 2**bits:
        raise WaageError(
            f"{option}={number} is out of range; give a whole number from 0 to {2**bits - 1}"
        )
    return number


def ranking(given: bool | Sequence[int]) -> list[int] | None:
    """The numbers of first places: none for the usual ones, None for no ranking."""
    if isinstance(given, bool):
        return [] if given else None
    return [whole("ranking", k) for k in given]


def memory(given: int | str) -> int:
    """Bytes, from a whole number or a text such as ``"512MiB"``."""
    return _waage.memory(given if isinstance(given, str) else str(operator.index(given)))


def label(value: Any) -> str:
    """A value of a column as results write it: ``true``, integers in decimal, dates ISO 8601."""
    text = str(value)
    return text.lower() if type(value).__name__ in ("bool", "bool_") else text


def day(as_of: str | datetime.date | None) -> str:
    """The day that waivers are judged as of; by default today, or what SOURCE_DATE_EPOCH says."""
    if isinstance(as_of, str):
        return as_of
    if isinstance(as_of, datetime.datetime):
        return as_of.date().isoformat()
    if as_of is not None:
        return as_of.isoformat()
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    utc = datetime.timezone.utc
    now = datetime.datetime.now(utc)
    moment = datetime.datetime.fromtimestamp(int(epoch), utc) if epoch.isdecimal() else now
    return moment.date().isoformat()


def character(option: str, value: str | None) -> str | None:
    """One character."""
    if value is not None and len(value) != 1:
        raise WaageError(f"{option}={value!r} must be one character")
    return value


def _decimal(share: float | str) -> str:
    """The share as written: 0.3 is three tenths, not the nearest binary fraction."""
    from decimal import Decimal

    if isinstance(share, str):
        return share
    return format(Decimal(repr(real("top_fraction", share))), "f")


def _from_arrays(
    roles: dict[str, Any], sensitive: Any, memberships: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], list[str], list[dict[str, Any]]]:
    """Columns from roles that are arrays themselves."""
    columns: dict[str, Any] = {}
    named: dict[str, Any] = {}
    for role, values in roles.items():
        if isinstance(values, str):
            raise WaageError(f'{role}="{values}" names a column, but no data were given')
        named[role] = None if values is None else role
        if values is not None:
            columns[role] = values
    if isinstance(sensitive, str):
        raise WaageError(f'sensitive="{sensitive}" names a column, but no data were given')
    if not isinstance(sensitive, Mapping) and len(sensitive) == 0 and memberships:
        sensitive = {}
    if not isinstance(sensitive, Mapping):
        if len(sensitive) == 0:
            raise WaageError(
                "no data were given: pass data and the names of its columns, or arrays as roles, "
                "such as decision=d, sensitive={'gender': g}"
            )
        if all(isinstance(value, str) for value in sensitive) and isinstance(sensitive, list):
            raise WaageError("sensitive= names columns, but no data were given")
        sensitive = {getattr(sensitive, "name", None) or "group": sensitive}
    for name, values in sensitive.items():
        column = attribute(str(name))["column"]
        if column in columns:
            raise WaageError(f'the attribute "{column}" has the name of a role: call it otherwise')
        columns[column] = values
    members = []
    for name, groups in memberships.items():
        if not isinstance(groups, Mapping):
            raise WaageError(
                f"membership= gives no arrays of {name!r}: without data, write "
                f"{{{name!r}: {{'white': p, 'black': 1 - p}}}}, an array for each group"
            )
        for group, values in groups.items():
            if str(group) in columns:
                raise WaageError(
                    f'the group "{group}" has the name of a role or an attribute: call it otherwise'
                )
            columns[str(group)] = values
        members.append({"name": name, "columns": [str(group) for group in groups]})
    return columns, named, [str(name) for name in sensitive], members


def _kind(value: Any) -> str:
    return type(value).__name__
