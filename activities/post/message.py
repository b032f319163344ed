"""An e-mail as it goes out: the same letter has the same bytes, however often it is sent."""

from __future__ import annotations

import hashlib
from email.charset import QP, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

from email_validator import validate_email
from pydantic import AwareDatetime, ConfigDict, EmailStr, Field

from activities.post.letters import Rendered
from schemas.base import Frozen

QUOTED_PRINTABLE = Charset("utf-8")
QUOTED_PRINTABLE.body_encoding = QP


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


def compose(message: OutgoingMessage, *, sender: str, sender_name: str, recipient: str) -> MIMEMultipart:
    """The MIME form: text with an HTML alternative, both UTF-8 in lines any server takes.

    `sender` and `recipient` are in wire form. Built from the standard library's plain MIME classes: the newer
    ones parse every header again as it is set, which made up most of the time that a letter takes.
    """
    # "=_" cannot occur in quoted-printable text, so this boundary is safe without being random.
    mail = MIMEMultipart("alternative", boundary=f"=_{_digest(message.message_id)}")
    mail["From"] = formataddr((sender_name, sender))
    mail["To"] = recipient
    mail["Subject"] = Header(message.content.subject, "utf-8").encode()
    mail["Date"] = format_datetime(message.date)
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.attach(MIMEText(message.content.text, "plain", QUOTED_PRINTABLE))  # type: ignore[arg-type]
    mail.attach(MIMEText(message.content.html, "html", QUOTED_PRINTABLE))  # type: ignore[arg-type]
    return mail


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
