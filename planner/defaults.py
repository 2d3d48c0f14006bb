"""What is taken where a user names nothing; the values are in `defaults.toml`."""

from __future__ import annotations

from pathlib import Path

import tomli

_VALUES = tomli.loads(Path(__file__).with_name("defaults.toml").read_text(encoding="utf-8"))
DEFAULT_ENGINE: str = _VALUES["engine"]
DEFAULT_APIS: tuple[str, ...] = tuple(_VALUES["apis"])
DEFAULT_OFFER_CLASSES: tuple[str, ...] = tuple(_VALUES["offer_classes"])
OLD_PRICE_DAYS: int = _VALUES["old_price_days"]
WIDER_SAVING_SHARE: float = _VALUES["wider_saving_share"]
STOCK: dict[str, int] = _VALUES["stock"]
EXAMPLE_MODEL: str = _VALUES["example_model"]
DEFAULT_ACTIVE_SHARE: float = _VALUES["active_share"]
DEFAULT_REQUESTS_PER_USER_HOUR: float = _VALUES["requests_per_user_hour"]
MOST_REQUESTS_PER_USER_HOUR: float = _VALUES["most_requests_per_user_hour"]
