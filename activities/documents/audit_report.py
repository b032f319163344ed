"""The audit report in print: findings by severity with recommendations, and the systems they are about (IT-6)."""

from __future__ import annotations

from activities.documents.typesetting import typeset
from schemas.documents import AuditReport
from schemas.mail import ProviderCard


def audit_report_name(report: AuditReport) -> str:
    """The report's file name, which tells the contract and the day alone."""
    return f"audit-report-{report.contract}-{report.on}.pdf"


def audit_report_pdf(report: AuditReport, provider: ProviderCard) -> bytes:
    """The report as PDF in the customer's language, not yet encrypted. Raises TypesettingFailed."""
    document = report.model_dump(mode="json") | {"provider": provider.model_dump(mode="json")}
    return typeset("audit_report", document, on=report.on)
