"""Compiles the kernel of the simulation; without a C compiler the package is plain Python with the same answers."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))

from planner.simulation.chosen import COMPILED, SOURCES, sources  # noqa: E402

# What is compiled: copies of the kernel's sources under the name of the compiled package.
COPIES = Path("build", "kernel")
# The same order of the same operations on doubles as in Python, on every processor.
GNU = ["-O2", "-g0", "-ffp-contract=off"]
FLAGS = {"unix": GNU, "mingw32": GNU, "msvc": ["/O2", "/fp:strict"]}
DIRECTIVES = {
    "language_level": 3, "annotation_typing": False, "infer_types": True, "wraparound": False,
    "initializedcheck": False,
}  # fmt: skip


class Build(build_ext):
    """`build_ext` with the flags of the compiler that it found."""

    def build_extension(self, ext: Any) -> None:
        ext.extra_compile_args = FLAGS.get(self.compiler.compiler_type, [])
        super().build_extension(ext)


def copies() -> list[Path]:
    """The copies, each with what it was made from."""
    folder = COPIES.joinpath(*COMPILED.split("."))
    shutil.rmtree(COPIES, ignore_errors=True)
    shutil.copytree(SOURCES, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for parent in list(folder.parents)[: COMPILED.count(".")]:
        (parent / "__init__.py").touch()
    made = sorted(path for path in folder.glob("*.py") if path.with_suffix(".pxd").exists())
    for path in made:
        path.write_text(f"{path.read_text(encoding='utf-8')}\n\nSOURCES = {sources()!r}\n", encoding="utf-8")
    return made


def extensions() -> list[Extension]:
    parts = [Extension(f"{COMPILED}.{path.stem}", [str(path)]) for path in copies()]
    made: list[Extension] = cythonize(parts, include_path=[str(COPIES)], compiler_directives=DIRECTIVES, quiet=True)
    for part in made:
        part.optional = True
    return made


setup(ext_modules=extensions(), cmdclass={"build_ext": Build})
