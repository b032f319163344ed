"""What tests of letters share: who writes, a letter of facts, the words a reader sees."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, get_args

from activities.post.letters import Language, Rendered
from schemas.mail import Letter, MailKind, ProviderCard
from schemas.provider import DataProtectionOfficer, SubProcessor

PROVIDER = ProviderCard(
    name='SIA "Sniedzējs"',
    registration_number="50003050931",
    vat_number="LV50003050931",
    address="Ropažu iela 6, Rīga, LV-1039",
    iban="LV80BANK0000435195001",
    bic="BANKLV22",
    bank="AS Banka",
    customer_email="bizness@example.lv",
    customer_phone="67773700",
    support_email="atbalsts@example.lv",
    support_phone="80708070",
    website="https://bizness.example.lv",
    general_terms_url="https://example.lv/noteikumi",
    data_protection_officer=DataProtectionOfficer(email="dpo@example.lv", phone="+37167000300"),
    sub_processors=(SubProcessor(name="SIA Tīkla Meistari", email="dati@example.lv", country="LV"),),
)
LANGUAGES = get_args(Language)
CONTRACT = {"contract": "IT-2026-000123"}


def letter(kind: MailKind, **facts: Any) -> Letter:
    return Letter(kind=kind, role="administrator", facts=CONTRACT | facts)


def has_no_gaps(mail: Rendered) -> None:
    """The facts that a kind requires are enough for it."""
    assert "None" not in mail.text + mail.html


def says_the_same(mail: Rendered, *, with_table: bool) -> None:
    """The HTML is well-formed and says what the text says; the heads of a table stand by each row in plain text."""
    html = Words(mail.html)
    assert html.open == []
    if not with_table:
        words = [word.rstrip(":") for word in mail.text.split() if word != "-"]
        assert [word.rstrip(":") for word in html.words] == words


def names_nobody(subject: str) -> None:
    """What was marked with a person's name in the facts, as what a person typed may hold one, is not in the subject."""
    assert "Anna" not in subject
    assert "@" not in subject
    assert "\n" not in subject
    assert len(subject) < 120


class Words(HTMLParser):
    """The words a reader of the HTML sees, and the tags left open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html.partition("<body>")[2].partition("</body>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data.split()
