"""Where data may be: in the EU and EEA, by a country's code or the name that a cloud gives its region."""

from __future__ import annotations

import pytest

from schemas.countries import EEA_COUNTRIES, EU_COUNTRIES
from terms.addresses import is_secure
from terms.regions import AZURE_REGIONS, OTHER_REGIONS, is_in_the_eea, region_of_host

pytestmark = pytest.mark.clause("DPA-I.1.2")


def test_the_union_has_27_countries_and_the_area_30() -> None:
    assert (len(EU_COUNTRIES), len(EEA_COUNTRIES)) == (27, 30)
    assert set(AZURE_REGIONS.values()) | set(OTHER_REGIONS.values()) <= EEA_COUNTRIES


@pytest.mark.parametrize(
    "place", ["LV", "lv", " NO ", "IS", "northeurope", "North Europe", "WestEurope", "swedencentral", "eu-north-1"]
)
def test_places_inside(place: str) -> None:
    assert is_in_the_eea(place)


@pytest.mark.parametrize(
    "place",
    [
        *("", "US", "GB", "UK", "CH", "EU", "Europe", "Latvija", "northeurope2", "norway east asia"),
        *("uksouth", "switzerlandnorth", "eastus", "eu-west-2", "eu-central-2", "europe-west2", "europe-west6"),
    ],
)
def test_places_elsewhere_or_unknown(place: str) -> None:
    assert not is_in_the_eea(place)


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("eu-north-1.aws.api.temporal.io", "eu-north-1"),
        ("us-east-1.aws.api.temporal.io", "us-east-1"),
        ("europe-west3.gcp.api.temporal.io", "europe-west3"),
        ("EASTUS.azure.api.temporal.io.", "eastus"),
        ("ligums.a1b2c.tmprl.cloud", None),
        ("db1.cluster-x1.us-west-2.rds.amazonaws.com", "us-west-2"),
        ("email-smtp.eu-west-1.amazonaws.com", "eu-west-1"),
        ("queue.us-gov-east-1.amazonaws.com", "us-gov-east-1"),
        ("ligums.westeurope.cloudapp.azure.com", "westeurope"),
        ("cluster-1.hcp.uksouth.azmk8s.io", "uksouth"),
        ("db1.x1.rds.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("ligums.kindhill-1a2b3c.eastus.azurecontainerapps.io", "eastus"),
        ("ligums-a1b2.eastus2-01.azurewebsites.net", "eastus2"),
        ("ligums-123456.us-central1.run.app", "us-central1"),
        ("ligums.azurewebsites.net", None),
        ("ligums-a1b2-uc.a.run.app", None),
        ("ligums.vault.usgovcloudapi.net", "usgovcloudapi.net"),
        ("ligums.vault.azure.cn", "azure.cn"),
        ("login.microsoftonline.us", "microsoftonline.us"),
        ("graph.microsoft.us", "microsoft.us"),
        ("dod-graph.microsoft.us", "microsoft.us"),
        ("login.partner.microsoftonline.cn", "microsoftonline.cn"),
        ("microsoftgraph.chinacloudapi.cn", "chinacloudapi.cn"),
        ("graph.microsoft.com", None),
        ("ligums.vault.azure.net", None),
        ("login.microsoftonline.com", None),
        ("ligums.postgres.database.azure.com", None),
        ("smtp.example.lv", None),
        ("us-east-1.example.lv", None),
        ("127.0.0.1", None),
        ("", None),
    ],
)
def test_a_host_may_tell_its_region(host: str, region: str | None) -> None:
    assert region_of_host(host) == region


@pytest.mark.parametrize(
    ("address", "secure"),
    [
        ("https://login.example.lv/realms/ligums", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080/realms/x", True),
        ("http://[::1]:8080", True),
        ("http://login.example.lv", False),
        ("http://127.0.0.1.example.lv", False),
        ("http://127.0.0.1@example.lv", False),
        ("https://user@example.lv", False),
        ("https://example.lv/\n", False),
        ("ftp://127.0.0.1", False),
        ("https://", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_identities_travel_sealed_or_not_at_all(address: str, secure: bool) -> None:
    assert is_secure(address) is secure
