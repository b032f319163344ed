"""A contract full of unmistakable personal data, and what happens to it: acts, files and payments full of more."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from runtime.clock import now
from terms.calendar import local_date
from tests.cli import canary_subscriptions
from tests.statements.documents import details, entry, statement

NAMES = ("Kanārijputniņa", "Dzeltenspārniņa", "Svilpjotājiņa-Čiepa", "Meistarovičiņa-Čuļa")
MAILBOXES = (
    "kanarijputnina.pasts",
    "dzeltensparna.epasts",
    "svilpjotaja.rekini",
    "meistarovica.jauna",
    "lietotajina.putnupasts",
)
PHONES = ("29470031", "29470032", "29470033")
ADDRESSES = ("Putnubūdasmala 4711", "Sprostagatvesgals 815")
SYSTEM = ("fd47:1108:15ca:feed::7", "Sprostapagrabiņš", "Sprostashēmiņa.vsdx", "Barotavasbildīte.jpg")
"""An IT system's address, place, network diagram and photo."""
PAYER = ("Graudubērējiņa", "LV97KANA4711081500471", "Grauduparčivināšanu", "CIVINASANA-0007")
"""Who pays, from which account, what for, and the payer's own reference."""
NOTES = (
    "Slepenpiezīmītes",
    "Strīdusnoslēpums",
    "Atklājumsnoslēpums",
    "Izbeigšanasvēstule",
    "Refusedcanarynote",
    "Canarykeyofnofield",
    "Lietotājascanarynote",
    "Stopcanaryletter",
    "Knābjapiesliešana",
)
PURPOSES = ("Seifacanarypurpose", "Skatienacanarypurpose", "Atņemšanascanary")
"""Why a credential is granted, looked at, and taken back."""
SERIALS = ("SN-KANARIJA-0001", "SN-KANARIJA-0002")
SECRETS = ("Ļoti-Slepena-Parole-77", "Atslēga-no-Sprosta-78")
LOGINS = ("kanarijas.lietotajs", "sprosta.saimnieks")
FROM_THE_UI = ("Saskarnescanarynote", "Saskarnes-Kanārijputns")
CANARIES = (
    *(*SERIALS, *SECRETS, *LOGINS, *NAMES, *MAILBOXES, *PHONES, *ADDRESSES, *NOTES, *FROM_THE_UI),
    *(*SYSTEM, *PAYER, *PURPOSES),
    *canary_subscriptions.CANARIES,
)
DONE = {
    "agree_onboarding",
    "record_audit",
    "confirm_rmm_installed",
    "suspend",
    "record_dispute",
    "change_contact",
    "add_user",
    "change_user",
    "record_equipment",
    "record_system",
    "record_licence",
    "store_credential",
    "stop_processing",
}

PASSPHRASE = re.compile(r"(?:[2-9A-HJ-NP-Z]{4}-){5}[2-9A-HJ-NP-Z]{4}")


def contract(number: str) -> dict[str, Any]:
    return {
        "number": number,
        "service": "it_support",
        "signed_at": "2026-03-20T10:00:00+02:00",
        "customer": {
            "name": "SIA Sprosts",
            "registration_number": "40999900114",
            "legal_address": "Viļņu iela 1, Rīga, LV-1010",
            "administrator": {
                "name": f"Anna {NAMES[0]}",
                "phone": f"+371{PHONES[0]}",
                "email": f"{MAILBOXES[0]}@example.lv",
            },
            "technical_contact": {
                "name": f"Juris {NAMES[1]}",
                "phone": f"+371{PHONES[1]}",
                "email": f"{MAILBOXES[1]}@example.lv",
            },
            "invoice_delivery": {"email": f"{MAILBOXES[2]}@example.lv", "postal_address": ADDRESSES[0]},
        },
        "consents": {"rmm_agents": True, "network_access": True, "credential_storage": True, "annex2_duties": True},
        "content": {"plan": "Standarta", "period_months": 12, "users": 10, "price_per_user": "12.50"},
    }


def acts() -> list[tuple[str, dict[str, Any]]]:
    """Done or refused, with canaries in every personal field and where none belongs."""
    return [
        ("agree_onboarding", {"on": f"{local_date(now())}T09:00"}),
        ("confirm_rmm_installed", {"devices": 10}),
        ("record_dispute", {"note": f"Par {NOTES[1]} un {NAMES[2]}"}),
        ("record_audit", {"findings": [{"severity": "high", "text": f"{NOTES[2]}: {NAMES[3]}"}]}),
        ("change_contact", {"role": "administrator", "name": f"Ieva {NAMES[3]}", "phone": f"+371{PHONES[2]}"}),
        ("change_contact", {"role": "invoice_delivery", "postal_address": ADDRESSES[1]}),
        ("request_change", {"from_email": f"{MAILBOXES[3]}@example.lv", "users": 3, "effective_on": "2027-01-01"}),
        ("give_notice", {"by": "customer", "end_on": "2026-01-01", "signed_by": NAMES[2], "reason": NOTES[3]}),
        ("record_payment", {"amount": "1.00", "paid_on": "2026-03-20", "reference": f"No {NAMES[2]} {NOTES[0]}"}),
        ("record_dispute", {"note": 5, "more": f"{NOTES[4]} {NAMES[0]}"}),
        ("record_dispute", {"note": f"{NOTES[4]}\u0007", f"{NOTES[5]}": NAMES[0]}),
        ("change_contact", {"role": "administrator", "email": f"{MAILBOXES[3]} example.lv"}),
        ("dance", {"note": NOTES[4]}),
        (
            "add_user",
            {
                "user": "u-1",
                "name": f"Zane {NAMES[1]}",
                "email": f"{MAILBOXES[4]}@example.lv",
                "login": LOGINS[0],
                "work_phone": f"+371{PHONES[1]}",
                "note": NOTES[6],
            },
        ),
        ("change_user", {"user": "u-1", "note": NOTES[1]}),
        ("record_equipment", {"name": f"{NAMES[1]} dators", "type": "laptop", "serial_number": SERIALS[0]}),
        ("record_system", system()),
        ("record_licence", {"software": "Birojs", "assigned_user": "u-1"}),
        ("record_licence", {"software": "Birojs", "assigned_user": NAMES[0]}),
        ("store_credential", {"credential": "c-1", "username": LOGINS[1], "secret": SECRETS[0], "note": NOTES[2]}),
        ("store_credential", {"credential": "c-2", "username": LOGINS[1], "secret": [SECRETS[1]]}),
        ("erase_user", {"user": NAMES[1]}),
        ("stop_processing", {"signed_by": NAMES[3], "note": NOTES[7], "user": NAMES[0]}),
        ("stop_processing", {"signed_by": NAMES[3], "note": NOTES[7], "user": "u-1"}),
        ("suspend", {"ground": "breach", "note": NOTES[8]}),
    ]


def system() -> dict[str, Any]:
    """An IT system with every field that it has."""
    address, place, diagram, photo = SYSTEM
    return {
        "name": f"{NAMES[2]} tīkls",
        "type": "maršrutētājs",
        "ip_address": address,
        "location": place,
        "network_diagrams": [diagram],
        "photos": [photo],
        "responsible": f"Ieva {NAMES[3]}",
    }


def files() -> dict[str, str]:
    """An inventory as CSV, by the kind of its records: users and a system, and equipment that is refused."""
    address, place, diagram, photo = SYSTEM
    return {
        "users": "user,name,email,login,work_phone,note\n"
        f"u-2,Līga {NAMES[0]},{MAILBOXES[4]}@example.lv,{LOGINS[0]},+371{PHONES[0]},{NOTES[6]}\n",
        "systems": "system,name,type,ip_address,location,network_diagrams,photos,responsible\n"
        f"nas,{NAMES[1]} disks,NAS,{address},{place},{diagram}|{diagram},{photo},{NAMES[0]}\n",
        "equipment": "equipment,name,type,operating_system,serial_number,assigned_user,internet_provider\n"
        f"pc-9,{NAMES[0]} dators,PC,,{SERIALS[1]},{NOTES[4]} un citi,\n",
    }


def bank_statement(*references: str, on: str = "2026-04-15") -> bytes:
    """A credit of 44.44 EUR under each of the bank's references, that names no invoice."""
    name, account, purpose, own_reference = PAYER
    given = details(name=f"Zenta {name}", iban=account, text=f"par {purpose}", end_to_end=own_reference)
    return statement(*(entry(given, reference=each, booked=on, value=on) for each in references), to=on)


def passphrases_sent(state: Path) -> set[str]:
    """Those of documents, as the customer's telephone shows them."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((state / "mail" / "sms").iterdir())]
    return {found for text in texts for found in PASSPHRASE.findall(text)}
