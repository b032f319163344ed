"""Where data may be: the EU and EEA, and the cloud regions that lie there (DPA-I.1.2, DPA-II.1.2).

A region that is not known here counts as elsewhere: adding one is a look at where it lies.
"""

from __future__ import annotations

import re
from typing import Final

from schemas.countries import EEA_COUNTRIES

AZURE_REGIONS: Final = {
    "austriaeast": "AT",
    "belgiumcentral": "BE",
    "denmarkeast": "DK",
    "francecentral": "FR",
    "francesouth": "FR",
    "germanynorth": "DE",
    "germanywestcentral": "DE",
    "italynorth": "IT",
    "northeurope": "IE",
    "norwayeast": "NO",
    "norwaywest": "NO",
    "polandcentral": "PL",
    "spaincentral": "ES",
    "swedencentral": "SE",
    "swedensouth": "SE",
    "westeurope": "NL",
}
"""Azure's regions in the EU and EEA by their programmatic names, with their countries."""

OTHER_REGIONS: Final = {
    "eu-central-1": "DE",
    "eu-north-1": "SE",
    "eu-south-1": "IT",
    "eu-south-2": "ES",
    "eu-west-1": "IE",
    "eu-west-3": "FR",
    "europe-central2": "PL",
    "europe-north1": "FI",
    "europe-north2": "SE",
    "europe-southwest1": "ES",
    "europe-west1": "BE",
    "europe-west10": "DE",
    "europe-west12": "IT",
    "europe-west3": "DE",
    "europe-west4": "NL",
    "europe-west8": "IT",
    "europe-west9": "FR",
}
"""Those of the clouds that Temporal Cloud runs on. eu-west-2 and europe-west2 are London, eu-central-2 Zürich."""

_LAYOUTS: Final = (
    re.compile(r"(?P<region>[a-z0-9-]+)\.(?:aws|gcp|azure)\.api\.temporal\.io"),
    re.compile(r"(?:.+\.)?(?P<region>[a-z]{2}(?:-[a-z]+)+-[0-9])(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?"),
    re.compile(r"(?:.+\.)?(?P<region>[a-z0-9]+)\.(?:cloudapp\.azure\.com|azmk8s\.io|azurecontainerapps\.io)"),
    re.compile(r".+\.(?P<region>[a-z0-9]+)-[0-9]{2}\.azurewebsites\.net"),
    re.compile(r".+\.(?P<region>[a-z]+-[a-z]+[0-9]+)\.run\.app"),
    re.compile(
        r".+\.(?P<region>usgovcloudapi\.net|microsoft(?:online)?\.us|microsoftonline\.cn|azure\.cn|chinacloudapi\.cn)"
    ),
)
"""Host names in which a vendor writes the region, or the domain of one of Microsoft's clouds that lie elsewhere.

Microsoft's worldwide cloud tells no place: where a tenant's data is was settled when the tenant was made.
"""


def is_in_the_eea(place: str) -> bool:
    """Whether a country's code or a cloud region's name lies in the EU or EEA; `North Europe` is `northeurope`."""
    region = place.strip().lower().replace(" ", "")
    return place.strip().upper() in EEA_COUNTRIES or region in AZURE_REGIONS or region in OTHER_REGIONS


def region_of_host(host: str) -> str | None:
    """The cloud region that a host's name tells of, None where it tells of none."""
    name = host.rstrip(".").lower()
    found = (layout.fullmatch(name) for layout in _LAYOUTS)
    return next((match["region"] for match in found if match), None)
