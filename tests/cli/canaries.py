"""Unmistakable personal data, and the search for it in the raw bytes of a folder, however it is written."""

from __future__ import annotations

import base64
import json
import quopri
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

ZLIB_STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b\x08")
MOST_INFLATED_BYTES = 1_000_000


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


def files(folder: Path, *, but: Iterable[Path]) -> Iterator[Path]:
    """Every file under `folder`, but those under some of its folders."""
    left_out = tuple(but)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not any(path.is_relative_to(each) for each in left_out):
            yield path


def seen(folder: Path, canaries: Iterable[str], *, but: Iterable[Path] = ()) -> list[str]:
    """Where a canary is found: file, canary and form, each once. File names are looked at too."""
    wanted = [(canary, form) for canary in canaries for form in forms(canary)]
    found = []
    for path in files(folder, but=but):
        name = str(path.relative_to(folder)).encode()
        for content in (path.read_bytes(), name):
            for part in (content, *_inflated(content)):
                hits = [(canary, form) for canary, form in wanted if form in part]
                found += [f"{path.relative_to(folder)}: {canary!r} as {form!r}" for canary, form in hits]
    return sorted(set(found))


def _inflated(content: bytes) -> Iterator[bytes]:
    """What unpacks from any place that begins like zlib or gzip."""
    for start in ZLIB_STARTS:
        at = content.find(start)
        while at >= 0:
            unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
            try:
                clear = unpack.decompress(content[at : at + MOST_INFLATED_BYTES], MOST_INFLATED_BYTES)
            except zlib.error:
                clear = b""
            if clear:
                yield clear
            at = content.find(start, at + 1)
