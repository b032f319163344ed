"""Letters of Microsoft 365 contracts: their own kinds, and the shared ones under their own points."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jinja2 import TemplatesNotFound, UndefinedError

from activities.post.letters import Language, Rendered, render
from schemas.mail import MailKind, optional_facts, required_facts
from tests.post.written import LANGUAGES, PROVIDER, has_no_gaps, letter, names_nobody, says_the_same

LINE = {
    "text": "Abonēšanas maksa, Microsoft 365 Business Basic",
    "quantity": 10,
    "unit_price": "5.60",
    "from": "2026-03-01",
    "to": "2026-03-31",
    "net": "56.00",
}
CREDITED = {"from": "2026-03-01", "to": "2026-03-31", "lines": [LINE], "net": "56.00", "vat": "11.76", "total": "67.76"}
SUBSCRIPTION = {"subscription": "2", "name": "Microsoft 365 Business Basic"}
YEARLY = SUBSCRIPTION | {
    "period": "year",
    "licences": 10,
    "price_per_licence": "5.60",
    "from": "2026-02-16",
    "to": "2027-02-15",
}
OWN_OF_IT_SUPPORT = {
    MailKind.ONBOARDING_AGREED,
    MailKind.SERVICE_CONFIRMED,
    MailKind.PLAN_CHANGE_NEEDS_SIGNATURE,
    MailKind.CHANGE_DONE,
    MailKind.CHANGE_ANNOUNCED,
    MailKind.FORCE_MAJEURE,
    MailKind.AUDIT_REPORT,
    MailKind.DATA_HANDED_OVER,
    MailKind.DATA_REQUEST,
}
"""Of what a Microsoft 365 contract does not have, nobody is written to."""

FULL: dict[MailKind, dict[str, Any]] = {
    MailKind.CONTRACT_RECEIVED: {},
    MailKind.AGREEMENT_NEEDED: {
        "missing": ["agreement", "distributor", "provider", "delegation"],
        "link": "https://admin.example.com/approve/1",
        "reminder": 2,
    },
    MailKind.SUBSCRIPTIONS_CONFIRMED: {
        "on": "2026-02-16",
        "subscriptions": [YEARLY],
        "tenant_domain": "priedes.onmicrosoft.com",
    },
    MailKind.SUBSCRIPTION_CHANGED: SUBSCRIPTION
    | {
        "licences": 12,
        "from": "2026-03-17",
        "price_per_licence": "5.60",
        "at_renewal": False,
        "charged": False,
        "product": "Microsoft 365 Business Standard",
    },
    MailKind.SUBSCRIPTION_RENEWED: {name: value for name, value in YEARLY.items() if name != "period"},
    MailKind.SUBSCRIPTION_DISCONNECTED: SUBSCRIPTION
    | {"last_day": "2027-02-15", "charged": False, "refused": False}
    | {"undelivered": False},
    MailKind.RENEWAL_WITHHELD: SUBSCRIPTION | {"last_day": "2026-04-11", "paid_on": "2026-03-25"},
    MailKind.PRICES_ANNOUNCED: {
        "announcement": "1",
        "effective_on": "2026-12-01",
        "prices": [
            {"sku": "CFQ7TTC0LH18:0001", "name": SUBSCRIPTION["name"], "period": "year", "price_per_licence": "6.10"}
        ],
    },
    MailKind.CHANGE_RECEIVED: {
        "effective_on": "2026-06-15",
        "users": None,
        "plan": None,
        "subscription": "2",
        "licences": 0,
        "product": "Microsoft 365 Business Standard",
    },
    MailKind.CHANGE_REFUSED: {"reason": "Licenču skaits šajā mēnesī jau ir palielināts."},
    MailKind.DATA_DISCLOSED: {"data": ["contacts", "content"], "on": "2026-05-04"},
    MailKind.INSTRUCTION_ANSWERED: {"about": "processing", "refused_as": "against_service"},
    MailKind.OBJECTION_RECEIVED: {"announcement": "1"},
    MailKind.INVOICE: CREDITED | {"invoice": "BB-2026-000007", "due_on": "2026-04-15", "issued_on": "2026-04-01"},
    MailKind.CREDIT_NOTE: CREDITED
    | {"credit_note": "KR-2026-000002", "invoice": "BB-2026-000007", "issued_on": "2026-04-08", "interest": False},
    MailKind.INTEREST: {
        "invoice": "BB-2026-000009",
        "lines": [LINE],
        "total": "0.49",
        "due_on": "2026-06-15",
        "issued_on": "2026-06-01",
    },
    MailKind.CLAIM: {"invoice": "BB-2026-000007", "due_on": "2026-04-15", "days_overdue": 1, "open": "67.76"},
    MailKind.PAYMENT_EXTENDED: {"invoice": "BB-2026-000007", "due_on": "2026-04-30"},
    MailKind.SERVICE_SUSPENDED: {"grounds": ["unpaid", "vendor", "breach"], "on": "2026-04-26"},
    MailKind.SERVICE_RESUMED: {"on": "2026-04-27", "paid_on": "2026-04-25"},
    MailKind.NOTICE_RECEIVED: {"by": "provider", "end_on": "2026-09-30"},
    MailKind.NOTICE_WITHDRAWN: {},
    MailKind.CONTRACT_ENDED: {"reason": "terminated", "on": "2026-05-27", "clause": "M365-48.3"},
    MailKind.HANDOVER_PACKAGE: {"on": "2026-05-27", "erase_on": "2026-06-10"},
    MailKind.PARTNER_ERASURE: {"partner": "SIA Tīkla Meistari", "asked_on": "2026-05-28", "user": None, "reminder": 2},
}
CLAUSES: dict[MailKind, str] = {
    MailKind.CONTRACT_RECEIVED: "3 4 5 6 10 14",
    MailKind.AGREEMENT_NEEDED: "3 5 6",
    MailKind.SUBSCRIPTIONS_CONFIRMED: "3 9 10 14 21.2 24",
    MailKind.SUBSCRIPTION_CHANGED: "15 21.1 23",
    MailKind.SUBSCRIPTION_RENEWED: "9 14 15 21.2",
    MailKind.SUBSCRIPTION_DISCONNECTED: "9 15 23",
    MailKind.RENEWAL_WITHHELD: "9 17",
    MailKind.PRICES_ANNOUNCED: "25 48.2",
    MailKind.CHANGE_RECEIVED: "21 23",
    MailKind.CHANGE_REFUSED: "21 21.1 21.2",
    MailKind.DATA_DISCLOSED: "51",
    MailKind.INSTRUCTION_ANSWERED: "51.3.2",
    MailKind.OBJECTION_RECEIVED: "25 48.2",
    MailKind.INVOICE: "16 17",
    MailKind.CREDIT_NOTE: "20",
    MailKind.INTEREST: "19",
    MailKind.CLAIM: "17 19 44.1 48.3",
    MailKind.PAYMENT_EXTENDED: "17",
    MailKind.SERVICE_SUSPENDED: "33 44 44.1 44.2 44.3 47 48.3",
    MailKind.SERVICE_RESUMED: "20 44",
    MailKind.NOTICE_RECEIVED: "14 46 49",
    MailKind.NOTICE_WITHDRAWN: "8 45 49",
    MailKind.CONTRACT_ENDED: "24 46 47 48.3",
    MailKind.HANDOVER_PACKAGE: "46 51",
    MailKind.PARTNER_ERASURE: "51",
}
"""The points of the Microsoft 365 terms each letter cites, and no others."""

CITED = {
    "lv": re.compile(r"\(Noteikumu ([\d., un]+?)\.? punkt[sa]"),
    "en": re.compile(r"clauses? ([\d., and]+?) of the Terms"),
}
WITH_TABLE = {
    MailKind.INVOICE,
    MailKind.CREDIT_NOTE,
    MailKind.INTEREST,
    MailKind.SUBSCRIPTIONS_CONFIRMED,
    MailKind.PRICES_ANNOUNCED,
}


def write(kind: MailKind, language: Language = "lv", **facts: Any) -> Rendered:
    filled = letter(kind, **(FULL[kind] | facts))
    return render(filled, service="microsoft365", language=language, provider=PROVIDER)


@pytest.mark.clause("M365-3", "M365-5", "M365-6", "M365-16", "M365-19", "M365-23", "M365-25", "M365-44.1", "M365-46")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FULL)
def test_every_letter_cites_the_points_of_its_own_contract(kind: MailKind, language: Language) -> None:
    assert FULL[kind].keys() == {*required_facts(kind), *optional_facts(kind)} - {"contract"}
    mail = write(kind, language)
    cited = {
        point.rstrip(".") for found in CITED[language].findall(mail.text) for point in re.findall(r"[\d.]+", found)
    }
    assert cited == set(CLAUSES[kind].split())
    for form in (mail.subject, mail.text, mail.html):
        assert "IT-2026-000123" in form
        assert not re.search(r"None|Undefined|RMM|Audit|Workstation|Darbstacij", form)
    assert ("Līguma II daļas" if language == "lv" else "part II of the Contract") in mail.text
    assert "\n\n\n" not in mail.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FULL)
def test_required_facts_are_enough(kind: MailKind, language: Language) -> None:
    facts = {name: value for name, value in FULL[kind].items() if name in required_facts(kind)}
    mail = render(letter(kind, **facts), service="microsoft365", language=language, provider=PROVIDER)
    has_no_gaps(mail)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FULL)
def test_html_says_what_the_text_says(kind: MailKind, language: Language) -> None:
    says_the_same(write(kind, language), with_table=kind in WITH_TABLE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FULL)
def test_subject_holds_numbers_alone(kind: MailKind, language: Language) -> None:
    """No free text reaches it, nor what a person typed in."""
    typed = ("name", "reason", "product", "tenant_domain", "partner")
    marked = {name: "Anna Bērziņa" for name in typed if name in FULL[kind] and kind != MailKind.CONTRACT_ENDED}
    names_nobody(write(kind, language, **marked).subject)


@pytest.mark.parametrize("kind", sorted(OWN_OF_IT_SUPPORT))
def test_a_letter_of_it_support_alone_is_not_written(kind: MailKind) -> None:
    facts = dict.fromkeys(required_facts(kind) - {"contract"}, "2026-01-01")
    with pytest.raises(TemplatesNotFound):
        render(letter(kind, **facts), service="microsoft365", language="lv", provider=PROVIDER)


def test_every_kind_is_written_or_of_it_support_alone() -> None:
    assert set(MailKind) == FULL.keys() | OWN_OF_IT_SUPPORT


@pytest.mark.clause("M365-5", "M365-6")
def test_only_what_is_missing_is_asked_for() -> None:
    first = write(MailKind.AGREEMENT_NEEDED, missing=["provider"], reminder=None).text
    assert 'Apstiprināt SIA "Sniedzējs" kā tālākpārdevēju' in first
    assert "ALSO kā distributoru" not in first
    assert "approve/1" not in first
    assert "neko nepasūtām" not in first
    delegation = write(MailKind.AGREEMENT_NEEDED, "en", missing=["delegation"], reminder=1).text
    assert "Ordering does not depend on it" in delegation
    assert "Approval of the delegation: https://admin.example.com/approve/1\n" in delegation
    assert "reminder No. 1" in delegation
    agreement = write(MailKind.AGREEMENT_NEEDED, missing=["agreement"]).text
    assert "https://www.microsoft.com/licensing/docs/customeragreement" in agreement
    assert "pirms tās neko nepasūtām" in agreement
    with pytest.raises(UndefinedError, match="blessing"):
        write(MailKind.AGREEMENT_NEEDED, missing=["blessing"])


@pytest.mark.clause("M365-3", "M365-T.period")
def test_the_confirmation_tells_terms_and_access_and_no_password() -> None:
    mail = write(MailKind.SUBSCRIPTIONS_CONFIRMED)
    assert mail.subject == "Abonementu iegādes apstiprinājums, līgums IT-2026-000123"
    assert (
        "Produkts: Microsoft 365 Business Basic\n"
        "Abonements: 2\n"
        "Abonēšanas periods: gads\n"
        "Licenču skaits: 10\n"
        "Maksa par Licenci mēnesī, bez PVN: 5,60\u00a0€\n"
        "Derīguma termiņš: 2026. gada 16. februāris – 2027. gada 15. februāris\n"
    ) in mail.text
    assert "Microsoft portāls: https://portal.office.com\nKlienta domēns: priedes.onmicrosoft.com\n" in mail.text
    assert "Paroli e-pastā nesūtām" in mail.text
    monthly = YEARLY | {"period": "month", "from": "2026-02-16", "to": "2026-03-15"}
    both = write(MailKind.SUBSCRIPTIONS_CONFIRMED, "en", subscriptions=[YEARLY, monthly]).text
    assert "Subscription period: year\n" in both
    assert "Subscription period: month\n" in both
    assert "Fee a Licence a month, without VAT: €5.60\n" in both
    assert "Term: 16 February 2026 – 15 March 2026\n" in both


@pytest.mark.clause("M365-21.1", "M365-21.2", "M365-23", "M365-24")
@pytest.mark.parametrize(
    ("facts", "says", "cites"),
    [
        ({}, "have the end date and the conditions of the Subscription", "clauses 15 and 21.1"),
        ({"at_renewal": True}, "applied when the Subscription renews", "clause 21.2"),
        ({"charged": True}, "charged in the next invoice, and not again later", "clause 24"),
    ],
)
def test_each_change_tells_what_follows_from_it(facts: dict[str, Any], says: str, cites: str) -> None:
    text = write(MailKind.SUBSCRIPTION_CHANGED, "en", **facts).text
    assert says in text
    assert f"({cites} of the Terms)" in text
    assert "Licences: 12\nIn effect from: 17 March 2026\nFee a Licence a month, without VAT: €5.60\n" in text
    for other in ("have the end date", "applied when", "charged in the next"):
        assert (other in text) == (other in says)


@pytest.mark.clause("M365-21.2")
@pytest.mark.parametrize("charged", [False, True])
def test_no_licences_at_all_disconnect_the_subscription(charged: bool) -> None:
    text = write(MailKind.SUBSCRIPTION_CHANGED, licences=0, at_renewal=True, charged=charged).text
    assert "Abonements pēc derīguma termiņa beigām netiks pagarināts (Noteikumu 21.2. punkts)" in text
    assert "līdz ar Abonementa derīguma termiņa pagarināšanu" not in text
    assert ("tiks iekļauta nākamajā rēķinā" in text) == charged


@pytest.mark.clause("M365-24")
def test_a_subscription_left_early_is_told_what_it_costs() -> None:
    early, in_time = (write(MailKind.SUBSCRIPTION_DISCONNECTED, charged=one).text for one in (True, False))
    assert "tiek iekļauta nākamajā rēķinā un vēlāk vairs netiek piemērota" in early
    assert ("24. punkts" in early, "24. punkts" in in_time) == (True, False)
    assert "nākamajā rēķinā" not in in_time
    assert all("Pēdējā lietošanas diena: 2027. gada 15. februāris\n" in text for text in (early, in_time))


@pytest.mark.clause("M365-9", "M365-44.1")
def test_a_renewal_withheld_is_told_and_one_withheld_without_cause_is_regretted() -> None:
    told, regretted = (write(MailKind.RENEWAL_WITHHELD, "en", paid_on=one).text for one in (None, "2026-03-25"))
    assert "While the Service is suspended, Subscriptions are not renewed (clauses 9 and 44 of the Terms)" in told
    assert "your payment was made on 25 March 2026" in regretted
    assert all("Last day of use: 11 April 2026\n" in text for text in (told, regretted))


@pytest.mark.clause("M365-25")
def test_announced_prices_bind_later_orders_and_renewals_alone() -> None:
    text = write(MailKind.PRICES_ANNOUNCED).text
    assert "Vismaz 10 dienas iepriekš" in text
    assert "Produkta numurs: CFQ7TTC0LH18:0001\nAbonēšanas periods: gads\n" in text
    assert "Maksa par Licenci mēnesī, bez PVN: 6,10\u00a0€\n" in text
    assert "jau iesākta perioda maksa nemainās" in text


@pytest.mark.clause("M365-45", "M365-48.1", "M365-49")
@pytest.mark.parametrize(
    ("reason", "clause", "says"),
    [
        ("terminated", "M365-48.1", "esam vienpusēji izbeiguši Līgumu (Noteikumu 48.1. punkts)"),
        ("terminated", None, "Noteikumu 48. punkts"),
        ("period_ended", "M365-45", "nav palicis neviens spēkā esošs Abonements (Noteikumu 45. punkts)"),
        ("notice", "M365-49", "sniegto paziņojumu (Noteikumu 49. punkts)"),
        ("notice", None, "sniegto paziņojumu (Noteikumu 49. punkts)"),
        ("period_ended", None, "darbības termiņa beigām"),
        ("agreed", "M365-45", "rakstiski vienojoties (Noteikumu 45. punkts)"),
    ],
)
def test_end_names_its_reason(reason: str, clause: str | None, says: str) -> None:
    assert says in write(MailKind.CONTRACT_ENDED, reason=reason, clause=clause).text


def test_a_ground_of_it_support_alone_is_no_ground() -> None:
    with pytest.raises(UndefinedError, match="administrator_unreachable"):
        write(MailKind.SERVICE_SUSPENDED, grounds=["administrator_unreachable"])


@pytest.mark.clause("M365-9", "M365-20", "M365-48.1")
def test_a_refused_renewal_takes_back_what_was_written_of_it() -> None:
    latvian, english = (
        write(MailKind.SUBSCRIPTION_DISCONNECTED, language, refused=True).text for language in ("lv", "en")
    )
    assert "Mūsu paziņojums par tā pagarināšanu vairs nav spēkā" in latvian
    assert "What we wrote of its renewal no longer holds" in english
    assert "Last day of use: 15 February 2027\n" in english
    assert "We confirm that" not in english
