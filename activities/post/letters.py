"""Letters in words: a template a kind and language, a service's own first, laid out as plain text and as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pydantic import TypeAdapter

from schemas.base import Euro, Frozen
from schemas.mail import Letter, ProviderCard, optional_facts
from terms.invoice_document import payment_reference
from terms.pricing import POINTS

Language = Literal["lv", "en"]
Output = Literal["txt", "html"]

LOCALES: dict[Language, str] = {"lv": "lv", "en": "en_GB"}
RIGA = ZoneInfo("Europe/Riga")
EURO: TypeAdapter[Decimal] = TypeAdapter(Euro)
PRICES = frozenset({"price_per_user", "onsite_hourly_rate", "setup_fee"})
TERMS_PARTS = {"it_support": "III", "microsoft365": "II"}
"""The part of the contract that holds the terms, by whose points letters cite them."""
MICROSOFT_PORTAL = "https://portal.office.com"
CUSTOMER_AGREEMENT = "https://www.microsoft.com/licensing/docs/customeragreement"
"""Where the contract says that the portal and the agreement are (definitions of part II)."""
WRITTEN_KEPT = 512
"""Days and amounts kept as written: a letter says each as text and as HTML, a plan's prices are everybody's."""

BLANK_LINES = re.compile(r"\n\s*\n")


class Rendered(Frozen):
    """A letter in words, the same in `text` and `html`; `subject` is one line and holds no personal data."""

    subject: str
    text: str
    html: str


def render(letter: Letter, *, service: str, language: Language, provider: ProviderCard) -> Rendered:
    """`letter` of a contract for `service` in `language`, signed by `provider`.

    A service says in its own words what its text says differently; the rest is said alike under its own clauses.
    Raises ValueError or jinja2.UndefinedError if a fact is not of the form its kind asks for, and
    jinja2.TemplatesNotFound for a kind that the service does not have.
    """
    facts: dict[str, Any] = dict.fromkeys(optional_facts(letter.kind)) | _one_line(letter.facts)
    facts |= {"provider": provider, "language": language}
    facts |= {"service": service, "points": POINTS[service], "terms_part": TERMS_PARTS[service]}
    names = (f"{language}/{service}/{letter.kind}.j2", f"{language}/{letter.kind}.j2")
    plain = _environment("txt", language).select_template(names)
    html = _environment("html", language).select_template(names)
    subject = "".join(plain.blocks["subject"](plain.new_context(facts)))
    return Rendered(
        subject=" ".join(subject.split()),
        text=plain.render(facts),
        html=html.render(facts, subject=" ".join(subject.split())),
    )


@cache
def _environment(output: Output, language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("activities.post"),
        extensions=["jinja2.ext.do"],
        undefined=StrictUndefined,
        autoescape=output == "html",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters |= _filters(LOCALES[language])
    environment.filters["paragraphs"] = html_paragraphs if output == "html" else text_paragraphs
    environment.globals |= {
        "layout": f"layout.{output}.j2",
        "portal": MICROSOFT_PORTAL,
        "agreement": CUSTOMER_AGREEMENT,
    }
    shapes = environment.get_template(f"shapes.{output}.j2").module
    environment.globals |= {name: getattr(shapes, name) for name in ("pairs", "bullets", "table")}
    return environment


def _filters(locale: str) -> dict[str, Callable[..., str | None]]:
    """How facts are written in `locale`; a fact that is absent (None) stays absent."""

    @lru_cache(maxsize=WRITTEN_KEPT)
    def day(value: str | None) -> str | None:
        return None if value is None else format_date(_local_day(value), "long", locale)

    def moment(value: str) -> str:
        local = _local(datetime.fromisoformat(value))
        return f"{format_date(local, 'long', locale)}, {format_time(local, 'HH:mm', locale=locale)}"

    @lru_cache(maxsize=WRITTEN_KEPT)
    def money(value: str) -> str:
        return format_currency(EURO.validate_python(value), "EUR", locale=locale)

    @lru_cache(maxsize=WRITTEN_KEPT)
    def number(value: str | int) -> str:
        return format_decimal(Decimal(value), locale=locale)

    def content(value: Any, field: str, open_ended: str) -> str:
        if value is None:
            return open_ended
        if field in PRICES:
            return money(value)
        return ", ".join(value) if isinstance(value, list) else str(value)

    return {
        "day": day,
        "moment": moment,
        "money": money,
        "country": lambda code: Locale.parse(locale).territories[code],
        "number": number,
        "content": content,
        "clause": _clause_number,
        "payment_reference": payment_reference,
    }


def _one_line(value: Any) -> Any:
    """`value` with each text in it on one line, so that a fact never makes lines of its own in a letter."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return [_one_line(item) for item in value]
    if isinstance(value, dict):
        return {key: _one_line(item) for key, item in value.items()}
    return value


def _local_day(value: str) -> date:
    return _local(datetime.fromisoformat(value)).date() if "T" in value else date.fromisoformat(value)


def _local(moment: datetime) -> datetime:
    # A time without an offset is Riga time already, as in acts and scenarios.
    return moment.astimezone(RIGA) if moment.tzinfo else moment


def _clause_number(clause: str) -> str:
    """`48.3` of `M365-48.3`: how the contract itself cites it."""
    return clause.rpartition("-")[2]


def text_paragraphs(text: str) -> str:
    """Paragraphs one blank line apart; line breaks inside them stay."""
    return "\n\n".join(_paragraphs(text)) + "\n"


def html_paragraphs(text: Markup) -> Markup:
    """Paragraphs as <p>, shapes that are HTML already as they are. `text` is escaped already."""
    blocks = (
        block if block.startswith(("<table", "<ul")) else f"<p>{block.replace(chr(10), '<br>')}</p>"
        for block in _paragraphs(str(text))
    )
    # Only the fixed tags above are added to text that the templates' autoescape has made safe.
    return Markup("\n".join(blocks))


def _paragraphs(text: str) -> list[str]:
    return [block.strip() for block in BLANK_LINES.split(text) if block.strip()]
