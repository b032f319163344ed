"""Unmistakable personal data, and the search for it in the raw bytes of a folder, however it is written.

PostgreSQL compresses what is long by pglz or LZ4. Both leave what comes for the first time as it is: LZ4 in one run,
pglz in groups of eight bytes, each behind a byte of flags. So any eight bytes of a canary in a row are a find.
Sources: PostgreSQL, src/common/pg_lzcompress.c; the LZ4 block format; RFC 1950, 1952 and 8878 for the rest.
"""

from __future__ import annotations

import base64
import hashlib
import json
import quopri
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import zstandard

ZLIB_STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b\x08")
ZSTANDARD_START = b"\x28\xb5\x2f\xfd"
MOST_INFLATED_BYTES = 1_000_000
WINDOW_BYTES = 8
WHOLE_GROUP_BYTES = 2 * WINDOW_BYTES - 1
"""Any run of so many bytes holds a whole group of eight, wherever the groups begin."""

PIECE_BYTES = 65_536

_CLEAN: set[tuple[tuple[str, ...], bytes]] = set()
"""Contents and pieces that held none of these canaries, by their digests: most of a database stays as it is."""


def forms(canary: str) -> set[bytes]:
    """The bytes by which a text would be found: as it is, in other encodings, escaped, in base64 at any offset."""
    written = {canary.encode(), canary.encode("utf-16-le"), canary.encode("utf-16-be")}
    escaped = json.dumps(canary)[1:-1]
    found = {*written, escaped.encode(), quote(canary).encode(), quopri.encodestring(canary.encode())}
    for clear in written:
        for padding in range(3):
            coded = base64.b64encode(b"\0" * padding + clear)
            # The characters at either end also hold bits of what stands beside it.
            inner = coded[-(-padding * 8 // 6) : len(coded) - 4 if len(coded) % 4 == 0 else len(coded)]
            found |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    found.add(canary.encode().hex().encode())
    return {form for form in found if len(form) >= 8}


def windows(canary: str) -> set[bytes]:
    """Every eight bytes of a canary that stand together."""
    clear = canary.encode()
    return {clear[at : at + WINDOW_BYTES] for at in range(len(clear) - WINDOW_BYTES + 1)}


def parted(canary: str) -> Iterator[tuple[bytes, bytes]]:
    """The two parts of a short canary that the flags between two groups may stand between, wherever these begin."""
    clear = canary.encode()
    if len(clear) < WHOLE_GROUP_BYTES:
        for at in range(1, len(clear)):
            yield clear[:at], clear[at:]


def files(folder: Path, *, but: Iterable[Path]) -> Iterator[Path]:
    """Every file under `folder`, but those under some of its folders."""
    left_out = tuple(but)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not any(path.is_relative_to(each) for each in left_out):
            yield path


@dataclass(frozen=True)
class _Wanted:
    """All that is looked for; `starts` are the first eight bytes of each form, as numbers."""

    canaries: tuple[str, ...]
    forms: tuple[tuple[str, bytes], ...]
    starts: frozenset[int]
    longest_bytes: int

    @classmethod
    def of(cls, canaries: Iterable[str]) -> _Wanted:
        all_of_them = tuple(canaries)
        found = tuple((canary, form) for canary in all_of_them for form in forms(canary) | windows(canary))
        starts = frozenset(int.from_bytes(form[:WINDOW_BYTES], sys.byteorder) for _, form in found)
        return cls(all_of_them, found, starts, max(len(form) for _, form in found))

    def may_be_in(self, piece: bytes) -> bool:
        """One look for all that begins alike, and mostly the last: whether any eight bytes in a row begin a form."""
        for at in range(min(WINDOW_BYTES, len(piece))):
            end = len(piece) - (len(piece) - at) % WINDOW_BYTES
            if not self.starts.isdisjoint(memoryview(piece)[at:end].cast("Q")):
                return True
        return False


def seen(folder: Path, canaries: Iterable[str], *, but: Iterable[Path] = ()) -> list[str]:
    """Where a canary is found: file, canary and form, each once. File names are looked at too."""
    wanted = _Wanted.of(canaries)
    found = []
    for path in files(folder, but=but):
        name = str(path.relative_to(folder))
        # Write-ahead logs are made in full, with zeros; one stays, as UTF-16 may end with it.
        for content in (path.read_bytes().rstrip(b"\0") + b"\0", name.encode()):
            searched = (wanted.canaries, hashlib.sha256(content).digest())
            if searched in _CLEAN:
                continue
            hits = [f"{name}: {canary!r} as {form!r}" for canary, form in _hits(content, wanted)]
            found += hits
            if not hits:
                _CLEAN.add(searched)
    return sorted(set(found))


def _hits(content: bytes, wanted: _Wanted) -> Iterator[tuple[str, bytes]]:
    for part in (content, *_inflated(content), *_expanded(content)):
        for piece in _pieces(part, beyond=wanted.longest_bytes):
            searched = (wanted.canaries, hashlib.sha256(piece).digest())
            if searched in _CLEAN:
                continue
            hits = [(canary, form) for canary, form in wanted.forms if form in piece] if wanted.may_be_in(piece) else []
            hits += [(canary, b"in two groups") for canary in wanted.canaries if _in_two_groups(canary, piece)]
            yield from hits
            if not hits:
                _CLEAN.add(searched)


def _pieces(content: bytes, *, beyond: int) -> Iterator[bytes]:
    """All of a content in a row, each piece with what stands `beyond` it: what begins in a piece is in it whole."""
    for at in range(0, len(content), PIECE_BYTES):
        yield content[at : at + PIECE_BYTES + beyond]


def _inflated(content: bytes) -> Iterator[bytes]:
    """What unpacks from any place that begins like zlib or gzip."""
    whole = memoryview(content)
    for start in ZLIB_STARTS:
        at = content.find(start)
        while at >= 0:
            unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
            try:
                clear = unpack.decompress(whole[at : at + MOST_INFLATED_BYTES], MOST_INFLATED_BYTES)
            except zlib.error:
                clear = b""
            if clear:
                yield clear
            at = content.find(start, at + 1)


def _expanded(content: bytes) -> Iterator[bytes]:
    """What unpacks from any place that begins like a Zstandard frame."""
    at = content.find(ZSTANDARD_START)
    while at >= 0:
        unpack = zstandard.ZstdDecompressor().decompressobj()
        try:
            clear = unpack.decompress(content[at : at + MOST_INFLATED_BYTES])
        except zstandard.ZstdError:
            clear = b""
        if clear:
            yield clear
        at = content.find(ZSTANDARD_START, at + 1)


def _in_two_groups(canary: str, content: bytes) -> bool:
    """Whether a short canary stands there with one byte in between."""
    return any(_stand_apart(before, after, content) for before, after in parted(canary))


def _stand_apart(before: bytes, after: bytes, content: bytes) -> bool:
    longer = max(before, after, key=len)
    at = content.find(longer)
    while at >= 0:
        if longer is before and content.startswith(after, at + len(before) + 1):
            return True
        if longer is after and at > len(before) and content.startswith(before, at - len(before) - 1):
            return True
        at = content.find(longer, at + 1)
    return False
