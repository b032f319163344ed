"""What the ledger tells of users whose data is erased, though it is not the users' own (DPA-I.1.1)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from activities import known_users
from activities.audit import AuditTrail
from activities.ledger import erasures, inventory, naming, writing
from activities.ledger.connection import Database
from activities.ledger.naming import Said
from activities.post.openings import Openings
from schemas.acts import MOST_FINDINGS, Finding, model_of
from schemas.erasure import USERS
from schemas.ledger import ActTaken, Entry, HandedOverErased, PersonalDataErased
from schemas.personal import INVENTORY, digest_of_own_key, is_of_one_value, own_key_names, whole_of
from schemas.sealed import sealed_value
from schemas.timeline import Event
from sealing.keys import contract_owner, owner_of
from sealing.sealer import Sealer
from terms.mentions import KnownBy, Mentions
from terms.other_people import OtherPeople

PURPOSE: Final = "user.erased"
MOST_PLACES_TOLD: Final = 20
LONGEST_PASSWORD: Final = 100
PEM: Final = "-----BEGIN "
"""What a key or certificate in text begins with, maybe behind words about it. Source: RFC 7468, section 2."""
WORKSTATIONS: Final = ("equipment", "record_equipment")


class Sought(NamedTuple):
    """By user id what those who leave are known by; what tells of any of them, and of each."""

    known: Mapping[str, KnownBy]
    any: Mentions
    each: Mapping[str, Mentions]


async def forget_mentions(db: Database, sealer: Sealer, audit: AuditTrail, entry: Entry) -> frozenset[str]:
    """The sealed texts of records, acts and documents that tell of the users whom a step erases.

    They are to be left out of whatever is on record. Looked for before that, while the users' names can be told, and
    once for all of them. Histories and backups hold those values too: the key of each is noted, to be destroyed with
    the users' own. Raises KeyStoreUnreachable or MasterKeyFault while it cannot be told what can be opened.
    """
    leavers = await _leavers(db, entry)
    if not leavers:
        return frozenset()
    everything = await naming.texts(db, entry.contract)
    everything += [naming.said_by(each.act, each.payload) for each in entry.changes if isinstance(each, ActTaken)]
    # What is their own goes with their own keys, and all that was handed over with the inventory's.
    whole = any(isinstance(each, HandedOverErased) for each in entry.changes)
    others = [_without_gone(one, leavers, inventory_goes=whole) for one in everything]
    openings = Openings(sealer)
    sought = await _sought(db, openings, entry, leavers)
    told, unclear = await _told(db, openings, entry, others, leavers, sought)
    # A value that was changed may stand under the key of another one, which stays.
    on_record = _own_keys(value for one in everything for value in one.values)
    stay = _own_keys(value for one in others for value in one.values if value not in told)
    keys = _own_keys(told) - stay
    if sought is not None:
        await _tell_unclear(db, entry, sought, unclear)
    nowhere = await _nowhere_on_record(db, sealer, entry.contract, on_record)
    await audit.opened(db, entry.contract, openings.found, PURPOSE)
    for category, count in _by_category(others, told).items():
        await erasures.count_erased(db, entry.contract, entry.at, {category: count}, keys)
    await erasures.count_erased(db, entry.contract, entry.at, {"inventory": len(nowhere)}, nowhere)
    return frozenset(told)


def told_cleared(cleared: Iterable[naming.Cleared]) -> list[Event]:
    """What a person may have to record again, as the timeline tells it: no word of what it said."""
    return [
        Event(
            event="record.unnamed",
            clauses=("DPA-I.1.1", "IT-A1"),
            by="system",
            data={"inventory": one.kind, "record": one.record, "fields": sorted(one.fields)},
        )
        for one in cleared
    ]


async def _leavers(db: Database, entry: Entry) -> Collection[str]:
    """The users whom a step erases, where anything is left of the contract in which they may be named."""
    if any(isinstance(each, PersonalDataErased) for each in entry.changes):
        return ()
    if any(isinstance(each, HandedOverErased) for each in entry.changes):
        return await inventory.users(db, entry.contract)
    return inventory.erased_users(entry.changes)


def _without_gone(one: Said, leavers: Collection[str], *, inventory_goes: bool) -> Said:
    """What it says under keys that stay: whose key a value is under decides, whoever the record is about."""
    gone = {USERS + user for user in leavers} | ({INVENTORY} if inventory_goes else set())
    kept = {name: tuple(value for value in values if _whose(value) not in gone) for name, values in one.fields.items()}
    return one._replace(fields=kept)


def _whose(value: str) -> str | None:
    """The subject whose key a sealed value's key goes with."""
    if (parts := sealed_value(value)) is None:
        return None
    owner, generation = owner_of(parts.key_id)
    return whole_of(owner.name, generation)[0]


def _about(one: Said, leavers: Collection[str]) -> tuple[str, ...]:
    """What goes whatever it says: the name of a leaver's workstation, the words of an act that is about one of them."""
    if one.user not in leavers:
        return ()
    return one.fields.get("name", ()) if one.kind in WORKSTATIONS else one.values


async def _told(
    db: Database,
    openings: Openings,
    entry: Entry,
    others: Sequence[Said],
    leavers: Collection[str],
    sought: Sought | None,
) -> tuple[set[str], dict[str, str]]:
    """The values that tell of those who leave, with whatever has one key together with such a value.

    Beside them what stays though it may tell of one of them, with what it says.
    """
    told = {value for one in others for value in _about(one, leavers)}
    together = _together(others)
    if sought is None:
        return _whole(told, together), {}
    secrets = {value for one in others for value in one.fields.get("secret", ())}
    asked = list(dict.fromkeys(value for one in others for value in one.values if value not in told))
    certain: dict[str, str] = {}
    unclear: dict[str, str] = {}
    async for value, text in known_users.read(openings, asked, "inventory.mention"):
        # What nobody can read may name them, and a lost key may be put back from a backup, when they are long gone.
        if text is None:
            told.add(value)
        elif value in secrets and _is_encoded(text):
            continue
        elif sought.any.are_in(text):
            certain[value] = text
        elif sought.any.may_be_in(text):
            unclear[value] = text
    told |= (await _without_others(db, openings, entry, sought, certain, others)).keys()
    gone = _whole(told, together)
    return gone, {value: text for value, text in (certain | unclear).items() if value not in gone}


async def _tell_unclear(db: Database, entry: Entry, sought: Sought, unclear: Mapping[str, str]) -> None:
    """Have a person look at what may name one of them, or somebody else: for that it is too much to go for good."""
    places = await naming.places(db, entry.contract, unclear) if unclear else {}
    events = []
    for user, mentions in sorted(sought.each.items()):
        own = [value for value, text in unclear.items() if mentions.are_in(text) or mentions.may_be_in(text)]
        found = sorted({place for value in own for place in places.get(value, ())})
        if found:
            data = {"user": user, "count": len(found), "places": found[:MOST_PLACES_TOLD]}
            events.append(Event(event="user.perhaps_named", clauses=("DPA-I.1.1",), by="system", data=data))
    await writing.add_events(db, entry.key, entry.contract, entry.at, events)


def _is_encoded(secret: str) -> bool:
    """Whether a secret is a key or a certificate: what looks like a short login in one is chance."""
    return PEM in secret or len(secret) > LONGEST_PASSWORD


def _by_category(others: Iterable[Said], told: set[str]) -> Counter[str]:
    """How many of the values are of each category of the retention table."""
    kinds = {value: one.kind for one in others for value in one.values if value in told}
    return Counter(_category(kind) for kind in kinds.values())


def _category(kind: str) -> str:
    if kind == naming.TRAIL:
        return "trail"
    return "inventory" if kind in naming.RECORDS or kind in writing.BROUGHT_BY else "act_notes"


def _together(others: Iterable[Said]) -> dict[str, set[str]]:
    """By value those of the same record that are under the same key: they are sealed together and go together."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in others:
        by_key: defaultdict[str, set[str]] = defaultdict(set)
        for value in one.values:
            if (parts := sealed_value(value)) is not None and is_of_one_value(owner_of(parts.key_id)[0].name):
                by_key[parts.key_id].add(value)
        for values in by_key.values():
            for value in values:
                found[value] |= values
    return found


def _whole(told: Iterable[str], together: dict[str, set[str]]) -> set[str]:
    return {each for value in told for each in (value, *together.get(value, ()))}


async def _nowhere_on_record(db: Database, sealer: Sealer, contract: str, on_record: set[str]) -> set[str]:
    """Keys of what acts brought that is on record no more, as a credential in whose place another was stored.

    Histories and backups hold it, and nobody can tell any more whom it names. An act that is on its way is not among
    them: nothing of it is on record yet, not even its id.
    """
    digests = {
        digest
        for act_id, act in await naming.acts_without_fields(db, contract)
        for digest in _digests_of_own_keys(act_id, act)
    } - {_digest(key_id) for key_id in on_record}
    if not digests:
        return set()
    notes = await sealer.keys.notes(contract_owner(contract).scope)
    alive = (note.id for note in notes if note.destroyed is None)
    return {key_id for key_id in alive if is_of_one_value(owner_of(key_id)[0].name) and _digest(key_id) in digests}


def _digests_of_own_keys(act_id: str, act: str) -> Iterator[str]:
    model = model_of(act)
    if model is None:
        return
    for name in own_key_names(model):
        yield digest_of_own_key(act_id, (name,))
    if "findings" in model.model_fields:
        for position in range(MOST_FINDINGS):
            for name in own_key_names(Finding):
                yield digest_of_own_key(act_id, ("findings", position, name))


def _digest(key_id: str) -> str:
    return owner_of(key_id)[0].name.rpartition(".")[2]


async def _sought(db: Database, openings: Openings, entry: Entry, users: Collection[str]) -> Sought | None:
    """What tells of the users; None where nothing that any of them is known by can be told.

    Of whom it cannot all be opened is told to a person: nothing can be held against them, and everything that names
    anybody is too much to go for one.
    """
    known, unread = await known_users.known_by(db, openings, entry.contract, users)
    events = [
        Event(event="user.unsearched", clauses=("DPA-I.1.1",), by="system", data={"user": user})
        for user in sorted(unread)
    ]
    await writing.add_events(db, entry.key, entry.contract, entry.at, events)
    if not any(any(one) for one in known.values()):
        return None
    each = {user: Mentions.of([one]) for user, one in known.items()}
    return Sought(known=known, any=Mentions.of(known.values()), each=each)


async def _without_others(
    db: Database, openings: Openings, entry: Entry, sought: Sought, told: Mapping[str, str], others: Iterable[Said]
) -> dict[str, str]:
    """Of the texts that tell of those who leave, those that do so by what is plainly not another listed user's."""
    if not told:
        return {}
    stay = set(await inventory.users(db, entry.contract)) - sought.known.keys()
    known, _ = await known_users.known_by(db, openings, entry.contract, stay)
    people = OtherPeople(known)
    assigned: defaultdict[str, set[str]] = defaultdict(set)
    for one in others:
        for value in one.values if one.user in stay else ():
            assigned[value].add(str(one.user))
    leaving = tuple(sought.known.values())
    return {
        value: text for value, text in told.items() if not people.explain(text, sought.any, leaving, assigned[value])
    }


def _own_keys(values: Iterable[str]) -> set[str]:
    """The ids of the keys that are of these sealed values alone."""
    found = {parts.key_id for parts in map(sealed_value, values) if parts is not None}
    return {key_id for key_id in found if is_of_one_value(owner_of(key_id)[0].name)}
