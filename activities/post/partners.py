"""Letters to the sub-processors: asked to erase, and reminded (DPA-II.3.2)."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Pool

from activities.ledger import erasures, reading
from activities.post.letters import render
from activities.post.message import OutgoingMessage, message_id
from activities.post.smtp import Refused, SmtpMailer
from schemas.erasure import EVERY_USER, USERS, PartnerOrder, PartnersAsked
from schemas.mail import Letter, MailKind, ProviderCard
from schemas.provider import SubProcessor
from terms.calendar import local_date


class PartnerPost:
    """Writes to the provider's sub-processors in the provider's language."""

    def __init__(
        self,
        *,
        pool: Pool,
        mailer: SmtpMailer,
        provider: ProviderCard,
        sub_processors: Sequence[SubProcessor],
        domain: str,
    ) -> None:
        self.pool = pool
        self.mailer = mailer
        self.provider = provider
        self.sub_processors = sub_processors
        self.domain = domain

    async def note(self, order: PartnerOrder) -> None:
        """Put on record who is to be asked before the letters leave: none is done with until all have confirmed."""
        for partner in self.sub_processors:
            await erasures.note_to_be_asked(self.pool, order.contract, order.phase, partner.name, order.at)

    async def ask(self, asked: PartnersAsked) -> int:
        """Write to those who have neither confirmed nor had this letter yet; how many are still to confirm.

        Raises MailUnavailable: who had the letter already is not written to again when this is repeated.
        """
        for partner in self.sub_processors:
            known = await erasures.times_asked(self.pool, asked.contract, asked.phase, partner.name)
            times = asked.number + 1
            if known is not None and (known["confirmed_at"] is not None or known["times_asked"] >= times):
                continue
            service = await reading.service_of(self.pool, asked.contract)
            sent = await self.mailer.send(self._message(partner, asked, service))
            code = sent.code if isinstance(sent, Refused) else None
            await erasures.note_asked(self.pool, asked.contract, asked.phase, partner.name, asked.at, times, code)
        return await erasures.unconfirmed(self.pool, asked.contract, asked.phase)

    def _message(self, partner: SubProcessor, asked: PartnersAsked, service: str) -> OutgoingMessage:
        facts = {
            "contract": asked.contract,
            "partner": partner.name,
            "asked_on": local_date(asked.at).isoformat(),
            "user": _users(asked),
            "reminder": asked.number or None,
        }
        letter = Letter(kind=MailKind.PARTNER_ERASURE, role="sub_processor", facts=facts)
        key = f"{asked.contract}/{asked.phase}/{partner.name}/{asked.number}"
        return OutgoingMessage(
            recipient=partner.email,
            message_id=message_id(key, self.domain),
            date=asked.at,
            content=render(letter, service=service, language="lv", provider=self.provider),
        )


def _users(asked: PartnersAsked) -> str | None:
    """The ids of the users that it is about; None where it is about all there is."""
    users = [subject.removeprefix(USERS) for subject in asked.subjects or () if subject != EVERY_USER]
    return ", ".join(users) or None
