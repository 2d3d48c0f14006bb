"""Loading and looking up models; of the shipped files only the records that are asked for are made.

Names are found by id, by the part after the slash, or by shape: a checkpoint name with a suffix for
tuning or storage (`-Instruct`, `-FP8`, `-AWQ`) has the shapes of its base, and `aliases.toml` lists
the others of which that is known: families by name, single checkpoints by their whole id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property, lru_cache
from pathlib import Path

from pydantic import ValidationError

from models_db.checkpoints import in_format, in_name, listed_checkpoints, stored
from models_db.formats import find_format
from models_db.misspelt import mended
from models_db.schema import Model
from models_db.spelling import is_short_for, is_vague, shortened
from planner.errors import ModelError, closest, near
from planner.frozen import dataclass
from planner.shipped import blocks_of, lines_of, read_block, shipped_files, shipped_text, shipped_toml

DATA = Path(__file__).parent / "data"
MAX_FILE_BYTES = 4 * 2**20
# Letters of a name that are looked at, and repeated.
MOST_NAME = 120
SIZE = re.compile(r"\d+(?:\.\d+)?[bm](?![a-z])|\de\d+b|\de[24]b")
ACTIVE = re.compile(r"a\d+(?:\.\d+)?b$")
# Words of checkpoints that are not the model whose name they carry: heads for drafting, pruned, merged or widened ones.
OTHER = re.compile(
    r"eagle|draft|flare|flash|dspark|spec|domino|assistant|medusa|head|reap|prun|slim|lora|adapter|embed|rerank|reward"
    r"|rm\b|vl\b|vision|omni|audio|tts|ocr|mtp|moe|merge|franken|clip|projector|mmproj|\dx\d|\d+(?:\.\d+)?b\b"
)


@dataclass(frozen=True)
class Found:
    """A model and, where the name asked for is not its id, what was read instead."""

    model: Model
    note: str | None = None

    @property
    def texts(self) -> list[str]:
        """What was read instead, and what of the checkpoint no figure counts."""
        parts = [f"{p.name} ({p.params:,} parameters)" if p.params else p.name for p in self.model.left_out]
        beside = [f"not counted in the weights of {self.model.id}: {', '.join(parts)}"] if parts else []
        return [*([self.note] if self.note else []), *beside]


def looks_like_path(name: str) -> bool:
    """Whether a model argument names something on disk rather than an id."""
    if name.endswith((".json", ".gguf", ".safetensors")):
        return True
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


@dataclass(frozen=True)
class ModelCatalog:
    """The shipped models, then those of `overlay/models/*.toml`, which replace equal ids."""

    overlay: Path | None = None

    @cached_property
    def index(self) -> dict[str, Path]:
        """Model id -> the file that holds it; the records of the shipped files are not made yet."""
        found: dict[str, Path] = {}
        for path in shipped_files(DATA / "models"):
            found |= dict.fromkeys(shipped_tables(path), path)
        for path in sorted((self.overlay / "models").glob("*.toml")) if self.overlay else []:
            own = read_models(path)
            self._made.update({(path, model.id): model for model in own})
            found |= {model.id: path for model in own}
        return found

    @cached_property
    def _made(self) -> dict[tuple[Path, str], Model]:
        """The records that were asked for, and all of the user's own files."""
        return {}

    @property
    def names(self) -> list[str]:
        """Ids, and those of checkpoints that are listed with the shapes of one; sorted."""
        listed = (checkpoint.id for checkpoint in listed_checkpoints().values())
        return sorted({*self.index, *listed, *alias_tables()["listed"]})

    @property
    def families(self) -> dict[str, str]:
        """Names without a maker, in lower case, and the id with their shapes."""
        return {name.lower(): target for name, target in alias_tables()["same_shapes"].items()}

    def _record(self, name: str) -> Model:
        """The record of an id of the index; of a shipped file no other table is read."""
        path = self.index[name]
        if (path, name) not in self._made:
            self._made[path, name] = _record(path, read_block(shipped_tables(path)[name]))
        return self._made[path, name]

    def all(self) -> list[Model]:
        return [self._record(name) for name in self.index]

    @cached_property
    def _plain(self) -> dict[str, str]:
        """Id or short name, in lower case -> id; of several the first."""
        return {name.lower(): known for known in reversed(self.index) for name in (known, known.split("/")[-1])}

    @cached_property
    def _shapes(self) -> dict[str, str]:
        """Name key -> id, the plainest name of each shape first."""
        keys: dict[str, str] = {}
        for name in sorted(self.index, key=len):
            keys.setdefault(shape_key(name), name)
        keys |= self._aliases
        # Experts are often named without how many of them compute.
        for key, target in list(keys.items()):
            keys.setdefault(ACTIVE.sub("", key), target)
        return keys

    def _tuned(self, name: str) -> str | None:
        """The longest known name with a size that stands in `name` between separators, as in names of tuned models."""
        words = re.split(r"[^a-z0-9.]+", name.split("/")[-1])
        ends = [0]
        for word in words:
            ends.append(ends[-1] + len(word))
        plain = "".join(words)
        for i, j in sorted(((i, j) for i in ends for j in ends if j - i >= 6), key=lambda cut: cut[0] - cut[1]):
            key, named = plain[i:j], slice(ends.index(i), ends.index(j))
            if key in self._shapes and SIZE.search(key) and not is_vague("-".join(words[named])):
                rest = "-".join([*words[: named.start], *words[named.stop :]])
                return None if OTHER.search(rest) else self._shapes[key]
        return None

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return {plain_key(name): target for name, target in alias_tables()["same_shapes"].items()}

    @cached_property
    def _listed(self) -> dict[str, str]:
        return {name.lower(): target for name, target in alias_tables()["listed"].items()}

    def _alias(self, name: str) -> str | None:
        if name in self._listed:
            return self._listed[name]
        return next((self._aliases[key] for key in map(plain_key, shortened(name)) if key in self._aliases), None)

    def find(self, name: str) -> Found:
        """The model by id, short name, shape or path; raises ModelError with the nearest three."""
        if name not in self.index and looks_like_path(name):
            return self._known(_from_path(Path(name)))
        return self.lookup(name)

    def _known(self, read: Found) -> Found:
        """A model read from a file as the record with the same shapes, where there is one, stored as the file says:
        what was measured of it holds for the file, too."""
        same = [model for model in self.all() if shapes_of(model) == shapes_of(read.model)]
        if not same:
            return Found(read.model, f"{read.note}; no model of the catalog has its shapes: nothing was measured of it")
        model = min(same, key=lambda m: (m.native != read.model.native, len(m.id), m.id))
        return Found(in_format(model, read.model.native), f"{read.note}, which has the shapes of {model.id}")

    def lookup(self, name: str) -> Found:
        """The model by id, short name or shape, in the format that its name says, without looking at the disk.

        Raises ModelError with the nearest three where it is not known.
        """
        listed = listed_checkpoints().get(name.strip().lower()) if name not in self.index else None
        if listed is not None and listed.base in self.index:
            model = in_format(self._record(listed.base), listed.native)
            fmt = find_format(listed.format).name
            return Found(model, f"{name[:MOST_NAME]} has the shapes of {listed.base}, in {fmt} as its files say")
        found = self.match(name)
        if found is None:
            raise ModelError(
                f"model: {name[:MOST_NAME]!r} is not known (nearest: {', '.join(nearest(name, self.index))})"
            )
        if found.note is None:
            return found
        right = mended(name[:MOST_NAME], (*self.index, *self._listed))
        if right is not None:
            raise ModelError(f"model: {name[:MOST_NAME]!r} is not known (nearest: {right})")
        if is_short_for(name, found.model.id):
            return Found(found.model, f"{name[:MOST_NAME]} is taken as {found.model.id}")
        return _as_stored(name, found)

    def match(self, name: str) -> Found | None:
        """The record by id, short name or shape, whatever the name says of storage, or None."""
        if name in self.index:
            return Found(self._record(name))
        wanted = name.strip().lower()
        if wanted in self._plain:
            return Found(self._record(self._plain[wanted]))
        target = self._alias(wanted) or self._shapes.get(shape_key(wanted)) or self._tuned(wanted[:200])
        if target is None:
            return None
        return Found(self._record(target), f"{name[:MOST_NAME]} has the shapes of {target}")


@cache
def shipped_tables(path: Path) -> dict[str, str]:
    """Id -> the text of its table, of a file of the package."""
    blocks = blocks_of(shipped_text(path), "model")
    return dict(zip(lines_of(blocks, "id"), blocks, strict=True))


@cache
def alias_tables() -> dict[str, dict[str, str]]:
    """Names of checkpoints with the shapes of a record, by family (`same_shapes`) and by whole id (`listed`)."""
    return shipped_toml(DATA / "aliases.toml")


# What a record says about a model beside its shapes, and the family, that importers name after the class alone. How the
# weights are stored is compared apart.
BESIDE_SHAPES = frozenset({
    "id", "family", "params_published", "release", "license", "notes", "sources",
    "checked", "native", "mtp_params", "left_out",
})  # fmt: skip


def shapes_of(model: Model) -> tuple[object, ...]:
    """Equal for two records of one architecture and size, however their weights are stored."""
    return tuple(getattr(model, name) for name in Model.model_fields if name not in BESIDE_SHAPES)


def _from_path(path: Path) -> Found:
    from models_db.importers.any import read_any

    imported = read_any(path)
    if imported.model is None:
        raise ModelError(f"{path}: {imported.notes[0]}")
    return Found(imported.model, f"model read from {path}")


@lru_cache(1024)
def _as_stored(name: str, found: Found) -> Found:
    """A record found by its shapes as the checkpoint asked for stores it, which the note says."""
    model, recipe = stored(name, found.model)
    if model is found.model:
        # What is started is what was asked for, not the record whose shapes it has.
        return Found(in_name(name, model), found.note)
    fmt = find_format(model.native.format).name
    if model.native.checkpoint is None:
        note = f"{name[:MOST_NAME]} has the shapes of {model.id}, in the {fmt} that this was made from"
        return Found(in_name(name, model), note)
    by = f" by the recipe of {recipe}" if recipe else ""
    return Found(model, f"{name[:120]}: read as {model.id} in {fmt}{by}, from the name; no record of its own")


def shape_key(name: str) -> str:
    """A model name without its organisation and without suffixes that leave the shapes as they are."""
    return plain_key(shortened(name)[-1])


def plain_key(name: str) -> str:
    """A model name as letters, digits and points, without its organisation."""
    return re.sub(r"[^a-z0-9.]", "", shortened(name)[0])


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """The three most similar ids, compared without their organisation."""
    return list(_nearest(name.split("/")[-1].lower()[:120], tuple(known)))


@lru_cache(maxsize=1024)
def _nearest(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Kept, as files name the same unknown model in many rows and a look takes milliseconds."""
    short = {known_id.split("/")[-1].lower(): known_id for known_id in known}
    return tuple(short[key] for key in closest(name, short))


def read_models(path: Path) -> list[Model]:
    """All records of one file; the error names the file, the model and the field."""
    from planner.files import bounded_text
    from planner.toml import tables_of

    text = bounded_text(path, MAX_FILE_BYTES, ModelError)
    try:
        tables = tables_of(text, "model")
    except ValueError as error:
        raise ModelError(f"{path}: {error}") from error
    return [_record(path, table) for table in tables]


def _record(path: Path, table: object) -> Model:
    try:
        return Model.model_validate(table)
    except ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(str(part) for part in detail["loc"])
        hint = ""
        if detail["type"] == "extra_forbidden":
            close = near(str(detail["loc"][-1]), Model.model_fields)
            hint = f" (nearest: {', '.join(close)})"
        name = table.get("id", "?") if isinstance(table, dict) else "?"
        raise ModelError(f"{path}: {name}: {where}: {detail['msg']}{hint}") from error
