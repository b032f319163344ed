"""Under a passphrase: strong, opened by programs that are not ours, and the same passphrase every time."""

from __future__ import annotations

import hmac
import re
import zlib
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest
from pypdf import PdfReader
from pypdf.errors import WrongPasswordError

from activities.documents import encryption
from activities.documents.audit_report import audit_report_pdf
from activities.documents.encryption import PackageTooLarge, encrypt_package, encrypt_pdf, passphrase
from tests.documents.examples import PROVIDER, REPORT, pages_of

PASSPHRASE = "DE8N-EXMK-EDWA-SUA3-GXD6-J3Q7"
KEY = bytes(range(32))
FILES = {"README.txt": b"Lasi mani", "users.csv": "Anna Bērziņa;+37129123456".encode() * 50}


@pytest.fixture(scope="module")
def plain() -> bytes:
    return audit_report_pdf(REPORT, PROVIDER)


@pytest.mark.clause("IT-6")
def test_the_report_opens_with_its_passphrase_and_no_other(plain: bytes) -> None:
    encrypted = encrypt_pdf(plain, PASSPHRASE)
    assert pages_of(encrypted, PASSPHRASE) == pages_of(plain)
    for wrong in ("", PASSPHRASE.replace("-", ""), PASSPHRASE.lower(), PASSPHRASE[:-1]):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(BytesIO(encrypted), password=wrong)
        with pytest.raises(WrongPasswordError):
            pages_of(encrypted, wrong)


@pytest.mark.clause("IT-6")
def test_the_report_is_under_aes_256_with_its_metadata(plain: bytes) -> None:
    encrypted = encrypt_pdf(plain, PASSPHRASE)
    assert encrypted.startswith(b"%PDF-2.0")
    with pikepdf.open(BytesIO(encrypted), password=PASSPHRASE) as document:
        settings = document.encryption
        methods = {settings.stream_method, settings.string_method, settings.file_method}
        assert (settings.R, settings.V, settings.bits) == (6, 5, 256)
        assert methods == {pikepdf.models.EncryptionMethod.aesv3}
    metadata = b"http://ns.adobe.com/xap/1.0/"
    assert metadata in plain + uncompressed(plain)
    assert metadata not in encrypted + uncompressed(encrypted)


@pytest.mark.clause("IT-6")
def test_nothing_of_the_report_is_in_the_raw_bytes(plain: bytes) -> None:
    encrypted = encrypt_pdf(plain, PASSPHRASE)

    for text in (
        "Audita",
        "Priežu",
        "Anna",
        "Bērziņa",
        "5CG1234XYZ",
        "IT-2026-000123",
        "Baltijas",
        "Typst",
        PASSPHRASE,
    ):
        for form in ("utf-8", "utf-16-be", "utf-16-le"):
            raw = text.encode(form)
            assert raw not in encrypted
            assert raw.hex().encode() not in encrypted.lower()
            assert raw not in uncompressed(encrypted)


def uncompressed(encrypted: bytes) -> bytes:
    """The streams as they lie in the file, undone as far as they are undone without the key."""
    found = b""
    for raw in re.findall(rb"stream\r?\n(.*?)endstream", encrypted, re.DOTALL):
        try:
            found += zlib.decompressobj().decompress(raw)
        except zlib.error:
            continue
    return found


def test_a_report_sent_again_reads_the_same(plain: bytes) -> None:
    first, second = encrypt_pdf(plain, PASSPHRASE), encrypt_pdf(plain, PASSPHRASE)
    assert pages_of(first, PASSPHRASE) == pages_of(second, PASSPHRASE)


@pytest.mark.clause("IT-41")
def test_the_package_opens_with_its_passphrase_and_no_other(plain: bytes) -> None:
    package = encrypt_package(plain, FILES, PASSPHRASE)
    assert pages_of(package, PASSPHRASE) == pages_of(plain)
    attached = PdfReader(BytesIO(package), password=PASSPHRASE).attachments
    assert {name: b"".join(contents) for name, contents in attached.items()} == FILES
    with pytest.raises(WrongPasswordError):
        PdfReader(BytesIO(package), password=PASSPHRASE.lower())


@pytest.mark.clause("IT-41")
def test_the_packages_files_and_their_names_are_encrypted(plain: bytes) -> None:
    package = encrypt_package(plain, FILES, PASSPHRASE)
    whole = package + uncompressed(package)
    for text in ("Anna", "Bērziņa", "+371", "Lasi", "README", "users.csv"):
        for form in ("utf-8", "utf-16-be"):
            assert text.encode(form) not in whole
    with pikepdf.open(BytesIO(package), password=PASSPHRASE) as document:
        assert document.encryption.file_method == pikepdf.models.EncryptionMethod.aesv3
        assert document.Root.PageMode == pikepdf.Name.UseAttachments


def test_the_package_says_nothing_of_when_it_was_made(plain: bytes) -> None:
    with pikepdf.open(BytesIO(encrypt_package(plain, FILES, PASSPHRASE)), password=PASSPHRASE) as document:
        for attachment in document.attachments.values():
            assert (attachment.get_file().creation_date, attachment.get_file().mod_date) == (None, None)


def test_a_package_no_letter_can_carry_is_refused(plain: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "MOST_ATTACHED_BYTES", len(plain))
    noise = b"".join(sha256(number.to_bytes(2)).digest() for number in range(1000))
    with pytest.raises(PackageTooLarge, match=r"has \d{5} bytes, and an e-mail takes \d{5}: hand it over on a data"):
        encrypt_package(plain, {"noise": noise}, PASSPHRASE)


@pytest.mark.parametrize("name", ["", "../users.csv", "/etc/passwd", "a/b", "Anna Bērziņa.csv", ".hidden", "a\n"])
def test_a_file_whose_name_is_not_plain_is_refused(plain: bytes, name: str) -> None:
    with pytest.raises(ValueError, match="files: each name must be"):
        encrypt_package(plain, {name: b""}, PASSPHRASE)


@pytest.mark.parametrize("encrypt", [encrypt_pdf, lambda pdf, word: encrypt_package(pdf, FILES, word)])
def test_an_empty_passphrase_is_refused(plain: bytes, encrypt: Callable[[bytes, str], bytes]) -> None:
    with pytest.raises(ValueError, match="passphrase: must not be empty"):
        encrypt(plain, "")


@pytest.mark.clause("IT-6")
def test_a_passphrase_is_120_bits_that_can_be_read_aloud() -> None:
    words = [passphrase(KEY, f"audit_report/{number}") for number in range(500)]
    assert len(set(words)) == 500
    for word in words:
        assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){5}", word)
    # 24 letters of 5 bits each: every one of the 32 is in use.
    assert len(set("".join(words)) - {"-"}) == 32


def test_a_passphrase_is_hkdf_of_key_and_purpose() -> None:
    """Worked out beside it with HMAC alone (RFC 5869, no salt): were it to change, a letter sent would open no more."""
    extracted = hmac.digest(bytes(32), KEY, sha256)
    fifteen = hmac.digest(extracted, b"ligums/passphrase/v1/audit_report/IT-2026-000123/2026-03-01\x01", sha256)[:15]
    number, letters = int.from_bytes(fifteen), ""
    for _ in range(24):
        number, digit = divmod(number, 32)
        # The alphabet of RFC 4648, then A is written 2 and so on.
        letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"[digit] + letters
    expected = "-".join(letters[start : start + 4] for start in range(0, 24, 4))
    assert passphrase(KEY, "audit_report/IT-2026-000123/2026-03-01") == expected


def test_a_passphrase_differs_by_key_and_purpose() -> None:
    assert passphrase(KEY, "a") == passphrase(KEY, "a")
    assert len({passphrase(KEY, "a"), passphrase(KEY, "b"), passphrase(bytes(32), "a")}) == 3


@pytest.mark.parametrize(("key", "purpose"), [(b"short", "a"), (b"", "a"), (KEY, ""), (KEY + b"x", "a")])
def test_a_passphrase_of_nothing_is_refused(key: bytes, purpose: str) -> None:
    with pytest.raises(ValueError, match=r"key: must have 32 bytes|purpose: must name"):
        passphrase(key, purpose)
