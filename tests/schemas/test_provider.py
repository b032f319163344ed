"""The provider's file: the shipped one is right, and a faulty one is refused by field."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.provider import load_provider
from schemas.contract import parse_contract
from schemas.it_support import ItSupportContent
from schemas.problems import Refused
from schemas.provider import Provider, parse_provider

ROOT = Path(__file__).parents[2]
SHIPPED = (ROOT / "runtime" / "provider.yaml").read_text()


def refused_fields(text: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        parse_provider(text.encode())
    return [problem.field for problem in refused.value.problems]


def test_the_shipped_provider_is_right() -> None:
    provider = load_provider()
    assert provider.name == "SIA Baltijas Balss"
    assert Provider.model_validate_json(provider.model_dump_json()) == provider


def test_the_samples_choose_among_the_shipped_plans() -> None:
    for sample in (ROOT / "samples").glob("*.contract.yaml"):
        content = parse_contract(sample.read_bytes()).content
        if isinstance(content, ItSupportContent):
            assert content.plan in load_provider().plan_names


def test_another_file_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "provider.yaml"
    path.write_text(SHIPPED.replace("Baltijas Balss", "Ziemeļu Balss"))
    assert load_provider(path).name == "SIA Ziemeļu Balss"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="provider: cannot be read"):
        load_provider(tmp_path / "none.yaml")


def test_the_vat_rate_is_no_setting() -> None:
    assert refused_fields(SHIPPED + "vat_percent: 12\n") == ["vat_percent"]


def test_faults_are_named_together() -> None:
    text = SHIPPED.replace("40999900114", "40999900115").replace("{name: Pamata", "{name: Standarta")
    assert refused_fields(text) == ["registration_number", "vat_number", "plans[1].name"]
    assert refused_fields(SHIPPED.replace("BANKLV22", "BANK").replace("https:", "ftp:")) == [
        "bic",
        "website",
        "general_terms_url",
    ]


@pytest.mark.clause("DPA-I.1.2", "DPA-II.1.2")
def test_a_sub_processor_is_where_personal_data_may_be() -> None:
    for country in ("IS", "LI", "NO", "SK"):
        parse_provider(SHIPPED.replace("country: EE", f"country: {country}").encode())
    for country in ("CH", "GB", "UK", "US", "ee", "EU"):
        assert refused_fields(SHIPPED.replace("country: EE", f"country: {country}")) == ["sub_processors[1].country"]
