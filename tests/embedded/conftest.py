"""Clusters are made here as the product makes them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clusters import made_anew


@pytest.fixture(autouse=True)
def clusters_of_their_own() -> Iterator[None]:
    with made_anew():
        yield
