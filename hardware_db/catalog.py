"""Loading and looking up accelerators and offers; an overlay directory adds or replaces records."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from hardware_db.families import fitting, is_vague, of_size, stated_gb, unsized, variants
from hardware_db.makers import bare, plain
from hardware_db.named import Named, NamedTopology, Topologies, shipped_names, shipped_topologies
from hardware_db.schema import Accelerator, Offer, Record, Topology
from hardware_db.topologies import defaults, with_topologies
from planner.errors import HardwareError, closest
from planner.frozen import dataclass
from planner.shipped import shipped_files

DATA = Path(__file__).parent / "data"
R = TypeVar("R", bound=Record)
# What a name is without when it is looked up.
OTHERS = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True)
class HardwareCatalog:
    """Accelerators and offers of the package, then of `overlay` (its records replace equal ids)."""

    overlay: Path | None = None

    @cached_property
    def accelerators(self) -> dict[str, Accelerator]:
        """Every accelerator, by id, with its topologies."""
        return {name: self.record(name) for name in self._named}

    @cached_property
    def _named(self) -> dict[str, Named]:
        """The names of every accelerator, by id; records of the package are made when they are asked for."""
        found: dict[str, Named] = {}
        for path in shipped_files(DATA / "accelerators"):
            found |= {named.id: named for named in shipped_names(path)}
        for path in _overlay_files(self.overlay, "accelerators", "*.toml"):
            found |= {record.id: Named.of(record) for record in read_accelerators(path)}
        return found

    def record(self, name: str) -> Accelerator:
        """The accelerator of an id, with its topologies; the others need not be made for it."""
        if name not in self._made:
            named = self._named[name]
            self._made[name] = with_topologies(named.record, self.topologies, self._first)
        return self._made[name]

    @cached_property
    def _made(self) -> dict[str, Accelerator]:
        return {}

    @cached_property
    def _first(self) -> dict[str, str]:
        return defaults(self.topologies.named.values())

    @cached_property
    def topologies(self) -> Topologies:
        """How devices are joined, by id; an overlay's `topologies/*.toml` add or replace."""
        named = list(shipped_topologies(DATA / "topologies.toml"))
        for path in _overlay_files(self.overlay, "topologies", "*.toml"):
            named += map(NamedTopology.of, _records(path, "topology", Topology))
        return Topologies(named)

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        """Every offer: the published ones, of which the user's own lists replace those with the same key."""
        own: dict[tuple[str, str, str], Offer] = {}
        for path in _overlay_files(self.overlay, "prices", "*.csv"):
            own |= {offer.key: offer for offer in self.offers_of(path)}
        return (*(offer for offer in self.published if offer.key not in own), *own.values())

    @cached_property
    def published(self) -> tuple[Offer, ...]:
        """The package's offers, with what was fetched since (`updates/*.csv`): see `with_updates`."""
        from hardware_db.price_rows import shipped_offers
        from hardware_db.updated import with_updates

        shipped = shipped_offers(DATA / "prices.csv")
        newer = [offer for path in _overlay_files(self.overlay, "updates", "*.csv") for offer in self.offers_of(path)]
        return tuple(with_updates(self.known(DATA / "prices.csv", shipped) if self.overlay else shipped, newer))

    def offers_of(self, path: Path) -> list[Offer]:
        """The offers of a file of prices, each of a known accelerator; raises HardwareError, one line."""
        from hardware_db.price_rows import read_offers

        return self.known(path, read_offers(path, self.id_of))

    def id_of(self, name: str) -> str:
        """The id of an accelerator by id, name or alias; raises HardwareError as `accelerator` does."""
        return name if name in self._named else self.accelerator(name).id

    def known(self, path: Path | str, offers: list[Offer]) -> list[Offer]:
        """The same offers, each of a known accelerator and topology; raises HardwareError that names `path`."""
        for offer in offers:
            if offer.accelerator not in self._named:
                close = ", ".join(nearest(offer.accelerator, self._named))
                raise HardwareError(f"{path}: accelerator {offer.accelerator!r} is not known (nearest: {close})")
            if offer.topology is not None:
                self.record(offer.accelerator).joined_by(offer.topology)
        return offers

    @cached_property
    def _names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for record in self._named.values():
            for name in (record.id, record.name, *record.aliases):
                names.setdefault(_key(name), record.id)
        for name, record_id in list(names.items()):
            names.setdefault(bare(name), record_id)
        return names

    @cached_property
    def usual(self) -> dict[str, str]:
        """Every name, id and alias in lower case, and the id of the accelerator that goes by it alone, the usual one
        where several do."""
        spelt = (name for record in self._named.values() for name in (record.id, record.name, *record.aliases))
        return {name.lower(): self._names[_key(name)] for name in spelt}

    def accelerator(self, name: str) -> Accelerator:
        """The record by id, name or alias, or the one card that a part of a name fits.

        Raises HardwareError with the cards that it may be where there are several (`A100`), with those that there are
        where none has the memory that it states (`4090 48GB`), and with the nearest three where it is not known.
        """
        found = self.match(name)
        if found is not None and ({_key(name), bare(_key(name))} & self._whole_names):
            return found
        fits, known = self._fitting(name, found), self._named
        gb = stated_gb(name)
        right = fits if gb is None else of_size(fits, gb)
        if not right:
            # Whatever goes by the words of the name, so that a size that exists is seen.
            fits = list({r.id: r for r in (*fits, *variants(words_of(unsized(name)), known.values()))}.values())
        if (
            found is not None
            and any(r.id == found.id for r in right)
            and (gb is not None or not is_vague(found, right))
        ):
            return found
        if len(right) == 1:
            return self.record(right[0].id)
        listed = ", ".join(f"{record.id} ({record.memory_gb:g} GB)" for record in right or fits)
        if right:
            raise HardwareError(f"gpu: {name[:80]!r} may be {listed}; name one")
        if fits:
            raise HardwareError(f"gpu: {name[:80]!r}: no record has {gb:g} GB; there is {listed}")
        raise HardwareError(f"gpu: {name[:80]!r} is not known (nearest: {', '.join(nearest(name, known))})")

    def _fitting(self, name: str, found: Accelerator | None) -> list[Named]:
        """The records that a name without its memory may mean."""
        short, known = unsized(name), self._named.values()
        if found is None:
            return fitting(_key(short), known)
        return list(
            {record.id: record for record in (self._named[found.id], *variants(words_of(short), known))}.values()
        )

    @cached_property
    def _whole_names(self) -> frozenset[str]:
        """Keys of names that leave nothing open: ids, names, and aliases with a memory size."""
        records = self._named.values()
        sized = [alias for record in records for alias in record.aliases if stated_gb(alias) is not None]
        return frozenset(map(_key, (*(r.id for r in records), *(r.name for r in records), *sized)))

    def taken_as(self, names: Iterable[str]) -> list[str]:
        """Which card is meant by each name that leaves it open, and which others go by it, in words."""
        texts = []
        for name in names:
            found, gb = self.accelerator(name), stated_gb(name)
            named = variants(words_of(unsized(name)), self._named.values())
            others = [r.id for r in (named if gb is None else of_size(named, gb)) if r.id != found.id]
            exact = {_key(name), bare(_key(name))} & {_key(found.id), _key(found.name)}
            if self.match(name) is not found or (others and not exact):
                also = f"; others by that name: {', '.join(others)}" if others else ""
                texts.append(f"gpu {name[:80]} is taken as {found.id}{also}")
        return texts

    def match(self, name: str) -> Accelerator | None:
        """The record by id, name or alias, the usual one where several go by it, or None."""
        plain = re.sub(r"\s*\(.*$", "", name)
        key, short = _key(plain), _key(re.sub(r"[-_ ]\d+(?:\.\d+)? ?GB\b.*$", "", plain, flags=re.IGNORECASE))
        for candidate in (key, bare(key), short, bare(short)):
            if candidate in self._names:
                return self.record(self._names[candidate])
        return None


def _overlay_files(overlay: Path | None, kind: str, pattern: str) -> list[Path]:
    return sorted((overlay / kind).glob(pattern)) if overlay else []


def words_of(name: str) -> list[str]:
    """The words of a name of a card, without those of its maker."""
    return [word for word in re.findall(r"[a-z0-9]+", plain(name)) if bare(word)]


def _key(name: str) -> str:
    return OTHERS.sub("", plain(name))


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """The three most similar names."""
    return closest(name.lower(), known)


def read_accelerators(path: Path) -> list[Accelerator]:
    """The records of a file of [[accelerator]] tables; raises HardwareError, one line."""
    return _records(path, "accelerator", Accelerator)


def _records(path: Path, name: str, kind: type[R]) -> list[R]:
    from hardware_db.price_rows import MAX_FILE_BYTES
    from planner.files import bounded_text
    from planner.toml import tables_of

    text = bounded_text(path, MAX_FILE_BYTES, HardwareError)
    try:
        tables = tables_of(text, name)
    except ValueError as error:
        raise HardwareError(f"{path}: {error}") from error
    return [_record(path, table, kind) for table in tables]


def _record(path: Path, table: object, kind: type[R]) -> R:
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        name = table.get("id", "?") if isinstance(table, dict) else "?"
        raise HardwareError(f"{path}: {name}: {_first(error, kind.model_fields)}") from error


def _first(error: ValidationError, fields: Iterable[str]) -> str:
    detail = error.errors()[0]
    # Rows are numbered from 0 there; the message has the line.
    where = ".".join(str(part) for part in detail["loc"] if not isinstance(part, int))
    hint = ""
    if detail["type"] == "extra_forbidden":
        hint = f" (nearest: {', '.join(nearest(where, fields))})"
    elif detail["type"] != "value_error" and isinstance(detail["input"], str | int | float):
        hint = f", got {detail['input']!r:.60}"
    said = detail["msg"].removeprefix("Value error, ")
    return f"{where}: {said}{hint}" if where else f"{said}{hint}"
