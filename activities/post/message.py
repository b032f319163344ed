"""An e-mail as it goes out: the same letter has the same bytes, however often it is sent."""

from __future__ import annotations

import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from email_validator import validate_email
from pydantic import AwareDatetime, ConfigDict, EmailStr, Field

from activities.post.letters import Rendered
from schemas.base import Frozen


class OutgoingMessage(Frozen):
    """A rendered letter with its address; `date` comes from the business clock."""

    # An address that fails validation must not be repeated in the error.
    model_config = ConfigDict(hide_input_in_errors=True)

    recipient: EmailStr
    message_id: str = Field(pattern=r"^<[^<>@\s]+@[^<>@\s]+>$")
    date: AwareDatetime
    content: Rendered


def message_id(key: str, domain: str) -> str:
    """The Message-ID for a business key such as `contract/period/action`: stable, and telling nothing."""
    return f"<{_digest(key)}@{domain}>"


def wire_address(address: str) -> str:
    """`address` with its domain in the DNS form; the part before the @ stays as it is, also outside ASCII."""
    checked = validate_email(address, check_deliverability=False)
    return f"{checked.local_part}@{checked.ascii_domain}"


def compose(message: OutgoingMessage, *, sender: str, sender_name: str) -> EmailMessage:
    """The MIME form: text with an HTML alternative, both UTF-8 in lines any server takes."""
    mail = EmailMessage()
    mail["From"] = _header_address(sender, display_name=sender_name)
    mail["To"] = _header_address(message.recipient)
    mail["Subject"] = message.content.subject
    mail["Date"] = format_datetime(message.date)
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.content.text, cte="quoted-printable")
    mail.add_alternative(message.content.html, subtype="html", cte="quoted-printable")
    # "=_" cannot occur in quoted-printable text, so this boundary is safe without being random.
    mail.set_boundary(f"=_{_digest(message.message_id)}")
    return mail


def _header_address(address: str, display_name: str = "") -> Address:
    username, _, domain = wire_address(address).rpartition("@")
    return Address(display_name=display_name, username=username, domain=domain)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
