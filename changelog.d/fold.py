"""`make changelog`: move the fragments beside this file into the section "Unreleased" of CHANGELOG.md."""

from __future__ import annotations

import sys
from pathlib import Path

KINDS = ("added", "changed", "fixed")
HEAD = "## Unreleased\n"


def bullet(text: str) -> str:
    first, *rest = text.strip().splitlines()
    return "\n".join([f"- {first.removeprefix('- ')}", *(f"  {line.strip()}" for line in rest)])


def folded(changelog: str, fragments: dict[str, list[str]]) -> str:
    """The changelog with the fragments, by kind, at the end of their groups; a missing section or group is made."""
    if HEAD not in changelog:
        changelog = changelog.replace("## ", f"{HEAD}\n## ", 1)
    before, _, rest = changelog.partition(HEAD)
    section, mark, older = rest.partition("\n## ")
    groups = {name.lower(): body.strip() for name, _, body in (g.partition("\n") for g in section.split("### ")[1:])}
    for kind in KINDS:
        groups[kind] = "\n".join(filter(None, [groups.get(kind, ""), *map(bullet, fragments.get(kind, []))]))
    text = "\n".join(f"### {kind.capitalize()}\n\n{groups[kind]}\n" for kind in KINDS if groups[kind])
    return f"{before}{HEAD}\n{text}{mark}{older}"


def main(folder: Path) -> None:
    paths = sorted(path for path in folder.glob("+*.md") if path.suffixes[-2][1:] in KINDS)
    fragments = {kind: [p.read_text("utf-8") for p in paths if p.suffixes[-2] == f".{kind}"] for kind in KINDS}
    target = folder.parent / "CHANGELOG.md"
    target.write_text(folded(target.read_text("utf-8"), fragments), "utf-8")
    for path in paths:
        path.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
