"""Wherever an erased user was named, by name or login, in any case: nothing of it opens again, and all else does."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from asyncpg import Pool

from activities.audit import AuditTrail
from activities.ledger import erasures, inventory
from activities.ledger.attention import facts
from activities.post.enclosures import Enclosures
from activities.post.openings import Openings
from runtime.clock import now
from schemas.erasure import CertificateOrder, ErasureOrder, HistoriesDeleted
from schemas.ledger import AuditReportMade, HandoverMade
from schemas.mail import MailKind
from schemas.vault import GrantAsked, Look
from sealing.keys import contract_owner
from sealing.sealer import Sealer
from starter.vault import LookRefused, Vault
from terms.attention import items
from tests.activities.offices import signed_as
from tests.documents.examples import PROVIDER
from tests.erasure.kept import KeptContract, live, readable
from tests.erasure.support import AT, apply, back_up, checked, erasing, ledger, opened, restore
from tests.sealing_keys import sealer_in

pytestmark = pytest.mark.real

NUMBER = "NAMED-1"
PEM = "-----BEGIN KEY-----\nMIIE/jkalnins/q8\n-----END KEY-----\n"
ACTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("add_user", {"user": "u-1", "name": "Jānis Kalniņš", "login": "jkalnins", "note": "Strādā piektdienās"}),
    ("add_user", {"user": "u-2", "name": "Ilze Ozola", "note": "Aizvieto Jāni Kalniņu"}),
    ("add_user", {"user": "u-3", "name": "Māra Liepa", "note": "Strādā no mājām"}),
    (
        "record_system",
        {
            "system": "cam",
            "name": "Kalniņa kamera",
            "type": "Camera",
            "ip_address": "192.168.1.9",
            "location": "Noliktava",
            "network_diagrams": ["Kameras.vsdx"],
        },
    ),
    (
        "record_system",
        {
            "system": "gw",
            "name": "GW",
            "type": "Router",
            "location": "J. Kalniņa kabinets",
            "network_diagrams": ["Stavs-1.vsdx", "Stavs-2-kalnins.vsdx"],
            "photos": ["Skapis.jpg"],
        },
    ),
    ("record_equipment", {"equipment": "pc-1", "name": "Kase", "type": "PC", "serial_number": "SN-KALNINS-1"}),
    ("record_equipment", {"equipment": "pc-2", "name": "Birojs", "type": "PC", "serial_number": "SN-2"}),
    ("store_credential", {"credential": "own", "username": "jkalnins", "secret": "Koks-77", "note": "Konts GW"}),
    ("store_credential", {"credential": "adm", "username": "admin", "secret": "Zeme-78", "note": "Zina Kalniņš"}),
    ("store_credential", {"credential": "weak", "username": "root", "secret": "Kalnins2020"}),
    ("store_credential", {"credential": "key", "username": "svc", "secret": PEM}),
    # The vault has these no more, and nothing on record tells what they were; histories do.
    ("store_credential", {"credential": "nas", "username": "janis.kalnins", "secret": "Uguns-79", "note": "Vecais"}),
    ("store_credential", {"credential": "nas", "username": "backup", "secret": "Gaiss-80"}),
    ("store_credential", {"credential": "old", "username": "kalnins", "secret": "Ledus-81"}),
    ("drop_credential", {"credential": "old"}),
    ("agree_onboarding", {"on": "2026-02-16T09:00"}),
    (
        "record_audit",
        {
            "findings": [
                {"severity": "high", "text": "Kalniņa datoram nav paroles", "recommendation": "Iestatīt paroli"},
                {"severity": "medium", "text": "Vecs maršrutētājs", "recommendation": "Lūgt Kalniņam to nomainīt"},
                {"severity": "low", "text": "Kopijas nav šifrētas", "recommendation": "Šifrēt"},
                {"severity": "low", "text": "Nav žurnāla"},
            ]
        },
    ),
    ("record_dispute", {"note": "Kalniņš neatzīst rēķinu"}),
    ("record_dispute", {"note": "Strīds par apjomu"}),
)
PURPOSES = ("Kalniņš netiek iekšā", "Jauns sertifikāts")
OF_THE_USER = {
    PURPOSES[0],
    *("Jānis Kalniņš", "jkalnins", "Strādā piektdienās", "Aizvieto Jāni Kalniņu", "Kalniņa kamera"),
    *("J. Kalniņa kabinets", "Stavs-1.vsdx", "Stavs-2-kalnins.vsdx", "SN-KALNINS-1", "Koks-77", "Zina Kalniņš"),
    *("root", "Kalnins2020", "janis.kalnins", "Uguns-79", "Vecais", "kalnins", "Ledus-81", "Kalniņš neatzīst rēķinu"),
    *("Kalniņa datoram nav paroles", "Iestatīt paroli", "Vecs maršrutētājs", "Lūgt Kalniņam to nomainīt"),
}
NOWHERE_ON_RECORD = {"janis.kalnins", "Uguns-79", "Vecais", "kalnins", "Ledus-81"}
OF_OTHERS = {
    PURPOSES[1],
    *("Ilze Ozola", "Māra Liepa", "Strādā no mājām", "192.168.1.9", "Noliktava", "Kameras.vsdx", "GW", "Skapis.jpg"),
    *("Kase", "Birojs", "SN-2", "Konts GW", "admin", "Zeme-78", "svc", PEM, "backup", "Gaiss-80"),
    *("Kopijas nav šifrētas", "Šifrēt", "Nav žurnāla", "Strīds par apjomu"),
}


async def kept(state: Path, pool: Pool, sealer: Sealer) -> KeptContract:
    """Everything on record, an audit report and a hand-over package made of it."""
    contract = KeptContract(await sealer.seal_contract(signed_as(NUMBER)))
    await live(pool, state, contract, sealer, *ACTS)
    vault = vault_of(pool, sealer)
    for purpose in PURPOSES:
        await vault.grant(NUMBER, "key", GrantAsked(specialist="support-1", purpose=purpose, minutes=30), "admin-1")
    await apply(pool, NUMBER, AuditReportMade(on=AT.date()), HandoverMade(on=AT.date()))
    return contract


def vault_of(pool: Pool, sealer: Sealer) -> Vault:
    audit = AuditTrail(sealer=sealer, clock=now)
    return Vault(pool=pool, open_token=sealer.open, on_trail=partial(audit.tell, pool), clock=now)


async def enclosed(pool: Pool, sealer: Sealer) -> int:
    """How many of the documents can be made."""
    enclosures = Enclosures(sealer=sealer, provider=PROVIDER, invoices=cast(Any, None))
    kinds = (MailKind.AUDIT_REPORT, MailKind.HANDOVER_PACKAGE)
    made = [await enclosures.of(pool, NUMBER, kind, AT.date(), Openings(sealer)) for kind in kinds]
    return sum(each is not None for each in made)


def last_order(contract: KeptContract) -> ErasureOrder:
    *_, order = (each for each in contract.orders if isinstance(each, ErasureOrder))
    return order


@pytest.mark.long
@pytest.mark.clause("DPA-I.1.1", "DPA-II.3.1", "IT-A2.7", "GUIDE-5.2i")
@pytest.mark.parametrize(
    "request_of_controller",
    [
        ("erase_user", {"user": "u-1"}),
        ("stop_processing", {"user": "u-1", "signed_by": "Anna Bērziņa", "note": "Lūdz Jānis Kalniņš"}),
    ],
)
async def test_nothing_that_names_an_erased_user_opens_again_and_all_else_does(
    state: Path, request_of_controller: tuple[str, dict[str, Any]]
) -> None:
    sealer = sealer_in(state)
    async with ledger(state) as pool:
        contract = await kept(state, pool, sealer)
        assert {*await opened(pool, sealer, NUMBER)} >= (OF_THE_USER - NOWHERE_ON_RECORD) | OF_OTHERS
        assert await readable(sealer, contract.sealed) >= (OF_THE_USER | OF_OTHERS) - {*PURPOSES}
    back_up(state)

    async with ledger(state) as pool:
        await live(pool, state, contract, sealer, request_of_controller)
        order, steps = last_order(contract), erasing(pool, sealer)
        await steps.destroy_keys(order)
        certified = CertificateOrder(order=order, at=AT, histories=HistoriesDeleted(deleted=0))
        assert (await steps.certify(certified)).found == 0
        gone = OF_THE_USER | {"Lūdz Jānis Kalniņš"}
        assert {*await opened(pool, sealer, NUMBER)} & gone == set()
        assert {*await opened(pool, sealer, NUMBER)} >= OF_OTHERS
        assert await readable(sealer, contract.sealed) & gone == set()
        assert await readable(sealer, contract.sealed) >= OF_OTHERS - {*PURPOSES}
        [certificate] = await erasures.certificates(pool, NUMBER)
        # The user's own and of the user's note (2); u-2's note; cam's name; gw's place and diagrams (2); pc-1's serial;
        # sign-in of own and weak (2); adm's note; two findings; the dispute; of what was replaced and dropped in the
        # vault the sign-in and note of nas, the sign-in of old (3); what the vault was opened for: 17, and the stop's
        # own note. Counted are texts: the user; of the inventory u-2's note, cam's name, gw's place and two diagrams,
        # a serial, user name and secret of two credentials, adm's note, text and advice of two findings (15); the
        # three keys of what the vault has no more.
        own_note = 1 if "note" in request_of_controller[1] else 0
        assert len(certificate.keys) == 17 + own_note
        assert {each.category: each.count for each in certificate.erased} == {
            "inventory": 1 + 15 + 3,
            "act_notes": 1 + own_note,
            "trail": 1,
        }

    restore(state)
    async with ledger(state) as pool:
        assert {*await opened(pool, sealer, NUMBER)} & OF_THE_USER == set()
        # What is to be sent meanwhile has nothing of it either, and is not held up.
        assert await enclosed(pool, sealer) == 2
        code, said, _ = await checked(state, "--json")
        assert (code, json.loads(said)["left"]) == (0, 0)
        assert {*await opened(pool, sealer, NUMBER)} >= OF_OTHERS
        details = await pool.fetchval("SELECT details FROM credentials WHERE contract = $1 AND id = 'own'", NUMBER)
        assert details.keys() == {"note"}
        assert json.loads((await checked(state, "--json"))[1])["values"] == 0


@pytest.mark.clause("DPA-I.1.1", "IT-A2.7", "IT-A2.22", "IT-6")
async def test_what_lost_something_is_told_and_a_credential_is_to_be_got_anew(state: Path) -> None:
    sealer = sealer_in(state)
    async with ledger(state) as pool:
        contract = await kept(state, pool, sealer)
        await live(pool, state, contract, sealer, ("erase_user", {"user": "u-1"}))
        events = await pool.fetch("SELECT data FROM timeline WHERE event = 'record.unnamed' AND contract = $1", NUMBER)
        assert sorted((one["data"]["inventory"], one["data"]["record"], one["data"]["fields"]) for one in events) == [
            ("credentials", "adm", ["note"]),
            ("credentials", "own", ["secret", "username"]),
            ("credentials", "weak", ["secret", "username"]),
            ("equipment", "pc-1", ["serial_number"]),
            ("systems", "cam", ["name"]),
            ("systems", "gw", ["location", "network_diagrams"]),
            ("users", "u-2", ["note"]),
        ]
        assert await due(pool) == ["own", "weak"]
        assert await enclosed(pool, sealer) == 2
        listed = {one.id: one.facts for one in await inventory.page(pool, NUMBER, "credentials")}
        assert listed == {"adm": {}, "key": {}, "nas": {}, "own": {"erased": True}, "weak": {"erased": True}}
        with pytest.raises(LookRefused, match="it named a user who is erased"):
            await vault_of(pool, sealer).show(NUMBER, "own", Look(purpose="Darbs"), "support-1")
        # The report keeps that something was found, and how grave it is.
        report = await pool.fetchval("SELECT content FROM documents WHERE kind = 'audit_report'")
        assert [sorted(one) for one in report["findings"]] == [
            ["severity"],
            ["severity"],
            ["recommendation", "severity", "text"],
            ["severity", "text"],
        ]
        renewed = ("store_credential", {"credential": "own", "username": "ilze", "secret": "Jauna-82"})
        await live(pool, state, contract, sealer, renewed, ("drop_credential", {"credential": "weak"}))
        assert await due(pool) == []


async def due(pool: Pool) -> list[str]:
    """The credentials that somebody is asked to get anew."""
    found = [each async for each in facts(pool, datetime(2026, 5, 14, tzinfo=UTC)) if each.contract == NUMBER]
    asked = [item for each in found for item in items(each, [each.plan or ""]) if item.what == "Get a credential anew"]
    assert all(item.on >= date(2026, 2, 1) for item in asked)
    return [item.why.split()[2] for item in asked]


@pytest.mark.clause("DPA-II.3.1")
async def test_with_all_users_goes_what_acts_told_of_any_of_them(state: Path) -> None:
    sealer = sealer_in(state)
    async with ledger(state) as pool:
        contract = await kept(state, pool, sealer)
        await live(
            pool, state, contract, sealer, ("stop_processing", {"signed_by": "Anna Bērziņa", "note": "M. Liepa"})
        )
        order, steps = last_order(contract), erasing(pool, sealer)
        await sealer.keys.renew(contract_owner(NUMBER, "inventory"))
        await steps.destroy_keys(order)
        for found in ({*await opened(pool, sealer, NUMBER)}, await readable(sealer, contract.sealed)):
            assert found & (OF_THE_USER | OF_OTHERS | {"M. Liepa"}) <= {"Strīds par apjomu", PURPOSES[1]}
            assert "Strīds par apjomu" in found
