"""What can go wrong with keys and sealed values; none of these says a word of what was sealed."""

from __future__ import annotations


class SealingError(Exception):
    """Anything that keeps a value from being sealed or opened."""


class KeyDestroyed(SealingError):
    """The key was destroyed, and with it everything sealed under it; that is final."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"key {key_id} is destroyed; what was sealed under it is erased")
        self.key_id = key_id


class KeyFault(SealingError):
    """A key that a person has to put back; what was sealed under it is whole, and opens again once it is there."""

    def __init__(self, key_id: str, told: str) -> None:
        # Not the next class in line: of a wrapped key that would say it as of a sealed value.
        Exception.__init__(self, told)
        self.key_id = key_id


class KeyMissing(KeyFault):
    """The key store neither has the key nor knows that it was destroyed."""

    def __init__(self, key_id: str) -> None:
        told = f"key {key_id} is not in the key store, and was not destroyed there; is this the right key store?"
        super().__init__(key_id, told)


class KeyStoreUnreachable(SealingError):
    """The key store does not answer. Nothing is lost: the same will work once it does."""

    def __init__(self, where: str) -> None:
        super().__init__(f"the key store ({where}) cannot be reached; nothing is lost, it is tried again")


class KeyStoreFault(SealingError):
    """A file of the key store does not hold what it should."""


class NoKeyYet(KeyMissing):
    """The owner never had a key, as far as the key store knows."""


class KeyDamaged(KeyFault, KeyStoreFault):
    """What stands in a key's place is no key."""


class MasterKeyFault(SealingError):
    """The master key is missing, old or another than the one that wrapped a data key."""


class Tampered(SealingError):
    """What was sealed is not what stands there now: it, its key id or its context was changed."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} was changed after it was sealed, or sealed for another purpose")


class KeyTampered(KeyFault, Tampered):
    """A wrapped key is not what the master key wrapped."""

    def __init__(self, key_id: str) -> None:
        told = f"wrapped key {key_id} was changed after it was made; put it back from the key store's backup"
        super().__init__(key_id, told)
