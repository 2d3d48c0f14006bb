"""Newer public prices into the user's catalog: all lists are fetched and checked first, then written, or none is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from http.client import HTTPException
from pathlib import Path
from time import monotonic
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from hardware_db.catalog import HardwareCatalog
from hardware_db.price_rows import checked_offers, read_offers
from hardware_db.schema import Offer
from models_db.importers.fetching import Fetched, answered
from planner.errors import InputError, NetworkError, PlannerError
from planner.overlay import write_offers
from planner.progress import Progress
from planner.updates.changes import Changes, changes
from planner.updates.rows import Read, as_rows, read_rows
from planner.updates.source import PublicLists, Source, sources

# Of a list, of all lists, of what says their day [bytes]; and for all of it [s].
MOST_BYTES, MOST_OF_ALL, MOST_OF_DAY = 16 * 2**20, 64 * 2**20, 2**20
MOST_S = 600.0


@dataclass(frozen=True)
class Updated:
    """One list: its day and address, how many offers it has, what it changes, and what of it is not known by name."""

    provider: str
    as_of: str
    url: str
    offers: list[Offer]
    changes: Changes
    unknown: dict[str, int]
    saved: str | None


def update(
    folder: Path, *, today: date, providers: Sequence[str] = (), base: str | None = None, as_of: date | None = None,
    dry_run: bool = False, progress: Progress | None = None,
) -> list[Updated]:  # fmt: skip
    """Fetch the lists and write each as `updates/PROVIDER.csv` of a catalog folder.

    base: another place with the same files (a mirror); as_of: the day of its prices, where it states none; dry_run:
    write nothing. Raises NetworkError for what the network does and PlannerError for all else, one line; nothing is
    written then.
    """
    where = sources()
    base = _place(base or where.base)
    hardware = HardwareCatalog(folder if folder.is_dir() else None)
    fetching = _Fetching(where, base, today, as_of, monotonic() + MOST_S)
    chosen, found = where.of(providers), []
    for i, source in enumerate(chosen):
        if progress is not None:
            progress(i, len(chosen))
        found.append(_one(source, fetching, hardware, folder))
    if dry_run:
        return found
    return [_saved(one, folder) for one in found]


def _place(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise InputError(f"--from: {text[:80]!r} is no address ({error})") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"--from: expected an address that begins with https:// or http://, got {text[:80]!r}")
    return text.rstrip("/")


@dataclass
class _Fetching:
    """Files of one place, bounded together."""

    where: PublicLists
    base: str
    today: date
    as_of: date | None
    until: float
    total: int = 0

    def file(self, source: Source) -> tuple[str, str, date]:
        """Address, text and day of a list."""
        url = f"{self.base}/{source.path}"
        found = self._get(url, MOST_BYTES)
        try:
            text = found.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"{url}: not UTF-8 at byte {error.start}") from error
        return url, text, self._day(source, url, found)

    def _day(self, source: Source, url: str, found: Fetched) -> date:
        day = self.as_of or found.changed
        if day is None and self.base == self.where.base:
            day = self._committed(self.where.dated + source.path)
        if day is None:
            raise InputError(f"--as-of: {url} states no day; give the day of its prices")
        if day > self.today:
            raise InputError(f"--as-of: {url}: its day, {day.isoformat()}, is yet to come")
        return day

    def _committed(self, url: str) -> date:
        """The day of the last change of a file, as its host says."""
        try:
            last = json.loads(self._get(url, MOST_OF_DAY).data)[0]["commit"]["committer"]["date"]
            return date.fromisoformat(last[:10])
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            if isinstance(error, PlannerError):
                raise
            raise InputError(f"{url}: states no day of the last change") from error

    def _get(self, url: str, most: int) -> Fetched:
        most = min(most, MOST_OF_ALL - self.total)
        left_s = self.until - monotonic()
        if left_s <= 0.0 or most <= 0:
            limit = f"{MOST_S:g} s" if left_s <= 0.0 else f"{MOST_OF_ALL:,} bytes"
            raise NetworkError(f"{url}: the lists together take more than {limit}; name some (--provider)")
        try:
            found = answered(url, most=most, seconds=left_s)
        except (OSError, HTTPException) as error:
            raise NetworkError(f"{url}: {_said(error)}") from error
        except UnicodeError as error:
            raise InputError(f"{url}: is no address ({error})") from error
        if found is None:
            raise NetworkError(f"{url}: the host has no such file (404); others: --provider")
        self.total += len(found.data)
        return found


def _said(error: OSError | HTTPException) -> str:
    if isinstance(error, HTTPError):
        return f"the host answers {error.code} {error.reason}"
    reason = error.reason if isinstance(error, URLError) else error
    text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return f"cannot be fetched ({text})"


def _one(source: Source, fetching: _Fetching, hardware: HardwareCatalog, folder: Path) -> Updated:
    url, text, day = fetching.file(source)
    read = read_rows(text, url, source, hardware)
    offers = _offers(source, fetching, read, url, day, hardware)
    target = _target(folder, source.provider)
    before = read_offers(target) if target.exists() else []
    told = changes(hardware.published, before, offers)
    return Updated(source.provider, day.isoformat(), url, offers, told, dict(read.unknown), None)


def _offers(
    source: Source, fetching: _Fetching, read: Read, url: str, day: date, hardware: HardwareCatalog
) -> list[Offer]:
    """The offers, through the one reader of prices."""
    where = fetching.where
    name = f"{where.title} {source.path} ({where.licence}), read {fetching.today.isoformat()}"
    stated = {"as_of": day.isoformat(), "source": name, "note": "of the cheapest zone of the region"}
    rows = as_rows(read, source, stated)
    if not rows:
        raise InputError(f"{url}: none of its machines is known: {len(read.unknown)} others")
    return hardware.known(url, checked_offers(f"{url}, as offers", rows))


def _target(folder: Path, provider: str) -> Path:
    return folder / "updates" / f"{provider}.csv"


def _saved(one: Updated, folder: Path) -> Updated:
    target = _target(folder, one.provider)
    write_offers(target, one.offers)
    return Updated(one.provider, one.as_of, one.url, one.offers, one.changes, one.unknown, str(target))
