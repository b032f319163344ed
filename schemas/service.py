"""What the content of every service has in common, whatever it is that is sold."""

from __future__ import annotations

from typing import Any, ClassVar

from schemas.base import Frozen


class ServiceContent(Frozen):
    """The content of a service; each service has its own, with its prices."""

    announceable: ClassVar[frozenset[str]] = frozenset()
    """The fields that the provider may change by announcing it (IT-26)."""

    needs_consents: ClassVar[bool] = True
    """Whether the customer signs the four essential consents for it (IT-P1.consents)."""

    distributed: ClassVar[bool] = False
    """Whether what is sold comes from a distributor (M365-3)."""

    def headline(self) -> dict[str, Any]:
        """The facts that a Confirmation and the answer to a change state."""
        raise NotImplementedError(f"{type(self).__name__} must say what its letters state")

    def in_a_line(self) -> str:
        """The same in so many words as a list of contracts has room for."""
        return ", ".join(f"{name} {value}" for name, value in self.headline().items())


class PeriodicContent(ServiceContent):
    """The content of a service that is subscribed to as a whole, for a period that renews."""

    period_months: int | None
    """The subscription period in months; None is open-ended (IT-P2.plan)."""
