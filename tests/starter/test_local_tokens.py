"""Local tokens: kept as hashes, closed to others, good until they expire or are revoked."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.account import OPERATOR, RESERVED, Account
from schemas.problems import Refused
from starter.identity.callers import Callers
from starter.identity.local import LocalTokens, add, listed, revoke
from starter.identity.refusals import CannotTell, NotLetIn

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUPPORT = frozenset({"support"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


@pytest.mark.clause("GUIDE-18i")
def test_a_token_is_its_accounts_and_only_its_hash_is_kept(file: Path) -> None:
    token = add(file, "support-1", frozenset({"support", "dpo"}), AT)
    assert token.startswith("ligums_")
    assert len(token) == 7 + 43  # 32 bytes in base64 without padding
    assert file.stat().st_mode & 0o777 == 0o600
    assert token not in file.read_text(encoding="utf-8")
    [kept] = json.loads(file.read_text(encoding="utf-8"))["tokens"]
    assert kept["sha256"] == hashlib.sha256(token.encode()).hexdigest()
    known = LocalTokens(file, lambda: AT)
    assert known.account(token) == Account(id="support-1", roles=frozenset({"support", "dpo"}))
    for other in ("", token[:-1], token + "x", token.upper(), kept["sha256"], "\udcff"):
        assert known.account(other) is None


def test_a_token_made_or_revoked_counts_from_the_next_call(file: Path) -> None:
    known = LocalTokens(file, lambda: AT)
    assert known.account("ligums_x") is None
    first = add(file, "support-1", SUPPORT, AT)
    assert known.account(first)
    second = add(file, "support-2", SUPPORT, AT)
    assert known.account(second)
    assert revoke(file, "support-1")
    assert known.account(first) is None
    assert known.account(second)
    assert not revoke(file, "support-1")
    again = add(file, "support-1", SUPPORT, AT)
    assert known.account(again)
    assert known.account(first) is None
    file.unlink()
    assert known.account(again) is None
    assert not revoke(file, "support-1")


@pytest.mark.clause("GUIDE-18i", "IT-A2.26")
def test_a_token_expires_after_ninety_days_or_as_many_as_it_was_given(file: Path) -> None:
    # 2 March and 90 days is 31 May; at 09:00 UTC it is noon in Riga.
    usual = add(file, "support-1", SUPPORT, AT)
    short = add(file, "support-2", SUPPORT, AT, days=1)
    now = [AT]
    known = LocalTokens(file, lambda: now[0])
    for instant, good in (
        (AT + timedelta(days=1, seconds=-1), {usual, short}),
        (AT + timedelta(days=1), {usual}),
        (datetime(2026, 5, 31, 8, 59, 59, tzinfo=UTC), {usual}),
    ):
        now[0] = instant
        for token in (usual, short):
            if token in good:
                assert known.account(token)
            else:
                with pytest.raises(NotLetIn, match="the token expired on 2026-03-03"):
                    known.account(token)
    now[0] = datetime(2026, 5, 31, 9, tzinfo=UTC)
    with pytest.raises(NotLetIn, match="the token expired on 2026-05-31; have a new one made"):
        known.account(usual)


def test_an_account_whose_token_expired_has_a_new_one_and_the_old_one_is_forgotten(file: Path) -> None:
    old = add(file, "support-1", SUPPORT, AT, days=1)
    later = AT + timedelta(days=1)
    new = add(file, "support-1", SUPPORT, later)
    known = LocalTokens(file, lambda: later)
    assert known.account(new)
    assert known.account(old) is None
    assert [each.expires_at for each in listed(file)] == [later + timedelta(days=90)]


def test_an_account_has_one_token(file: Path) -> None:
    add(file, "support-1", SUPPORT, AT)
    with pytest.raises(Refused, match="name: is taken"):
        add(file, "support-1", SUPPORT, AT)
    assert len(listed(file)) == 1


@pytest.mark.clause("GUIDE-19.2")
@pytest.mark.parametrize("name", ["", "anna@example.lv", "Anna Bērziņa", "Anna", "1", "x" * 41, *sorted(RESERVED)])
def test_a_name_that_is_no_pseudonym_or_stands_for_another_is_refused(file: Path, name: str) -> None:
    with pytest.raises(Refused) as refused:
        add(file, name, SUPPORT, AT)
    assert [problem.field for problem in refused.value.problems] == ["name"]
    assert "Anna" not in str(refused.value)
    assert listed(file) == ()


@pytest.mark.parametrize("roles", [frozenset(), frozenset({"root"})])
def test_a_token_has_a_role_that_is_one(file: Path, roles: frozenset[str]) -> None:
    with pytest.raises(Refused, match="roles"):
        add(file, "support-1", roles, AT)


def test_many_made_at_once_are_all_kept(file: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda number: add(file, f"support-{number}", SUPPORT, AT), range(24)))
    known = LocalTokens(file, lambda: AT)
    assert all(known.account(token) for token in made)
    assert [path.name for path in file.parent.iterdir()] == ["tokens.json"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_can_open_lets_nobody_in(file: Path, mode: int) -> None:
    token = add(file, "support-1", SUPPORT, AT)
    file.chmod(mode)
    with pytest.raises(CannotTell, match="chmod 600"):
        LocalTokens(file, lambda: AT).account(token)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"tokens": [{"name": "a"}]}', "\x00"])
def test_a_damaged_file_lets_nobody_in_and_is_not_written_over(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    for attempt in (
        lambda: LocalTokens(file, lambda: AT).account("ligums_x"),
        lambda: add(file, "support-1", SUPPORT, AT),
        lambda: revoke(file, "support-1"),
    ):
        with pytest.raises(CannotTell, match=r"tokens\.json is damaged"):
            attempt()
    assert file.read_text(encoding="utf-8") == content


async def test_the_operator_has_every_role_and_an_empty_token_is_nobodys(file: Path) -> None:
    known = Callers(operator_token="the-token", local=LocalTokens(file, lambda: AT), oidc=None)
    assert await known.account("the-token") == OPERATOR
    for shown in ("", "another", "a.b.c"):
        with pytest.raises(NotLetIn, match="nobody is known"):
            await known.account(shown)
    with pytest.raises(NotLetIn):
        await Callers(operator_token="", local=None, oidc=None).account("")
