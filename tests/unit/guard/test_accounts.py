"""Accounts and sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guotu.errors import GuotuError
from guotu.guard.accounts import Accounts
from guotu.guard.subject import Role, Subject
from guotu.model.resource import Secrecy
from guotu.store.memory import MemoryRecordStore

PASSWORD = "Qinghe-2026-review"
WANG = Subject("wang", "王审批", "青禾县自然资源局", frozenset({Role.OFFICER}), Secrecy.INTERNAL)


@pytest.fixture
def accounts(clock) -> Accounts:
    made = Accounts(MemoryRecordStore(), clock, idle=timedelta(minutes=30))
    made.create(WANG, PASSWORD)
    return made


def code(failure: pytest.ExceptionInfo[GuotuError]) -> str:
    return failure.value.code


def test_the_right_password_opens_a_session_of_the_account(accounts) -> None:
    session = accounts.sign_in("wang", PASSWORD)
    assert session.subject == WANG
    assert accounts.session(session.token).subject == WANG


def test_wrong_password_and_unknown_account_are_told_alike(accounts) -> None:
    told = []
    for id, password in (("wang", "wrong"), ("nobody", PASSWORD)):
        with pytest.raises(GuotuError) as failure:
            accounts.sign_in(id, password)
        told.append(failure.value.as_dict("zh"))
    assert told[0] == told[1]


def test_five_failures_lock_the_account_for_fifteen_minutes(accounts, clock) -> None:
    for _ in range(5):
        with pytest.raises(GuotuError):
            accounts.sign_in("wang", "wrong")
    with pytest.raises(GuotuError) as failure:
        accounts.sign_in("wang", PASSWORD)
    assert code(failure) == "GT-4004"
    clock.pass_by(minutes=15, seconds=1)
    assert accounts.sign_in("wang", PASSWORD).subject == WANG


def test_a_session_ends_when_idle_and_lives_on_while_used(accounts, clock) -> None:
    token = accounts.sign_in("wang", PASSWORD).token
    for _ in range(4):
        clock.pass_by(minutes=20)
        assert accounts.session(token) is not None
    clock.pass_by(minutes=31)
    assert accounts.session(token) is None


def test_a_session_ends_after_twelve_hours_however_busy(accounts, clock) -> None:
    token = accounts.sign_in("wang", PASSWORD).token
    for _ in range(12 * 3):
        clock.pass_by(minutes=20)
        accounts.session(token)
    clock.pass_by(minutes=1)
    assert accounts.session(token) is None


def test_signing_out_ends_the_session_at_once(accounts) -> None:
    token = accounts.sign_in("wang", PASSWORD).token
    accounts.sign_out(token)
    accounts.sign_out("unknown")
    assert accounts.session(token) is None


@pytest.mark.parametrize("change", ["password", "remove"])
def test_a_new_password_or_removal_ends_open_sessions(accounts, change) -> None:
    token = accounts.sign_in("wang", PASSWORD).token
    if change == "password":
        accounts.set_password("wang", PASSWORD + "!")
    else:
        accounts.remove("wang")
    assert accounts.session(token) is None


@pytest.mark.parametrize("weak", ["short-A1", "alllowercaseletters", "Wang-is-my-name-1"])
def test_weak_passwords_are_refused(accounts, weak) -> None:
    with pytest.raises(GuotuError) as failure:
        accounts.set_password("wang", weak)
    assert code(failure) == "GT-4006"


def test_accounts_are_created_once_and_listed(accounts) -> None:
    with pytest.raises(GuotuError) as failure:
        accounts.create(WANG, PASSWORD)
    assert code(failure) == "GT-4005"
    assert accounts.all() == [WANG]


@pytest.mark.parametrize("call", ["set_password", "remove"])
def test_unknown_accounts_are_named(accounts, call) -> None:
    arguments = ("li", PASSWORD) if call == "set_password" else ("li",)
    with pytest.raises(GuotuError) as failure:
        getattr(accounts, call)(*arguments)
    assert code(failure) == "GT-4007"


def test_neither_password_nor_token_is_stored(clock) -> None:
    records = MemoryRecordStore()
    accounts = Accounts(records, clock, idle=timedelta(minutes=30))
    accounts.create(WANG, PASSWORD)
    token = accounts.sign_in("wang", PASSWORD).token
    stored = repr([list(records.all(kind)) for kind in ("account", "session")])
    assert PASSWORD not in stored
    assert token not in stored
