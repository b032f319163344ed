"""A Microsoft 365 contract full of unmistakable personal data, and acts full of more; what goes to partners too."""

from __future__ import annotations

from typing import Any, Final

from runtime.clock import now
from terms.calendar import local_date

NAMES: Final = ("Zvirbuļknābīte-Ķirse", "Vārnulēkātāja-Žube")
MAILBOXES: Final = ("zvirbulknabite.pasts", "varnulekataja.rekini", "varnulekataja.jauna")
PHONES: Final = ("29470041", "29470042")
ADDRESSES: Final = ("Zvirbuļligzdiņa 1147",)
NOTES: Final = (
    "Čirkstvidžulītis",
    "Trallinknakšķītis",
    "Vidžinpogotājelis",
    "Ķērciņklaigulis",
    "Svilpienžvadzonis",
    "Knipskleksisvaks",
    "Purpinšņākulītis",
    "Dūdojumpaijiņas",
)
"""Made-up words: no eight bytes of them stand in any text of the product's own."""
CANARIES: Final = (*NAMES, *MAILBOXES, *PHONES, *ADDRESSES, *NOTES)
ADMINISTRATOR: Final = f"{MAILBOXES[0]}@example.lv"
DONE: Final = {
    "record_support_request",
    "record_dispute",
    "record_instruction",
    "record_disclosure",
    "request_change",
    "change_contact",
    "suspend",
}


def contract(number: str) -> dict[str, Any]:
    """A year of one product and a month of another."""
    product = {"name": "Microsoft 365 Business Basic", "sku": "CFQ7TTC0LH18:0001"}
    return {
        "number": number,
        "service": "microsoft365",
        "signed_at": "2026-03-20T10:00:00+02:00",
        "customer": {
            "name": "SIA Skice",
            "registration_number": "40999900415",
            "legal_address": "Alberta iela 2 - 4, Rīga, LV-1010",
            "administrator": {"name": f"Elīna {NAMES[0]}", "phone": f"+371{PHONES[0]}", "email": ADMINISTRATOR},
            "invoice_delivery": {"email": f"{MAILBOXES[1]}@example.lv", "postal_address": ADDRESSES[0]},
        },
        "content": {
            "tenant_domain": "skice.onmicrosoft.com",
            "products": [
                {**product, "licences": 3, "period": "year", "price_per_licence": "6.10"},
                {**product, "licences": 2, "period": "month", "price_per_licence": "7.30"},
            ],
        },
    }


def approvals(on: str) -> list[tuple[str, dict[str, Any]]]:
    """After these the subscriptions are ordered."""
    return [
        ("accept_agreement", {"on": on}),
        ("approve_reseller", {"partner": "distributor", "on": on}),
        ("approve_reseller", {"partner": "provider", "on": on}),
    ]


def acts() -> list[tuple[str, dict[str, Any]]]:
    """Done or refused once the service is provided, with canaries in every personal field and where none belongs."""
    today = str(local_date(now()))
    change = {"subscription": "1", "effective_on": today}
    return [
        ("record_support_request", {"to": "microsoft", "on": today, "subscription": "1", "note": _of(NOTES[0])}),
        ("record_support_request", {"to": NAMES[0], "on": today, "note": NOTES[5]}),
        ("record_support_request", {"to": "also", "on": today, "subscription": NOTES[5], "note": NOTES[0]}),
        ("record_dispute", {"note": _of(NOTES[1])}),
        ("record_instruction", {"about": "processing", "signed_by": NAMES[1], "note": _of(NOTES[2])}),
        ("record_disclosure", {"to": "partner", "data": ["contacts"], "on": today, "note": _of(NOTES[3])}),
        ("accept_agreement", {"on": NOTES[5], NOTES[6]: NAMES[1]}),
        ("approve_reseller", {"partner": NAMES[0], "on": today}),
        ("request_change", {**change, "from_email": ADMINISTRATOR, "licences": 4}),
        ("request_change", {**change, "from_email": f"{MAILBOXES[2]}@example.lv", "licences": 5}),
        ("request_change", {**change, "signed_by": NAMES[1], "licences": NOTES[5]}),
        ("request_change", {**change, "signed_by": NAMES[1], "product": {"sku": NAMES[0], NOTES[6]: NOTES[5]}}),
        ("announce_change", {"changes": {"prices": NOTES[5], NOTES[6]: NAMES[0]}, "effective_on": today}),
        ("give_notice", {"by": "customer", "end_on": today, "signed_by": NAMES[0], "reason": NOTES[7]}),
        ("agree_onboarding", {"on": NOTES[5]}),
        ("stop_processing", {"signed_by": NAMES[1], "note": NOTES[2]}),
        ("change_contact", {"role": "administrator", "email": f"{MAILBOXES[2]} example.lv"}),
        ("change_contact", {"role": "administrator", "name": f"Ieva {NAMES[1]}", "phone": f"+371{PHONES[1]}"}),
        ("suspend", {"ground": "vendor", "note": _of(NOTES[4])}),
    ]


def refused_contracts() -> list[dict[str, Any]]:
    """Each with a canary where it is at fault."""
    of_a_domain, of_a_product, of_a_count, without_person = (contract("CANARY-M5") for _ in range(4))
    of_a_domain["content"]["tenant_domain"] = f"{NAMES[0]} nav domēns"
    of_a_product["content"]["products"].append({NOTES[6]: NAMES[1]})
    of_a_count["content"]["products"][0]["licences"] = NOTES[5]
    without_person["customer"]["administrator"] = f"{NAMES[0]} {NOTES[5]}"
    return [of_a_domain, of_a_product, of_a_count, without_person]


def played() -> list[dict[str, Any]]:
    """Acts of a scenario from the approvals on; the administrator of the contract changes among them."""
    approved = [
        {"at": f"2026-03-23T10:0{at}", "act": name, **each} for at, (name, each) in enumerate(approvals("2026-03-23"))
    ]
    return [
        *approved,
        {
            "at": "2026-03-24T09:00",
            "act": "record_support_request",
            "to": "also",
            "on": "2026-03-24",
            "note": _of(NOTES[0]),
        },
        {
            "at": "2026-03-24T10:00",
            "act": "record_instruction",
            "about": "copies",
            "from_email": ADMINISTRATOR,
            "note": NOTES[2],
        },
        {
            "at": "2026-03-24T11:00",
            "act": "change_contact",
            "role": "administrator",
            "name": f"Ieva {NAMES[1]}",
            "phone": f"+371{PHONES[1]}",
        },
        {"at": "2026-03-24T12:00", "act": "record_dispute", "note": _of(NOTES[1]), NOTES[6]: NAMES[0]},
        {"at": "2026-03-24T13:00", "act": "record_dispute", "note": _of(NOTES[1])},
    ]


def _of(note: str) -> str:
    return f"{note} no {NAMES[0]}"
