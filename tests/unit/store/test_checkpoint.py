from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contract.store_cast import STREAM, sign, verify
from guotu.model.time import Version
from guotu.store.checkpoint import Checkpoint, authenticated, parse
from guotu.store.journal import DamagedJournalError

CHECKPOINT = Checkpoint(
    STREAM,
    Version(3, 104233),
    bytes(range(32)),
    bytes(range(32, 64)),
    datetime(2026, 11, 20, 3, 12, 44, tzinfo=UTC),
    "dltb-2019",
)


def test_the_text_is_the_documented_one() -> None:
    assert CHECKPOINT.text("N-330106-01", None).splitlines() == [
        "gtx-ckpt/1", "xz.dltb/330106", "3 104233", bytes(range(32)).hex(), bytes(range(32, 64)).hex(),
        "2026-11-20T03:12:44Z", "dltb-2019",
    ]  # fmt: skip


def test_a_signed_checkpoint_comes_back_with_its_signature() -> None:
    text = CHECKPOINT.text("N-330106-01", sign)
    found, [(name, signature)] = parse(text)
    assert (found, name) == (CHECKPOINT, "N-330106-01")
    assert verify(authenticated(found.statement().encode()), signature)
    assert not verify(authenticated(replace(found, version=Version(3, 1)).statement().encode()), signature)


def test_the_signed_bytes_are_the_pre_authentication_encoding() -> None:
    assert authenticated(b"abc") == b"DSSEv1 24 application/vnd.gtx-ckpt 3 abc"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[1:], lambda text: text + " ", lambda text: text.replace("\n\n", "\n"), lambda text: "",
        lambda text: text.replace("3 104233", "3 99999999999999999999"), lambda text: text.replace("xz.dltb", "xx.dltb"),
        lambda text: text.replace("-11-20T", "-13-20T"), lambda text: text.replace("— ", "- "), lambda text: text * 99,
        lambda text: text.rstrip("=\n") + "\n",
    ],
)  # fmt: skip
def test_malformed_checkpoints_are_refused(change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DamagedJournalError):
        parse(change(CHECKPOINT.text("N-330106-01", sign)))
