"""A refusal in ALSO's form: HTTP 500 and XML, whatever the caller accepts."""

from __future__ import annotations

from xml.sax.saxutils import escape


class Refusal(Exception):
    """`code` is Sender or Receiver."""

    def __init__(self, message: str, *, session_expired: bool = False, code: str = "Sender") -> None:
        super().__init__(message)
        self.message, self.session_expired, self.code = message, session_expired, code


def fault_xml(refusal: Refusal, issue: int) -> str:
    expired = "true" if refusal.session_expired else "false"
    message = escape(refusal.message)
    return (
        '<Fault xmlns="http://schemas.microsoft.com/ws/2005/05/envelope/none">'
        f"<Code><Value>{refusal.code}</Value></Code>"
        f'<Reason><Text xml:lang="en-US">{message}</Text></Reason>'
        '<Detail><ServiceException xmlns="http://schemas.datacontract.org/2004/07/Nervogrid.Platform.API">'
        f"<IsSessionExpired>{expired}</IsSessionExpired><IssueToken>{issue}</IssueToken><Message>{message}</Message>"
        "</ServiceException></Detail></Fault>"
    )
