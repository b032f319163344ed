"""Access tokens of an identity provider: only a whole one of ours, signed by its published key, lets anyone in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from runtime.settings import Settings
from schemas.account import Account
from starter.identity.callers import callers
from starter.identity.issuer import FRESH_FOR, KEPT_FOR, LEAST_BETWEEN_FETCHES, MOST_BYTES, Issuer
from starter.identity.oidc import OidcTokens
from starter.identity.refusals import CannotTell, NotLetIn
from tests.ports import free_port
from tests.sealing_keys import sealer_in
from tests.starter.issuer import AUDIENCE, Provider, by_hand, provider

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUBJECT = "4d1c6c9e-8a71-4a32-9a3c-0a5f6d0b7e11"
PATIENCE = timedelta(seconds=60)


class Clock:
    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def serving() -> AsyncIterator[Provider]:
    async with provider() as serves:
        yield serves


@pytest.fixture
def idp(serving: Provider) -> Provider:
    serving.reset()
    return serving


def tokens(
    idp: Provider,
    clock: Clock,
    *,
    roles_claim: str = "roles",
    patience: timedelta = PATIENCE,
    second_factor: str | None = None,
) -> OidcTokens:
    issuer = Issuer(idp.url, clock, fetch_timeout=patience)
    return OidcTokens(
        issuer, audience=AUDIENCE, roles_claim=roles_claim, clock=clock, mac=ones, second_factor=second_factor
    )


async def ones(_: bytes) -> bytes:
    return b"\x01" * 32


@pytest.mark.parametrize("alg", ["RS256", "PS512", "ES256"])
async def test_a_right_token_is_an_account(idp: Provider, clock: Clock, alg: str) -> None:
    known = tokens(idp, clock)
    token = idp.token(AT, alg=alg, roles=["support", "finance", "of-another-program"])
    assert await known.account(token) == Account(id=SUBJECT, roles=frozenset({"support", "finance"}))


async def test_one_of_several_audiences_may_be_ours(idp: Provider, clock: Clock) -> None:
    assert (await tokens(idp, clock).account(idp.token(AT, aud=["another", AUDIENCE]))).id == SUBJECT


WRONG_CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "another issuer": ({"iss": "https://login.example.lv"}, "iss is not right"),
    "no issuer": ({"iss": None}, "lacks what it must say: iss"),
    "another audience": ({"aud": "another"}, "aud is not right"),
    "no audience": ({"aud": None}, "lacks what it must say: aud"),
    "audiences of numbers": ({"aud": [1]}, "aud is not right"),
    "expired": ({"exp": int(AT.timestamp()) - 60}, "has expired"),
    "never expires": ({"exp": None}, "lacks what it must say: exp"),
    "expires in words": ({"exp": "tomorrow"}, "exp is not right"),
    "not yet valid": ({"nbf": int(AT.timestamp()) + 61}, "nbf is not right"),
    "issued tomorrow": ({"iat": int(AT.timestamp()) + 86_400}, "iat is not right"),
    "nobody": ({"sub": None}, "lacks what it must say: sub"),
    "an empty subject": ({"sub": ""}, "sub is not right"),
    "a subject without end": ({"sub": "x" * 2000}, "sub is not right"),
}


@pytest.mark.parametrize(("changed", "reason"), WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
async def test_a_token_with_a_wrong_claim_lets_nobody_in(
    idp: Provider, clock: Clock, changed: dict[str, Any], reason: str
) -> None:
    with pytest.raises(NotLetIn, match=reason):
        await tokens(idp, clock).account(idp.token(AT, **changed))


async def test_clocks_may_be_a_minute_apart(idp: Provider, clock: Clock) -> None:
    seconds = int(AT.timestamp())
    assert await tokens(idp, clock).account(idp.token(AT, exp=seconds - 59, nbf=seconds + 60))


@pytest.mark.clause("IT-A2.26", "IT-A2.19")
async def test_where_a_second_factor_is_asked_for_no_other_token_lets_anyone_in(idp: Provider, clock: Clock) -> None:
    known = tokens(idp, clock, second_factor="amr=mfa")
    for amr in (["pwd", "mfa"], ["mfa"], "mfa"):
        assert (await known.account(idp.token(AT, amr=amr))).id == SUBJECT
    without: tuple[Any, ...] = (None, ["pwd"], [], "pwd mfa", {"mfa": True}, [["mfa"]])
    for told in without:
        with pytest.raises(NotLetIn, match="sign in with one"):
            await known.account(idp.token(AT, amr=told))
    assert (await tokens(idp, clock).account(idp.token(AT, amr=["pwd"]))).id == SUBJECT


@pytest.mark.clause("IT-A2.26")
async def test_the_second_factor_is_asked_for_by_the_settings(idp: Provider, clock: Clock, tmp_path: Path) -> None:
    asking = Settings(oidc_issuer=idp.url, oidc_audience=AUDIENCE, oidc_second_factor="acrs=c1")
    known = callers(asking, clock, sealer_in(tmp_path).keys)
    assert known is not None
    assert (await known.account(idp.token(AT, acrs=["c1"]))).id == SUBJECT
    with pytest.raises(NotLetIn):
        await known.account(idp.token(AT))


FORGED: dict[str, tuple[Callable[[Provider], str], str]] = {
    "unsigned": (lambda idp: by_hand({"alg": "none", "kid": "rsa-1"}, idp.claims(AT), None), "must be signed by one"),
    "unsigned in capitals": (
        lambda idp: by_hand({"alg": "NONE", "kid": "rsa-1"}, idp.claims(AT), None),
        "must be signed by one",
    ),
    "by HMAC with the public key": (
        lambda idp: by_hand({"alg": "HS256", "kid": "rsa-1"}, idp.claims(AT), idp.rsa.as_pem(private=False)),
        "must be signed by one",
    ),
    "by HMAC that says RS256": (
        lambda idp: by_hand({"alg": "RS256", "kid": "rsa-1"}, idp.claims(AT), idp.rsa.as_pem(private=False)),
        "signature does not hold",
    ),
    "an algorithm that is a list": (
        lambda idp: by_hand({"alg": ["RS256"], "kid": "rsa-1"}, idp.claims(AT), b""),
        "must be signed by one",
    ),
    "by a key nobody knows": (lambda idp: idp.token(AT, kid="rsa-9"), "does not publish"),
    "by another's key": (lambda idp: idp.token(AT, kid="ec-1"), "signature does not hold"),
    "by its own key": (
        lambda idp: by_hand({"alg": "ES256", "jwk": idp.elliptic.as_dict(private=False)}, idp.claims(AT), b""),
        "which key",
    ),
    "a key id that is a number": (
        lambda idp: by_hand({"alg": "RS256", "kid": 7}, idp.claims(AT), b""),
        "which key",
    ),
    "changed": (lambda idp: idp.token(AT)[:-6] + "AAAAAA", "signature does not hold"),
    "with other claims": (lambda idp: swapped(idp.token(AT), idp.token(AT, roles=["admin"])), "does not hold"),
    "no JSON": (lambda _: "e30.e30.e30", "no access token"),
    "a list": (lambda _: "W10.W10.W10", "no access token"),
    "empty": (lambda _: "..", "no access token"),
    "too long": (lambda _: "a" * 20_000 + "..", "too long"),
    "Latvian": (lambda _: "ā.ē.ī", "no access token"),
}


def swapped(token: str, other: str) -> str:
    """The header and signature of one token around the claims of another."""
    header, _, signature = token.split(".")
    return ".".join((header, other.split(".")[1], signature))


@pytest.mark.parametrize(("forged", "reason"), FORGED.values(), ids=FORGED)
async def test_a_forged_token_lets_nobody_in(
    idp: Provider, clock: Clock, forged: Callable[[Provider], str], reason: str
) -> None:
    with pytest.raises(NotLetIn, match=reason):
        await tokens(idp, clock).account(forged(idp))


async def test_whatever_looks_like_a_token_is_refused_and_breaks_nothing(idp: Provider, clock: Clock) -> None:
    known = tokens(idp, clock)
    parts = st.one_of(
        st.binary(max_size=60).map(lambda raw: by_hand({"x": raw.hex()}, {}, None).split(".")[0]),
        st.text(max_size=40),
        st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists, max_leaves=20).map(
            lambda tree: by_hand({"alg": "RS256", "kid": "rsa-1"}, {"a": tree}, b"").split(".")[1]
        ),
    )
    loop = asyncio.get_running_loop()

    @settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(parts, min_size=3, max_size=3).map(".".join))
    def refused(token: str) -> None:
        with pytest.raises(NotLetIn):
            asyncio.run_coroutine_threadsafe(known.account(token), loop).result(10)

    await asyncio.to_thread(refused)


@pytest.mark.parametrize(
    ("claim", "claims", "roles"),
    [
        ("roles", {"roles": None}, set()),
        ("roles", {"roles": []}, set()),
        ("roles", {"roles": "dpo"}, {"dpo"}),
        ("roles", {"roles": ["Admin", "ADMIN", "root", 7, ["admin"]]}, set()),
        ("roles", {"roles": {"admin": True}}, set()),
        ("realm_access.roles", {"realm_access": {"roles": ["sales"]}}, {"sales"}),
        ("realm_access.roles", {"realm_access": ["sales"]}, set()),
        ("https://example.lv/roles", {"https://example.lv/roles": ["finance"]}, {"finance"}),
    ],
)
async def test_roles_are_read_from_the_claim_that_is_set(
    idp: Provider, clock: Clock, claim: str, claims: dict[str, Any], roles: set[str]
) -> None:
    account = await tokens(idp, clock, roles_claim=claim).account(idp.token(AT, **claims))
    assert account.roles == roles


@pytest.mark.clause("GUIDE-19.2")
@pytest.mark.parametrize(
    "subject", ["anna.berzina@example.lv", "Anna Bērziņa", "annaberzina", "anna.berzina1", "auth0|5f7c8ec7c33c6c00"]
)
async def test_a_subject_that_may_name_a_person_becomes_a_pseudonym(idp: Provider, clock: Clock, subject: str) -> None:
    assert (await tokens(idp, clock).account(idp.token(AT, sub=subject))).id == "oidc-" + "01" * 16


@pytest.mark.clause("GUIDE-19.2")
async def test_nobody_makes_a_pseudonym_without_the_key_store(idp: Provider, clock: Clock, tmp_path: Path) -> None:
    """A plain hash of an address is found by trying addresses."""
    subject = "anna.berzina@example.lv"
    guessed = "oidc-" + sha256(f"{idp.url}\n{subject}".encode()).hexdigest()[:32]
    oidc = Settings(oidc_issuer=idp.url, oidc_audience=AUDIENCE)
    ids = []
    for store in ("one", "one", "another"):
        known = callers(oidc, clock, sealer_in(tmp_path / store).keys)
        assert known is not None
        ids.append((await known.account(idp.token(AT, sub=subject))).id)
    first, again, other = ids
    assert (first == again, first == other, guessed in ids) == (True, False, False)


@pytest.mark.parametrize("subject", [SUBJECT, "00uid4BxXw6I6TV4m0g3", "1" * 21])
async def test_a_subject_that_a_provider_minted_is_the_accounts_id(idp: Provider, clock: Clock, subject: str) -> None:
    assert (await tokens(idp, clock).account(idp.token(AT, sub=subject))).id == subject


# Keys


async def test_keys_are_fetched_once_for_many_tokens(idp: Provider, clock: Clock) -> None:
    known = tokens(idp, clock)
    await asyncio.gather(*(known.account(idp.token(AT, alg=alg)) for alg in ("RS256", "ES256") * 10))
    assert idp.asked == 1
    clock.now = AT + FRESH_FOR
    await known.account(idp.token(AT))
    assert idp.asked == 1
    clock.now += timedelta(seconds=1)
    await known.account(idp.token(AT, exp=int(AT.timestamp()) + 3600))
    assert idp.asked == 2


async def test_a_new_key_is_fetched_when_a_token_names_it(idp: Provider, clock: Clock) -> None:
    known = tokens(idp, clock)
    assert await known.account(idp.token(AT))
    idp.rsa = RSAKey.generate_key(2048, {"kid": "rsa-2", "use": "sig"})
    idp.published = [idp.rsa.as_dict(private=False)]
    clock.now = AT + LEAST_BETWEEN_FETCHES
    assert await known.account(idp.token(AT))
    assert idp.asked == 2
    with pytest.raises(NotLetIn, match="does not publish"):
        await known.account(idp.token(AT, alg="ES256"))


async def test_tokens_with_unknown_keys_cannot_besiege_the_provider(idp: Provider, clock: Clock) -> None:
    known = tokens(idp, clock)
    for number in range(50):
        with pytest.raises(NotLetIn, match="does not publish"):
            await known.account(idp.token(AT, kid=f"unknown-{number}"))
    assert idp.asked == 1
    clock.now = AT + LEAST_BETWEEN_FETCHES
    for number in range(50):
        with pytest.raises(NotLetIn, match="does not publish"):
            await known.account(idp.token(AT, kid=f"unknown-{number}"))
    assert idp.asked == 2


async def test_a_withdrawn_key_is_no_longer_trusted(idp: Provider, clock: Clock) -> None:
    known = tokens(idp, clock)
    token = idp.token(AT, exp=int(AT.timestamp()) + 86_400)
    assert await known.account(token)
    idp.published = [idp.elliptic.as_dict(private=False)]
    clock.now = AT + FRESH_FOR + timedelta(seconds=1)
    with pytest.raises(NotLetIn, match="does not publish"):
        await known.account(token)


async def test_while_the_provider_is_down_known_keys_serve_for_an_hour(idp: Provider, clock: Clock) -> None:
    known = tokens(idp, clock)
    token = idp.token(AT, exp=int(AT.timestamp()) + 86_400)
    assert await known.account(token)
    idp.answers = PlainTextResponse("out of order", 500)
    clock.now = AT + KEPT_FOR
    assert await known.account(token)
    clock.now += timedelta(seconds=1)
    with pytest.raises(CannotTell, match="identity provider does not answer"):
        await known.account(token)
    idp.answers = None
    clock.now += LEAST_BETWEEN_FETCHES
    assert await known.account(token)


async def test_nobody_is_let_in_while_the_provider_cannot_be_reached(clock: Clock) -> None:
    nowhere = Provider(free_port())
    known = tokens(nowhere, clock)
    for _ in range(2):
        with pytest.raises(CannotTell, match="identity provider does not answer"):
            await known.account(nowhere.token(AT))


UNUSABLE: dict[str, Callable[[Provider], Response]] = {
    "an error": lambda _: PlainTextResponse("out of order", 500),
    "a page": lambda _: PlainTextResponse("<html>"),
    "a list": lambda _: JSONResponse([]),
    "nested without end": lambda _: PlainTextResponse("[" * 100_000),
    "too much": lambda _: PlainTextResponse(" " * (MOST_BYTES + 1)),
    "a redirect": lambda idp: RedirectResponse(f"{idp.url}/elsewhere"),
    "another issuer": lambda idp: JSONResponse({**idp.described, "issuer": "https://login.example.lv"}),
    "no keys": lambda idp: JSONResponse({"issuer": idp.url}),
    "keys over plain http": lambda idp: JSONResponse({**idp.described, "jwks_uri": "http://login.example.lv/keys"}),
    "keys in a file": lambda idp: JSONResponse({**idp.described, "jwks_uri": "file:///etc/passwd"}),
    "keys that are none": lambda idp: JSONResponse({**idp.described, "jwks_uri": f"{idp.url}/keys?"}),
}


@pytest.mark.parametrize("answer", UNUSABLE.values(), ids=UNUSABLE)
async def test_what_is_no_discovery_document_lets_nobody_in(
    idp: Provider, clock: Clock, answer: Callable[[Provider], Response]
) -> None:
    idp.answers = answer(idp)
    idp.published = json.loads('["rsa-1"]') if answer is UNUSABLE["keys that are none"] else idp.published
    with pytest.raises((CannotTell, NotLetIn)):
        await tokens(idp, clock).account(idp.token(AT))


async def test_a_provider_that_hangs_is_not_waited_for(idp: Provider, clock: Clock) -> None:
    idp.hangs.clear()
    issuer = Issuer(idp.url, clock, fetch_timeout=timedelta(seconds=0.05))
    with pytest.raises(CannotTell):
        await issuer.key("rsa-1")
    idp.hangs.set()


async def test_keys_of_no_use_are_left_aside(idp: Provider, clock: Clock) -> None:
    with pytest.warns(SecurityWarning):
        weak = RSAKey.generate_key(1024, {"kid": "weak"}).as_dict(private=False)
    sealing = ECKey.generate_key("P-256", {"kid": "sealing", "use": "enc"}).as_dict(private=False)
    shared = {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}
    broken = {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"}
    unknown = {"kty": "ML-DSA", "kid": "later"}
    idp.published = [weak, sealing, shared, broken, unknown, "text", None, {"kty": "RSA"}, *idp.published]
    issuer = Issuer(idp.url, clock)
    assert [await issuer.key(kid) for kid in ("weak", "sealing", "shared", "broken", "later")] == [None] * 5
    assert await tokens(idp, clock).account(idp.token(AT))
