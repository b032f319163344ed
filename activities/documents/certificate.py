"""The erasure certificate: canonical data, its checksum, and both in print (IT-41, IT-54, DPA-II.3.2)."""

from __future__ import annotations

import hashlib
import json

from activities.documents.typesetting import typeset
from schemas.base import RIGA
from schemas.documents import ErasureCertificate
from schemas.mail import ProviderCard


def certificate_name(certificate: ErasureCertificate) -> str:
    """The file name without its ending, which is `.pdf` or `.json`."""
    return f"erasure-certificate-{certificate.number}".replace(":", "-")


def canonical_json(certificate: ErasureCertificate) -> bytes:
    """The one JSON form of a certificate (RFC 8785): sorted keys, no spaces, UTF-8, times in UTC."""
    data = certificate.model_dump(mode="json")
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def certificate_digest(certificate: ErasureCertificate) -> str:
    """SHA-256 of the canonical JSON, 64 hexadecimal digits, as the PDF states it."""
    return hashlib.sha256(canonical_json(certificate)).hexdigest()


def certificate_pdf(certificate: ErasureCertificate, provider: ProviderCard) -> bytes:
    """The certificate as PDF/A-2b in the customer's language. Raises TypesettingFailed."""
    document = {
        "contract": certificate.contract,
        "language": certificate.language,
        "provider": provider.model_dump(mode="json"),
        "certificate": certificate.model_dump(mode="json"),
        "digest": certificate_digest(certificate),
    }
    issued_on = certificate.issued_at.astimezone(RIGA).date()
    return typeset("erasure_certificate", document, on=issued_on, archival=True)
