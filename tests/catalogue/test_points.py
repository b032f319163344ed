"""Every point that the shared processes rest on is a clause of the service's own text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemas.points import Points
from terms.catalogue import clause
from terms.pricing import POINTS


@pytest.mark.parametrize("service", POINTS)
def test_each_point_is_a_clause_of_that_services_text(service: str) -> None:
    """How personal data goes is put in words once, in the data processing terms."""
    own = [each for each in ids(POINTS[service]) if not each.startswith("DPA-")]
    assert {clause(each).service for each in own} == {service}


def ids(points: Points) -> Iterator[str]:
    """Those of a service's text; a point that it lacks is empty."""
    for value in filter(None, points.model_dump().values()):
        yield from [value] if isinstance(value, str) else value.values() if isinstance(value, dict) else value
