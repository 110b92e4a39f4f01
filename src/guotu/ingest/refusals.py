"""A refusal crossing from the reading child to its parent: code, facts and place as plain JSON, checked on arrival."""

from __future__ import annotations

from typing import Any

from guotu.errors import GuotuError, Place
from guotu.errors.kinds import all_kinds

_BLOCKS = ("GT-11", "GT-12")
_LONGEST = 400


def told(problem: Any) -> dict[str, Any]:
    """The error frame of a `GuotuError` raised inside the child."""
    place = problem.place.as_dict()
    facts = {name: _plain(value) for name, value in problem.facts.items()}
    return {"reason": "refused", "code": problem.code, "facts": facts, "place": place}


def refusal(frame: dict[str, Any], name: str) -> GuotuError | None:
    """The error a child told of, its file called `name`; None where the frame makes no sense."""
    kind = all_kinds().get(str(frame.get("code")))
    facts, place = frame.get("facts"), frame.get("place")
    if kind is None or not kind.code.startswith(_BLOCKS) or not isinstance(facts, dict):
        return None
    try:
        found = kind(place=_place(place, name), **{**_checked(facts), "name": name})
        found.detail("en"), found.hint("zh"), found.hint("en")
    except (KeyError, ValueError, TypeError, IndexError, AttributeError):
        return None
    return found


def _plain(value: object) -> str | int | float:
    return value if isinstance(value, int | float) else str(value)[:_LONGEST]


def _checked(facts: dict[str, Any]) -> dict[str, object]:
    return {str(name): _plain(value) for name, value in facts.items()}


def _place(place: object, name: str) -> Place:
    known = place if isinstance(place, dict) else {}
    row, at = known.get("row"), known.get("coordinate")
    return Place(
        file=name,
        layer=_text(known.get("layer")),
        row=row if isinstance(row, int) else None,
        field=_text(known.get("field")),
        coordinate=(float(at[0]), float(at[1])) if isinstance(at, list) else None,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)[:_LONGEST]
