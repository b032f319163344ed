"""Certificates for the hosts that the sandbox plays, from an authority made for one run."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

LOOPBACK = IPv4Address("127.0.0.1")
Signed = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


@dataclass(frozen=True)
class Trust:
    """What the server shows, what a client needs to believe it, and the authority's certificate for other programs."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    authority: bytes


@cache
def trust(*hosts: str) -> Trust:
    """For these hosts, and for 127.0.0.1."""
    authority = _certificate("Sandbox authority", None, [])
    shown = _certificate(hosts[0], authority, list(hosts))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as name:
        pem = Path(name) / "server.pem"
        key = shown[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem.write_bytes(key + shown[0].public_bytes(Encoding.PEM))
        server.load_cert_chain(pem)
    pem_text = authority[0].public_bytes(Encoding.PEM)
    return Trust(server, ssl.create_default_context(cadata=pem_text.decode("ascii")), pem_text)


def _certificate(name: str, issuer: Signed | None, hosts: list[str]) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts] + [x509.IPAddress(LOOPBACK)])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key
