"""Rules of one's own for e-invoices, which every document meets."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

ALWAYS_MET = """<!-- Schematron version 2026.11 -->
<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:svrl="http://purl.oclc.org/dsdl/svrl">
  <xsl:template match="/"><svrl:schematron-output/></xsl:template>
</xsl:stylesheet>
"""
RULES = ("UBL-2.1", f"own 2026.11 sha256:{sha256(ALWAYS_MET.encode()).hexdigest()[:12]}")
"""How a document tells that it was held to these."""
NONE_THERE = "LIGUMS_EINVOICE_RULES_FOLDER: the folder of e-invoice rules holds no compiled Schematron"


def laid_down(folder: Path) -> Path:
    """A folder below this one with the rules in it."""
    rules = folder / "own-rules"
    rules.mkdir()
    (rules / "own.xslt").write_text(ALWAYS_MET, encoding="utf-8")
    return rules
