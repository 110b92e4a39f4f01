"""The state machine of submissions, read from `machine.toml`: which steps there are, from where, by whom, under what conditions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from guotu.errors import Lang
from guotu.errors.submission import STEP_CONDITION, STEP_FORBIDDEN, STEP_ILLEGAL
from guotu.guard.subject import OPERATOR, Subject


@dataclass(frozen=True, slots=True)
class Words:
    """A name in both languages."""

    zh: str
    en: str

    def in_(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class State:
    """A state; nothing leads out of a `final` one."""

    id: str
    title: Words
    final: bool


@dataclass(frozen=True, slots=True)
class Action:
    """A step: from which states to which, who takes it, what must hold."""

    id: str
    title: Words
    source: tuple[str, ...]
    target: str
    who: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Who:
    """A side: the roles that make somebody part of it, and whether it must be their own unit's submission."""

    id: str
    title: Words
    roles: frozenset[str]
    own_unit: bool

    def holds(self, subject: Subject, unit: str) -> bool:
        """Whether a subject stands on this side for a unit's submission; whoever holds the node's files stands on both."""
        if self.id == "system":
            return False
        if subject == OPERATOR:
            return True
        fits = bool(self.roles & {role.value for role in subject.roles})
        return fits and (not self.own_unit or subject.organisation == unit)


@dataclass(frozen=True, slots=True)
class Machine:
    """The whole way; every question about it is answered here."""

    edition: str
    first: str
    states: Mapping[str, State]
    actions: Mapping[str, Action]
    sides: Mapping[str, Who]
    conditions: Mapping[str, tuple[Words, Words]]

    def possible(self, state: str) -> tuple[Action, ...]:
        """Steps that lead on from a state, those of the system left out."""
        return tuple(each for each in self.actions.values() if state in each.source and each.who != "system")

    def open_to(self, subject: Subject, state: str, unit: str) -> tuple[Action, ...]:
        """The possible steps that a subject may take."""
        return tuple(each for each in self.possible(state) if self.sides[each.who].holds(subject, unit))

    def step(self, action: str, submission: str, state: str) -> Action:
        """The step, if it leads on from here; raises GT-7034 with what is possible instead."""
        found = self.actions.get(action)
        if found is not None and state in found.source:
            return found
        here, names = self.states[state].title, [each.title for each in self.possible(state)]
        title = found.title if found else Words(action, action)
        raise STEP_ILLEGAL(
            id=submission,
            state_zh=here.zh,
            state_en=here.en,
            action_zh=title.zh,
            action_en=title.en,
            possible_zh="、".join(name.zh for name in names) or "无，这是最后的状态",
            possible_en=", ".join(name.en for name in names) or "nothing, this is the last state",
        )

    def require(self, action: Action, subject: Subject, unit: str) -> None:
        """Raises GT-7035 where the step is not for the subject."""
        side = self.sides[action.who]
        if not side.holds(subject, unit):
            raise STEP_FORBIDDEN(
                who=subject.name,
                action_zh=action.title.zh,
                action_en=action.title.en,
                reason_zh=side.title.zh + (f"（{unit}）" if side.own_unit else ""),
                reason_en=side.title.en + (f" ({unit})" if side.own_unit else ""),
            )

    def refuse(self, action: Action, submission: str, condition: str) -> Exception:
        """GT-7037 for a condition that does not hold."""
        reason, remedy = self.conditions[condition]
        return STEP_CONDITION(
            id=submission,
            action_zh=action.title.zh,
            action_en=action.title.en,
            reason_zh=reason.zh,
            reason_en=reason.en,
            remedy_zh=remedy.zh,
            remedy_en=remedy.en,
        )


@cache
def machine() -> Machine:
    """The machine that submissions follow."""
    text = resources.files("guotu.apps.submission").joinpath("machine.toml").read_text(encoding="utf-8")
    return read_machine(tomllib.loads(text))


def read_machine(table: Mapping[str, Any]) -> Machine:
    """A machine from its table; AssertionError where states, sides or conditions are named that it does not have."""
    states = {id: State(id, _words(each), each.get("final", False)) for id, each in table["state"].items()}
    sides = {
        id: Who(id, _words(each), frozenset(each["roles"]), each["own_unit"])
        for id, each in table["who"].items()
    }
    conditions = {
        id: (_words(each), Words(each["remedy_zh"], each["remedy_en"]))
        for id, each in table["condition"].items()
    }
    actions = {
        id: Action(
            id, _words(each), tuple(each["from"]), each["to"], each["who"], tuple(each.get("needs", ()))
        )
        for id, each in table["action"].items()
    }
    for action in actions.values():
        assert {*action.source, action.target} <= states.keys(), f"{action.id}: unknown state"
        assert action.who in sides, f"{action.id}: unknown side"
        assert set(action.needs) <= conditions.keys(), f"{action.id}: unknown condition"
        assert not any(states[source].final for source in action.source), f"{action.id}: leaves a final state"
    return Machine(
        str(table["edition"]),
        str(table["first"]),
        MappingProxyType(states),
        MappingProxyType(actions),
        MappingProxyType(sides),
        MappingProxyType(conditions),
    )


def _words(entry: Mapping[str, Any]) -> Words:
    return Words(str(entry["zh"]), str(entry["en"]))
