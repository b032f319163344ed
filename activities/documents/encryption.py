"""Documents under a passphrase: AES-256 in PDF, an open format that common programs read (IT-6, IT-41).

The passphrase is derived whenever it is needed and stored nowhere: with the contract's key destroyed, nobody here
can open again what was once sent. Salts and initialisation vectors are random, so that encrypting once more gives
other bytes; what they open to and the passphrase they open with are the same.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Mapping
from io import BytesIO
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pikepdf import AttachedFileSpec, Encryption, Name, Pdf

from activities.post.message import MOST_ATTACHED_BYTES

KEY_BYTES: Final = 32
PASSPHRASE_BYTES: Final = 15
GROUP: Final = 4

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# Without 0, 1, I and O, which are taken for one another when read from a phone.
_READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_TO_READABLE = str.maketrans(_BASE32, _READABLE)
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,149}")


class PackageTooLarge(Exception):
    """The package has more bytes than an e-mail takes."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__(
            f"the package has {size_bytes} bytes, and an e-mail takes {MOST_ATTACHED_BYTES}: "
            "hand it over on a data medium"
        )
        self.size_bytes = size_bytes


def passphrase(key: bytes, purpose: str) -> str:
    """The passphrase of the document `purpose` names, such as `ABCD-EFGH-…`: 6 groups of 4, 120 bits, by HKDF-SHA256.

    `key` is the contract's data key, 32 bytes; `purpose` the document's stable id, such as
    `audit_report/IT-2026-000123/2026-03-01`. The same two give the same passphrase, so that a document sent again
    opens with the text message sent before. The dashes belong to it. Raises ValueError for another key or no purpose.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"key: must have {KEY_BYTES} bytes")
    if not purpose:
        raise ValueError("purpose: must name the document")
    derivation = HKDF(SHA256(), length=PASSPHRASE_BYTES, salt=None, info=b"ligums/passphrase/v1/" + purpose.encode())
    letters = b32encode(derivation.derive(key)).decode().translate(_TO_READABLE)
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def encrypt_pdf(pdf: bytes, passphrase: str) -> bytes:
    """`pdf` under AES-256 (PDF 2.0, revision 6), its metadata too; any PDF reader opens it with `passphrase`.

    Raises ValueError where there is no passphrase, and pikepdf.PdfError if `pdf` is none.
    """
    with Pdf.open(BytesIO(pdf)) as document:
        return _encrypted(document, passphrase)


def encrypt_package(cover: bytes, files: Mapping[str, bytes], passphrase: str) -> bytes:
    """`files` by name, attached to the PDF `cover`, all of it encrypted as by `encrypt_pdf`, the names too.

    PDF readers list them beside the cover; `qpdf` and `pdfdetach` take them out without one. Raises PackageTooLarge,
    ValueError for a file's name that is not plain or where there is no passphrase, and pikepdf.PdfError if `cover`
    is no PDF.
    """
    if not all(_FILE_NAME.fullmatch(name) for name in files):
        raise ValueError("files: each name must be of letters, digits, dots, dashes and underscores")
    with Pdf.open(BytesIO(cover)) as document:
        for name, content in files.items():
            document.attachments[name] = AttachedFileSpec(
                document, content, filename=name, description="", mime_type="", creation_date="", mod_date=""
            )
        document.Root.PageMode = Name.UseAttachments
        package = _encrypted(document, passphrase)
    if len(package) > MOST_ATTACHED_BYTES:
        raise PackageTooLarge(len(package))
    return package


def _encrypted(document: Pdf, passphrase: str) -> bytes:
    if not passphrase:
        raise ValueError("passphrase: must not be empty")
    encrypted = BytesIO()
    # One passphrase for reader and owner: nothing is forbidden to customers in documents of their own, and an
    # owner's passphrase would be one more secret to keep.
    key = Encryption(owner=passphrase, user=passphrase, R=6, aes=True, metadata=True)
    document.save(encrypted, min_version="2.0", encryption=key)
    return encrypted.getvalue()
