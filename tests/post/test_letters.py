"""Every kind of letter in both languages: its facts, its clauses, and nothing that speaks of a person."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jinja2 import UndefinedError
from pydantic import ValidationError

from activities.post.letters import Language, Rendered, render
from schemas.mail import FACTS, MailKind, optional_facts, required_facts
from tests.post import test_microsoft365_letters as microsoft365
from tests.post.written import LANGUAGES, PROVIDER, Words, has_no_gaps, letter, names_nobody, says_the_same

LINE = {
    "text": "Abonēšanas maksa, Standarta",
    "quantity": 14,
    "unit_price": "12.50",
    "from": "2026-03-17",
    "to": "2026-03-31",
    "net": "84.68",
}
VISIT = LINE | {"text": "Klātienes vizīte", "quantity": "0.75", "unit_price": "45.00", "net": "33.75"}
OF_LICENCES = dict.fromkeys(("subscription", "licences", "product"))
"""What is asked of subscriptions alone."""

FULL: dict[MailKind, dict[str, Any]] = {
    MailKind.CONTRACT_RECEIVED: {},
    MailKind.ONBOARDING_AGREED: {"on": "2026-03-16T10:00:00+02:00"},
    MailKind.SERVICE_CONFIRMED: {
        "on": "2026-03-17",
        "plan": "Standarta",
        "users": 14,
        "period_from": "2026-03-17",
        "period_to": "2027-03-16",
    },
    MailKind.INVOICE: {
        "invoice": "IT-2026-000123-2026-03",
        "from": "2026-03-17",
        "to": "2026-03-31",
        "lines": [LINE, VISIT],
        "net": "118.43",
        "vat": "24.87",
        "total": "143.30",
        "due_on": "2026-04-15",
        "issued_on": "2026-04-01",
    },
    MailKind.CREDIT_NOTE: {
        "credit_note": "IT-2026-000123-2026-03-K1",
        "invoice": "IT-2026-000123-2026-03",
        "from": "2026-03-17",
        "to": "2026-03-31",
        "lines": [LINE, VISIT],
        "net": "118.43",
        "vat": "24.87",
        "total": "143.30",
        "issued_on": "2026-04-08",
        "interest": False,
    },
    MailKind.INTEREST: {
        "invoice": "IT-2026-000123-NP1",
        "lines": [LINE | {"text": "Nokavējuma procenti par rēķinu BB-2026-000001", "quantity": 1}],
        "total": "0.49",
        "due_on": "2026-06-15",
        "issued_on": "2026-06-01",
    },
    MailKind.CLAIM: {
        "invoice": "IT-2026-000123-2026-03",
        "due_on": "2026-04-15",
        "days_overdue": 1,
        "open": "1178.27",
    },
    MailKind.SERVICE_SUSPENDED: {
        "grounds": ["unpaid", "non_cooperation", "administrator_unreachable", "breach"],
        "on": "2026-04-26",
    },
    MailKind.SERVICE_RESUMED: {"on": "2026-04-27", "paid_on": "2026-04-25"},
    MailKind.DATA_REQUEST: {"by": "data_subject", "asks": "rectification", "received_on": "2026-05-04", "user": "u-1"},
    MailKind.INSTRUCTION_ANSWERED: {"about": "security", "refused_as": "extra_cost"},
    MailKind.DATA_DISCLOSED: {"data": ["users", "contacts"], "on": "2026-05-04"},
    MailKind.CHANGE_RECEIVED: {"effective_on": "2026-06-15", "users": 0, "plan": "Standarta"} | OF_LICENCES,
    MailKind.CHANGE_DONE: {
        "effective_on": "2026-06-15",
        "plan": "Standarta",
        "users": 12,
        "price_per_user": "12.50",
    },
    MailKind.CHANGE_REFUSED: {"reason": "Lietotāju skaits šajā mēnesī jau ir mainīts."},
    MailKind.PLAN_CHANGE_NEEDS_SIGNATURE: {"plan": "Premium", "effective_on": "2026-06-15"},
    MailKind.CHANGE_ANNOUNCED: {
        "announcement": "2",
        "effective_on": "2026-08-01",
        "changes": {
            "plan": "Premium",
            "plan_contents": "Rezerves kopijas",
            "period_months": None,
            "users": 3,
            "price_per_user": "13.50",
            "onsite_hourly_rate": "50.00",
            "included_onsite_minutes": 30,
            "setup_fee": "0.00",
            "partners": ["SIA A", "SIA B"],
        },
    },
    MailKind.OBJECTION_RECEIVED: {"announcement": "2"},
    MailKind.NOTICE_RECEIVED: {"by": "customer", "end_on": "2026-09-30"},
    MailKind.NOTICE_WITHDRAWN: {},
    MailKind.CONTRACT_ENDED: {"reason": "terminated", "on": "2026-05-27", "clause": "IT-43.2"},
    MailKind.DATA_HANDED_OVER: {"on": "2026-05-27", "erase_on": "2026-06-10"},
    MailKind.PAYMENT_EXTENDED: {"invoice": "IT-2026-000123-2026-03", "due_on": "2026-04-30"},
    MailKind.FORCE_MAJEURE: {"state": "declared", "on": "2026-07-01"},
    MailKind.PARTNER_ERASURE: {"partner": "SIA Tīkla Meistari", "asked_on": "2026-05-28", "user": "7", "reminder": 2},
    MailKind.AUDIT_REPORT: {"on": "2026-09-17"},
    MailKind.HANDOVER_PACKAGE: {"on": "2026-05-27", "erase_on": "2026-06-26"},
}

CLAUSE: dict[MailKind, str] = {
    MailKind.CONTRACT_RECEIVED: "5",
    MailKind.ONBOARDING_AGREED: "5",
    MailKind.SERVICE_CONFIRMED: "5",
    MailKind.INVOICE: "19",
    MailKind.CREDIT_NOTE: "23",
    MailKind.INTEREST: "22",
    MailKind.CLAIM: "22",
    MailKind.SERVICE_SUSPENDED: "40.1",
    MailKind.SERVICE_RESUMED: "40",
    MailKind.DATA_REQUEST: "4.4",
    MailKind.INSTRUCTION_ANSWERED: "1.9",
    MailKind.DATA_DISCLOSED: "53",
    MailKind.CHANGE_RECEIVED: "24",
    MailKind.CHANGE_DONE: "25",
    MailKind.CHANGE_REFUSED: "25",
    MailKind.PLAN_CHANGE_NEEDS_SIGNATURE: "24.1",
    MailKind.CHANGE_ANNOUNCED: "26",
    MailKind.OBJECTION_RECEIVED: "26",
    MailKind.NOTICE_RECEIVED: "44",
    MailKind.NOTICE_WITHDRAWN: "44",
    MailKind.CONTRACT_ENDED: "43.2",
    MailKind.DATA_HANDED_OVER: "41",
    MailKind.PAYMENT_EXTENDED: "20",
    MailKind.FORCE_MAJEURE: "64",
    MailKind.PARTNER_ERASURE: "3.2",
    MailKind.AUDIT_REPORT: "6",
    MailKind.HANDOVER_PACKAGE: "41",
}


def write(kind: MailKind, language: Language = "lv", **facts: Any) -> Rendered:
    return render(letter(kind, **(FULL[kind] | facts)), service="it_support", language=language, provider=PROVIDER)


@pytest.mark.clause("IT-5", "IT-19", "IT-22", "IT-24.1", "IT-24.2", "IT-25", "IT-26", "IT-40.1", "IT-64")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FULL)
def test_every_kind_in_both_languages(kind: MailKind, language: Language) -> None:
    assert FULL[kind].keys() == {*required_facts(kind), *optional_facts(kind)} - {"contract"}
    mail = write(kind, language)
    for form in (mail.subject, mail.text, mail.html):
        assert "IT-2026-000123" in form
    for form in (mail.text, mail.html):
        assert re.search(rf"(?<![\d.]){re.escape(CLAUSE[kind])}(?![\d])", form)
        assert "None" not in form
        assert "Undefined" not in form
    for part in (PROVIDER.name, PROVIDER.registration_number, PROVIDER.support_email, PROVIDER.website):
        assert part in mail.text
    assert mail.text.startswith("Labdien!" if language == "lv" else "Good day,")
    assert "\n\n\n" not in mail.text


@pytest.mark.clause("IT-22")
@pytest.mark.parametrize(("language", "vat"), [("lv", "PVN 21"), ("en", "VAT 21")])
def test_interest_is_given_back_outside_vat(language: Language, vat: str) -> None:
    facts = FULL[MailKind.CREDIT_NOTE] | {"vat": "0.00", "total": "118.43"}
    fee, interest = (
        render(
            letter(MailKind.CREDIT_NOTE, **facts | {"interest": one}),
            service="it_support",
            language=language,
            provider=PROVIDER,
        ).text
        for one in (False, True)
    )
    assert (vat in fee, vat in interest) == (True, False)
    assert "22" in interest


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FULL)
def test_required_facts_are_enough(kind: MailKind, language: Language) -> None:
    facts = {name: value for name, value in FULL[kind].items() if name in required_facts(kind)}
    mail = render(letter(kind, **facts), service="it_support", language=language, provider=PROVIDER)
    has_no_gaps(mail)


@pytest.mark.parametrize("kind", FULL)
def test_html_says_what_the_text_says(kind: MailKind) -> None:
    with_table = kind in (MailKind.INVOICE, MailKind.CREDIT_NOTE, MailKind.INTEREST)
    says_the_same(write(kind), with_table=with_table)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FULL)
def test_subject_holds_only_numbers_of_documents(kind: MailKind, language: Language) -> None:
    """Free text, where a person may be named, never reaches the subject."""
    marked = {
        name: "Anna Bērziņa" if name in {"plan", "reason"} and kind != MailKind.CONTRACT_ENDED else value
        for name, value in FULL[kind].items()
    }
    names_nobody(write(kind, language, **marked).subject)


def test_facts_are_escaped_in_html_and_stay_on_their_line() -> None:
    mail = write(MailKind.SERVICE_CONFIRMED, plan="<b>\r\n\r\n<table>Kopā: 0 €")
    assert "Atbalsta plāns: <b> <table>Kopā: 0 €\n" in mail.text
    assert "<td>&lt;b&gt; &lt;table&gt;Kopā: 0 €</td>" in mail.html
    assert "<b>" not in mail.html
    assert Words(mail.html).open == []


def test_subject_is_plain_text_and_title_is_escaped() -> None:
    mail = write(MailKind.INVOICE, invoice="7 & <8>")
    assert mail.subject == "Rēķins 7 & <8>, līgums IT-2026-000123"
    assert "<title>Rēķins 7 &amp; &lt;8&gt;, līgums IT-2026-000123</title>" in mail.html


@pytest.mark.clause("IT-19", "IT-20")
def test_invoice_to_the_cent() -> None:
    text = write(MailKind.INVOICE).text
    assert (
        "Rēķina numurs: IT-2026-000123-2026-03\n"
        "Izrakstīšanas datums: 2026. gada 1. aprīlis\n"
        "Norēķinu periods: 2026. gada 17. marts – 2026. gada 31. marts\n"
        "Apmaksas termiņš: 2026. gada 15. aprīlis\n"
    ) in text
    assert "Daudzums: 14\nCena: 12,50\u00a0€\nSumma bez PVN: 84,68\u00a0€\n" in text
    assert "Daudzums: 0,75\nCena: 45,00\u00a0€\nSumma bez PVN: 33,75\u00a0€\n" in text
    totals = "Summa bez PVN: 118,43\u00a0€\nPVN 21 %: 24,87\u00a0€\nKopā apmaksai: 143,30\u00a0€\n"
    assert totals in text
    assert "Konts (IBAN): LV80BANK0000435195001\n" in text
    assert "Maksājuma mērķis: Rēķins IT-2026-000123-2026-03, līgums IT-2026-000123\n" in text


def test_invoice_in_english() -> None:
    text = write(MailKind.INVOICE, "en").text
    assert "Due on: 15 April 2026\n" in text
    assert "Amount without VAT: €118.43\nVAT 21 %: €24.87\nTotal to pay: €143.30\n" in text


@pytest.mark.clause("IT-22", "IT-40.1")
def test_claim_names_debt_and_consequence() -> None:
    mail = write(MailKind.CLAIM)
    assert mail.subject == "Pretenzija par neapmaksātu rēķinu IT-2026-000123-2026-03, līgums IT-2026-000123"
    assert (
        "Apmaksas termiņš: 2026. gada 15. aprīlis\nKavējuma dienu skaits: 1\nNeapmaksātā summa: 1\u00a0178,27\u00a0€\n"
    ) in mail.text
    assert "pārsniegs 10 dienas" in mail.text
    assert "40.1. punkts" in mail.text


@pytest.mark.clause("IT-5")
def test_confirmation_names_plan_and_period() -> None:
    mail = write(MailKind.SERVICE_CONFIRMED)
    assert mail.subject == "Apstiprinājums par Pakalpojuma pieslēgšanu, līgums IT-2026-000123"
    assert (
        "Pakalpojums pieslēgts: 2026. gada 17. marts\n"
        "Atbalsta plāns: Standarta\n"
        "Lietotāju skaits: 14\n"
        "Abonēšanas perioda sākums: 2026. gada 17. marts\n"
        "Abonēšanas perioda beigas: 2027. gada 16. marts\n"
    ) in mail.text
    open_ended = write(MailKind.SERVICE_CONFIRMED, period_from=None, period_to=None).text
    assert "Abonēšanas perioda beigas: beztermiņa\n" in open_ended
    assert "Abonēšanas perioda sākums" not in open_ended
    assert "16. punkts" not in open_ended


@pytest.mark.parametrize("on", ["2026-03-16T10:00", "2026-03-16T10:00:00+02:00", "2026-03-16T08:00:00Z"])
def test_times_are_told_in_riga(on: str) -> None:
    assert "Saskaņotais laiks: 2026. gada 16. marts, 10:00\n" in write(MailKind.ONBOARDING_AGREED, on=on).text


def test_day_of_a_moment_is_the_local_one() -> None:
    text = write(MailKind.SERVICE_CONFIRMED, on="2026-03-16T23:30:00+00:00").text
    assert "Pakalpojums pieslēgts: 2026. gada 17. marts\n" in text


@pytest.mark.clause("IT-26")
def test_announcement_tells_each_change_in_its_own_form() -> None:
    text = write(MailKind.CHANGE_ANNOUNCED).text
    assert "Abonēšanas periods, mēneši: beztermiņa\n" in text
    assert "Abonēšanas maksa par Lietotāju mēnesī, bez PVN: 13,50\u00a0€\n" in text
    assert "Sadarbības partneri: SIA A, SIA B\n" in text
    with pytest.raises(UndefinedError, match="shoe_size"):
        write(MailKind.CHANGE_ANNOUNCED, changes={"shoe_size": 43})


@pytest.mark.parametrize(
    ("reason", "clause", "says"),
    [
        ("terminated", "43.6", "Noteikumu 43.6. punkts"),
        ("terminated", None, "Noteikumu 43. punkts"),
        ("notice", "IT-45", "Noteikumu 45. punkts)"),
        ("notice", None, "Noteikumu 44. un 45. punkts"),
        ("period_ended", None, "abonēšanas perioda beigām"),
        ("agreed", None, "Noteikumu 41. punkts"),
    ],
)
def test_end_names_its_reason(reason: str, clause: str | None, says: str) -> None:
    assert says in write(MailKind.CONTRACT_ENDED, reason=reason, clause=clause).text


@pytest.mark.clause("IT-45")
def test_providers_own_notice_rests_on_its_clause() -> None:
    assert "Noteikumu 45. punkts" in write(MailKind.NOTICE_RECEIVED, by="provider").text


def test_each_ground_alone_names_its_clause() -> None:
    text = write(MailKind.SERVICE_SUSPENDED, grounds=["administrator_unreachable"]).text
    assert "40.3. punkts" in text
    assert "40.1. punkts" not in text
    with pytest.raises(UndefinedError, match="whim"):
        write(MailKind.SERVICE_SUSPENDED, grounds=["whim"])


@pytest.mark.parametrize(("name", "value"), [("open", 178.27), ("open", "178.275"), ("due_on", "15.04.2026")])
def test_facts_of_the_wrong_form_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"EUR|isoformat"):
        write(MailKind.CLAIM, **{name: value})


@pytest.mark.parametrize("kind", FULL)
def test_letter_states_its_documented_facts_and_no_others(kind: MailKind) -> None:
    with pytest.raises(ValidationError, match=r"unknown \['administrator'\]"):
        letter(kind, **FULL[kind], administrator="A. B.")
    for name in required_facts(kind) - {"contract"}:
        with pytest.raises(ValidationError, match=rf"missing \['{name}'\]"):
            letter(kind, **{other: value for other, value in FULL[kind].items() if other != name})


def test_every_kind_has_its_facts_documented() -> None:
    assert FACTS.keys() == set(MailKind) == FULL.keys() | microsoft365.FULL.keys()
    assert FULL.keys() == CLAUSE.keys()
