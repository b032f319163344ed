"""Text messages in words: short, with a number to call, and no personal data."""

from __future__ import annotations

from schemas.mail import ProviderCard

_TEXTS = {
    (
        "service_suspended",
        "lv",
    ): "Atbalsts līgumam {contract} ir apturēts. Skatiet e-pastu vai zvaniet {phone}. {name}",
    (
        "service_suspended",
        "en",
    ): "Support under contract {contract} is suspended. See your e-mail or call {phone}. {name}",
    ("service_resumed", "lv"): "Atbalsts līgumam {contract} ir atjaunots. {name}",
    ("service_resumed", "en"): "Support under contract {contract} has resumed. {name}",
}


def short_text(kind: str, language: str, provider: ProviderCard, contract: str) -> str:
    """The text of a message of this kind; KeyError for a kind that has none."""
    text = _TEXTS[kind, language]
    return text.format(contract=contract, phone=provider.customer_phone, name=provider.name)
