"""What the customer is told and decides as controller of its users' data, moved by hand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from schemas.base import RIGA
from schemas.contract import SpecialTerms
from schemas.ledger import ActTaken, Entry
from schemas.mail import Letter, MailKind
from schemas.problems import Refused, validated
from schemas.receivables import OpenInvoice
from tests.workflows.driven import DrivenContract

DAY = "2026-05-04"


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=RIGA)


async def served() -> DrivenContract:
    """On 4 May 2026, with one user on the list."""
    contract = DrivenContract()
    await contract.until(at(5, 4))
    assert (await contract.act("add_user", user="u-1", name="Jānis Kalniņš")).accepted
    return contract


def letters(entry: Entry) -> list[tuple[MailKind, str, dict[str, Any]]]:
    return [(each.kind, each.role, _told(each)) for each in entry.letters]


def _told(letter: Letter) -> dict[str, Any]:
    return {name: value for name, value in letter.facts.items() if name != "contract"}


def events(entry: Entry) -> list[tuple[str, tuple[str, ...], dict[str, Any]]]:
    return [(each.event, each.clauses, each.data) for each in entry.events]


@pytest.mark.clause("DPA-II.1.4", "DPA-II.4.4")
@pytest.mark.parametrize("asks", ["rectification", "erasure", "restriction"])
async def test_what_a_data_subject_asks_is_passed_to_the_controller_and_not_done(asks: str) -> None:
    contract = await served()
    request = {"by": "data_subject", "asks": asks, "received_on": DAY, "user": "u-1"}
    assert (await contract.act("pass_data_request", **request, note="Mans uzvārds tagad ir Kalna")).accepted
    entry = contract.entries[-1]
    assert [type(change) for change in entry.changes] == [ActTaken], "nothing of the inventory changes"
    assert contract.state.inventory.records["users"] == 1
    assert letters(entry) == [(MailKind.DATA_REQUEST, "administrator", request)]
    assert events(entry) == [("data_request.passed", ("DPA-II.1.4", "DPA-II.4.4"), {**request, "told": True})]
    # The words themselves stand in the sealed act alone, neither in the event nor in the letter.
    assert "Kalna" not in repr((entry.events, entry.letters))


@pytest.mark.clause("DPA-II.4.3")
@pytest.mark.parametrize("silence_required", [False, True])
async def test_an_authoritys_request_is_told_unless_law_forbids_it(silence_required: bool) -> None:
    contract = await served()
    request = {"by": "authority", "asks": "information", "received_on": DAY}
    more = {"silence_required": silence_required, "note": "DVI, lieta 7"}
    assert (await contract.act("pass_data_request", **request, **more)).accepted
    entry = contract.entries[-1]
    told = {**request, "told": not silence_required}
    assert events(entry) == [("data_request.passed", ("DPA-II.1.4", "DPA-II.4.3"), told)]
    assert letters(entry) == ([] if silence_required else [(MailKind.DATA_REQUEST, "administrator", request)])


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"received_on": "2026-05-05"}, "received_on: the day lies in the future, name the day the request came"),
        ({"user": "u-2"}, "user: no such user is in the inventory"),
        ({"silence_required": True}, "silence_required goes with by: authority alone"),
        ({"asks": "a favour"}, "asks: must be 'information', 'access'"),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused(fields: dict[str, Any], reason: str) -> None:
    contract = await served()
    request = {"by": "data_subject", "asks": "access", "received_on": DAY, "note": "Kas par mani glabājas?"}
    outcome = await contract.act("pass_data_request", **(request | fields))
    assert reason in (outcome.reason or "")
    assert not contract.entries[-1].letters


@pytest.mark.clause("DPA-II.2.1", "IT-53")
@pytest.mark.parametrize("silence_required", [False, True])
async def test_what_the_law_makes_us_give_is_told_to_the_controller(silence_required: bool) -> None:
    contract = await served()
    given = {"data": ["users", "contacts"], "on": DAY}
    more = {"silence_required": silence_required, "note": "VID, lūgums Nr. 7"}
    assert (await contract.act("record_disclosure", to="law", **given, **more)).accepted
    told = [] if silence_required else [(MailKind.DATA_DISCLOSED, "administrator", given)]
    assert letters(contract.entries[-1]) == told
    [event] = contract.entries[-1].events
    assert event.data == {"to": "law", **given} | ({"told": False} if silence_required else {})


@pytest.mark.clause("DPA-II.2.1")
async def test_nothing_is_given_to_anybody_else() -> None:
    contract = await served()
    for to in ("press", "customer", "group"):
        outcome = await contract.act("record_disclosure", to=to, data=["users"], on=DAY, note="Lūdza")
        assert not outcome.accepted
        assert "to: must be" in (outcome.reason or "")
    assert (await contract.act("record_disclosure", to="partner", data=["users"], on=DAY, note="RMM")).accepted
    assert not contract.entries[-1].letters


@pytest.mark.clause("DPA-II.1.3", "DPA-II.1.5", "DPA-II.1.9")
@pytest.mark.parametrize(
    ("about", "clause"), [("processing", "DPA-II.1.3"), ("copies", "DPA-II.1.5"), ("security", "DPA-II.1.9")]
)
async def test_an_instruction_is_recorded_with_its_outcome_and_answered(about: str, clause: str) -> None:
    contract = await served()
    for refused_as in (None, "against_service", "extra_cost"):
        outcome = {"about": about} | ({"refused_as": refused_as} if refused_as else {})
        done = await contract.act("record_instruction", **outcome, from_email="ANNA@example.lv", note="Šifrēt diskus")
        assert done.accepted
        entry = contract.entries[-1]
        assert events(entry) == [("instruction.recorded", (clause,), outcome)]
        assert letters(entry) == [(MailKind.INSTRUCTION_ANSWERED, "administrator", outcome)]
    other = await contract.act("record_instruction", about=about, from_email="juris@example.lv", note="Dzēst visu")
    assert other.reason == "from_email: this is not the administrator's address on record"
    nobody = await contract.act("record_instruction", about=about, note="Dzēst visu")
    assert "either from_email (the administrator) or signed_by" in (nobody.reason or "")


@pytest.mark.clause("DPA-III.1.2")
async def test_no_term_switch_or_demand_goes_before_annex_3() -> None:
    for special in ({"erasure_after_days": "31"}, {"DPA-I.1.2": "US"}, {"sub_processor_duties": "none"}):
        with pytest.raises(Refused):
            validated(SpecialTerms, special)
    assert validated(SpecialTerms, {"erasure_after_days": "30"}).erasure_after_days == 30
    contract = await served()
    for clause in ("DPA-I.1.1", "DPA-I.1.2", "DPA-II.3.2"):
        assert not (await contract.act("switch_off_term", clause=clause, note="Pārzinis prasa")).accepted
    demand = {"about": "processing", "refused_as": "against_annex"}
    assert (await contract.act("record_instruction", **demand, signed_by="Anna Bērziņa", note="Sūtīt uz ASV")).accepted
    assert events(contract.entries[-1]) == [("instruction.recorded", ("DPA-II.1.3", "DPA-III.1.2"), demand)]


@pytest.mark.clause("IT-55")
async def test_the_data_terms_hold_after_the_end_while_there_is_data() -> None:
    # Both end it on 31 May; 14 days later, at 06:00 on 14 June, the rest is erased.
    contract = await served()
    assert (await contract.act("agree_end", on="2026-05-31", note="Vienošanās")).accepted
    await contract.until(at(6, 2))
    assert contract.state.stage == "ended"
    data_acts: list[tuple[str, dict[str, Any]]] = [
        ("pass_data_request", {"by": "data_subject", "asks": "access", "received_on": "2026-06-01", "note": "x"}),
        ("record_instruction", {"about": "copies", "signed_by": "Anna Bērziņa", "note": "x"}),
        ("record_disclosure", {"to": "law", "data": ["users"], "on": "2026-06-01", "note": "x"}),
        ("change_user", {"user": "u-1", "login": "jkalnins"}),
        ("erase_user", {"user": "u-1"}),
        ("stop_processing", {"signed_by": "Anna Bērziņa", "note": "x"}),
    ]
    for act, fields in data_acts:
        assert (await contract.act(act, **fields)).accepted, act
    debt = {"total": Decimal("50.00"), "open": Decimal("50.00"), "due_on": None}
    contract.state.invoices.append(OpenInvoice(number="IT-1", month="2026-05", **debt))
    await contract.until(at(6, 14))
    assert contract.state.ending.erased
    assert not contract.state.closed
    # What the law demands about a debtor is the one that still has something to tell of.
    for act, fields in data_acts:
        assert (await contract.act(act, **fields)).reason in (
            "the personal data of this contract is erased already",
            "the personal data of this contract is erased, and its inventory with it",
            *([None] if act == "record_disclosure" else []),
        ), act
