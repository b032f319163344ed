"""Whether a service takes the fields that are about to be sent for it: names may have changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from activities.partners.also.errors import FieldsDiffer, ValueNotTaken
from schemas.also import AlsoField


def require_offered(service: str, given: Mapping[str, str], offered: Iterable[AlsoField]) -> None:
    """Raises FieldsDiffer for the first field that the service has not, ValueNotTaken where it takes no such value."""
    known = {field.name: field for field in offered}
    for name, value in given.items():
        field = known.get(name)
        if field is None:
            raise FieldsDiffer(service, name, "is not among its fields; the configured names are to be put right")
        if field.choices and value not in field.choices:
            raise ValueNotTaken(service, name, "takes no such value")
        if field.minimum is not None and _number(service, name, value) < field.minimum:
            raise ValueNotTaken(service, name, f"must be at least {field.minimum}")
        if field.maximum is not None and _number(service, name, value) > field.maximum:
            raise ValueNotTaken(service, name, f"must be at most {field.maximum}")


def _number(service: str, name: str, value: str) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation:
        raise ValueNotTaken(service, name, "must be a number") from None
