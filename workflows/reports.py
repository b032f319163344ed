"""The audit report: to the administrator after connection, again every six months, and on request (IT-6)."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.acts import RequestAuditReport
from schemas.ledger import AuditReportMade, TextMessage
from schemas.mail import MailKind
from terms.calendar import decision_at, month_key
from terms.reports import next_report_on
from workflows.process import Process, takes
from workflows.refusal import ActRefused
from workflows.steps import Duty, Rank, Step


class AuditReports(Process):
    """Has the report made of what is held that day; it travels encrypted, its passphrase by text message."""

    def duties(self) -> Iterable[Duty]:
        if self.state.stage != "active":
            return
        last = self.state.reports.last_on
        due_at = self.state.reached if last is None else decision_at(next_report_on(last))
        yield Duty(
            at=max(due_at, self.state.reached) if last is None else due_at,
            rank=Rank.REPORT,
            key="report/first" if last is None else f"{next_report_on(last)}/report",
            what="Send the audit report",
            clauses=("IT-6",),
            perform=self.send,
        )

    def send(self, step: Step) -> None:
        self.state.reports.last_on = step.today
        step.change(AuditReportMade(on=step.today))
        step.write(MailKind.AUDIT_REPORT, self.contract.number, on=step.today)
        step.text_messages.append(TextMessage(kind="audit_report", on=step.today))
        step.tell("audit_report.sent", "IT-6", on=step.today)

    @takes(RequestAuditReport)
    def request(self, act: RequestAuditReport, step: Step) -> None:
        """Once a calendar month; the next regular one then comes six months after this one."""
        self.require_running()
        if self.state.reports.last_on is None:
            raise ActRefused("there is no audit report before the service is connected", "IT-6")
        if self.state.reports.requested_month == month_key(step.today):
            raise ActRefused("one report a calendar month on request, this month's is sent", "IT-6")
        self.state.reports.requested_month = month_key(step.today)
        self.send(step)
