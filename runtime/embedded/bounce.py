"""A bounce: the report that a mail server sends back when it could not deliver a message (RFC 3464)."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

REPORTER = "mailer-daemon@sandbox.invalid"


def bounce_of(original: EmailMessage, *, sender: str, recipient: str) -> MIMEMultipart:
    """The report to `sender` that `recipient` of `original` does not exist; the same for the same message."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = f"Mail Delivery System <{REPORTER}>"
    report["To"] = sender
    report["Subject"] = "Undelivered Mail Returned to Sender"
    if original["Date"]:
        report["Date"] = str(original["Date"])
    report["Message-ID"] = _report_id(original, recipient)
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText(f"The message could not be delivered to {recipient}: there is no such mailbox.\n"))
    report.attach(_delivery_status(recipient))
    report.attach(MIMEMessage(original))
    return report


def _report_id(original: EmailMessage, recipient: str) -> str:
    about = f"{original['Message-ID']} {recipient}"
    return f"<bounce-{hashlib.sha256(about.encode()).hexdigest()[:32]}@sandbox.invalid>"


def _delivery_status(recipient: str) -> MIMEBase:
    of_message, of_recipient = Message(), Message()
    of_message["Reporting-MTA"] = "dns; sandbox.invalid"
    of_recipient["Final-Recipient"] = f"rfc822; {recipient}"
    of_recipient["Action"] = "failed"
    of_recipient["Status"] = "5.1.1"
    of_recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 there is no such mailbox"
    status = MIMEBase("message", "delivery-status")
    status.attach(of_message)
    status.attach(of_recipient)
    return status
