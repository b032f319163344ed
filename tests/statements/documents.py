"""Statements as banks send them, written out; what a test changes is what it names."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

ACCOUNT = "LV46BANK0099000000001"
VERSION_02 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
VERSION_08 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def statement(
    *entries: str,
    namespace: str = VERSION_02,
    id: str = "2026-04-15-1",
    to: str = "2026-04-15",
    account: str = ACCOUNT,
    head: str = "",
    opening: str = "100.00",
    closing: str | None = None,
    more: str = "",
) -> bytes:
    """A file with one statement that ends on the day `to`, with what its entries come to unless said otherwise."""
    end = Decimal(opening) + sum(map(_signed, entries)) if closing is None else Decimal(closing)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
{head}<Document xmlns="{namespace}">
  <BkToCstmrStmt>
    <GrpHdr><MsgId>M-1</MsgId><CreDtTm>{to}T23:10:00</CreDtTm></GrpHdr>
    <Stmt>
      <Id>{id}</Id>
      <CreDtTm>{to}T23:10:00+03:00</CreDtTm>
      <FrToDt><FrDtTm>{to}T00:00:00</FrDtTm><ToDtTm>{to}T23:00:00</ToDtTm></FrToDt>
      <Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>
      <Bal>
        <Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{opening}</Amt>
        <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-04-01</Dt></Dt>
      </Bal>
      <Bal>
        <Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{abs(end)}</Amt>
        <CdtDbtInd>{"DBIT" if end < 0 else "CRDT"}</CdtDbtInd><Dt><Dt>{to}</Dt></Dt>
      </Bal>
      {more}{"".join(entries)}
    </Stmt>
  </BkToCstmrStmt>
</Document>
""".encode()


def _signed(written: str) -> Decimal:
    """What a booked entry in EUR adds to the account."""
    found = re.search(r'<Amt Ccy="EUR">([0-9]+\.[0-9]{2})</Amt><CdtDbtInd>(CRDT|DBIT)<', written)
    if found is None or "BOOK" not in written:
        return Decimal(0)
    return Decimal(found[1]) * (1 if found[2] == "CRDT" else -1)


def entry(*details: str, namespace: str = VERSION_02, **changed: Any) -> str:
    """An entry of the bank: 44.44 EUR in on 15 April 2026, under the bank's reference REF-1."""
    given = {
        "amount": "44.44",
        "currency": "EUR",
        "direction": "CRDT",
        "status": "BOOK",
        "booked": "2026-04-15",
        "value": "2026-04-15",
        "reference": "REF-1",
        "reversal": None,
    } | changed
    status = given["status"]
    status = f"<Sts><Cd>{status}</Cd></Sts>" if namespace == VERSION_08 else f"<Sts>{status}</Sts>"
    reversal = "" if given["reversal"] is None else f"<RvslInd>{given['reversal']}</RvslInd>"
    reference = "" if given["reference"] is None else f"<AcctSvcrRef>{given['reference']}</AcctSvcrRef>"
    held = "".join(f"<TxDtls>{each}</TxDtls>" for each in details)
    return f"""
      <Ntry>
        <Amt Ccy="{given["currency"]}">{given["amount"]}</Amt><CdtDbtInd>{given["direction"]}</CdtDbtInd>{reversal}
        {status}
        <BookgDt><Dt>{given["booked"]}</Dt></BookgDt><ValDt><Dt>{given["value"]}</Dt></ValDt>
        {reference}
        <BkTxCd><Prtry><Cd>PMNT</Cd></Prtry></BkTxCd>
        {f"<NtryDtls>{held}</NtryDtls>" if held else ""}
      </Ntry>"""


def details(*, namespace: str = VERSION_02, **given: Any) -> str:
    """One payment of an entry: what is not given is left out."""
    parts = []
    references = "".join(
        f"<{tag}>{given[name]}</{tag}>"
        for name, tag in (("reference", "AcctSvcrRef"), ("end_to_end", "EndToEndId"), ("transaction", "TxId"))
        if name in given
    )
    if references:
        parts.append(f"<Refs>{references}</Refs>")
    if "amount" in given:
        amount = f'<Amt Ccy="{given.get("currency", "EUR")}">{given["amount"]}</Amt>'
        direction = f"<CdtDbtInd>{given.get('direction', 'CRDT')}</CdtDbtInd>"
        parts.append(
            f"{amount}{direction}" if namespace == VERSION_08 else f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>"
        )
    parts.append(_parties(namespace, **given))
    remittance = f"<Ustrd>{given['text']}</Ustrd>" if "text" in given else ""
    if "creditor_reference" in given:
        remittance += f"<Strd><CdtrRefInf><Ref>{given['creditor_reference']}</Ref></CdtrRefInf></Strd>"
    if "document" in given:
        remittance += f"<Strd><RfrdDocInf><Nb>{given['document']}</Nb></RfrdDocInf></Strd>"
    parts.append(f"<RmtInf>{remittance}</RmtInf>" if remittance else "")
    return "".join(parts)


def _parties(namespace: str, **given: Any) -> str:
    who = f"<Nm>{given['name']}</Nm>" if "name" in given else ""
    if "registration" in given:
        who += f"<Id><OrgId><Othr><Id>{given['registration']}</Id></Othr></OrgId></Id>"
    if namespace == VERSION_08 and who:
        who = f"<Pty>{who}</Pty>"
    account = f"<DbtrAcct><Id><IBAN>{given['iban']}</IBAN></Id></DbtrAcct>" if "iban" in given else ""
    return f"<RltdPties><Dbtr>{who}</Dbtr>{account}</RltdPties>" if who or account else ""
