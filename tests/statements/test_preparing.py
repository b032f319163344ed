"""What is worked out of lines before they go on record: who paid counts on our account only, nothing lies in clear."""

from __future__ import annotations

import pytest

from activities.statements.preparing import Prepared, prepared
from sealing.own import OwnSeal
from tests.sealing_keys import sealer
from tests.statements.documents import ACCOUNT, VERSION_02, VERSION_08, details, entry, statement

PAYER = {"name": 'SIA "Priežu darbnīca"', "iban": "LV80BANK0000435195001", "text": "par maiju"}


async def only_line(raw: bytes) -> Prepared:
    [(_, [line])] = prepared(raw, await OwnSeal.of(sealer().keys, "statements"), ACCOUNT)
    return line


async def test_a_payer_alone_proves_nothing_on_an_account_that_no_invoice_names() -> None:
    ours = await only_line(statement(entry(details(**PAYER))))
    other = await only_line(statement(entry(details(**PAYER)), account="LV80BANK0000435195001"))
    assert "name:DARBNICA PRIEZU" in ours.payer
    assert other.payer == frozenset()


async def test_a_line_is_the_same_in_both_versions_and_with_other_words() -> None:
    def of(namespace: str, **given: str) -> bytes:
        one = details(namespace=namespace, **PAYER | given)
        return statement(entry(one, namespace=namespace), namespace=namespace)

    first = await only_line(of(VERSION_02))
    assert (await only_line(of(VERSION_08, text="par maiju un jūniju"))).digest == first.digest


async def test_what_tells_of_a_person_is_sealed_or_hashed_and_can_be_opened() -> None:
    line = await only_line(statement(entry(details(**PAYER))))
    kept = f"{line.digest} {line.marks} {line.payer_account} {line.details}"
    assert not any(personal in kept for personal in ("Priežu", "LV80", "maiju"))
    assert line.details is not None
    assert "par maiju" in await sealer().open(line.details)


@pytest.mark.parametrize("reference", ["NONREF", "NOTPROVIDED", "Not provided", "BULK-7", None])
async def test_two_payers_are_two_lines_whatever_reference_the_bank_gives_them(reference: str | None) -> None:
    alfa = entry(details(name="SIA Alfa", iban="LV80BANK0000435195001", text="BB-2026-000001"), reference=reference)
    beta = entry(details(name="SIA Beta", iban="LV97HABA0012345678910", text="BB-2026-000002"), reference=reference)
    own = await OwnSeal.of(sealer().keys, "statements")

    def taken(*entries: str) -> dict[str, str | None]:
        [(_, lines)] = prepared(statement(*entries), own, ACCOUNT)
        assert len(lines) == len(entries)
        return {line.digest: line.line.payer_name for line in lines}

    both = taken(alfa, beta)
    assert sorted(both.values(), key=str) == ["SIA Alfa", "SIA Beta"]
    # An overlapping statement may have one of them alone, or begin with the other one: nothing in it is new.
    assert taken(beta, alfa) == both
    assert taken(beta).items() < both.items()
    assert len(taken(alfa, alfa)) == 2


async def test_the_entry_of_no_reference_is_no_mark_of_a_reversal() -> None:
    assert (await only_line(statement(entry(reference="NONREF")))).marks == ()


async def test_a_payer_is_known_by_its_registration_number_among_others() -> None:
    one = details(registration="CUST77").replace("<Othr>", "<Othr><Id>50003050931</Id></Othr><Othr>")
    assert (await only_line(statement(entry(one)))).payer == {"registration:CUST77", "registration:50003050931"}
