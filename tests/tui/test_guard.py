"""The second lock: what a process may change once it is on. It has no way back: what may change something is a process
of its own, and what is refused is asked in one after another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REFUSED = [
    "open('{out}/f', 'w')", "open('{out}/old', 'a')", "open('{out}/old', 'r+')", "Path('{out}/f').touch()",
    "open('link/f', 'w')", "os.open('{out}/f', os.O_CREAT)", "os.rename('{out}/old', 'x')", "os.rename('a', '{out}/x')",
    "os.replace('a', '{out}/old')", "os.remove('{out}/old')", "os.mkdir('{out}/d')", "os.mkdir('{out}/empty/d')",
    "os.rmdir('{out}/empty')", "open('{out}/empty/f', 'w')",
    "os.symlink('a', '{out}/l')", "os.link('a', '{out}/l')", "os.chmod('{out}/old', 0o600)",
    "os.truncate('{out}/old', 0)", "os.utime('{out}/old')", "open('/dev/tty', 'w')",
    "os.remove('old', dir_fd=os.open('{out}', os.O_RDONLY))", "subprocess.run(['true'])", "os.system('true')",
    "os.posix_spawn('/bin/true', ['true'], {{}})", "os.execv('/bin/true', ['true'])", "os.fork()",
    "tempfile.TemporaryFile(dir='{out}')", "sqlite3.connect('{out}/f')",
]  # fmt: skip
ALLOWED = [
    "open('f', 'w').close()", "open('{out}/old').close()", "open(os.devnull, 'w').close()", "os.rename('a', 'b')",
    "os.makedirs('d/e')", "os.remove('a')", "open(os.dup(1), 'w').close()", "os.symlink('{out}/old', 'l')",
    "open(b'f', 'wb').close()", "open('{kept}/f', 'w').close()",
    "os.makedirs('{out}/empty/later/kept')", "tempfile.TemporaryFile(dir='.').close()", "sqlite3.connect('f').close()",
]  # fmt: skip


# Tries each line, and prints what is not refused; a process that became another does not come to the end.
EACH = """
for code in {codes!r}:
    try:
        exec(code)
    except PermissionError:
        continue
    except BaseException as error:
        code += f" {{{{error!r}}}}"
    print(code, flush=True)
print("all", flush=True)
"""


def run(code: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    root, out, kept = tmp_path / "root", tmp_path / "out", tmp_path / "kept"
    for folder in (root, out / "empty", kept):
        folder.mkdir(parents=True)
    (root / "a").touch()
    (root / "link").symlink_to(out)
    (out / "old").write_text("old", encoding="utf-8")
    later = out / "empty" / "later" / "kept"  # not there yet: this process may make it, and what it lies in
    own = [str(folder) for folder in (root, kept, later)]
    lines = ["import os, subprocess, sqlite3, tempfile", "from pathlib import Path", "from tui.guard import lock",
             f"os.chdir({str(root)!r})", f"lock(Path(p) for p in {own})"]  # fmt: skip
    path = str(Path(__file__).resolve().parents[2])
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "\n".join([*lines, code.format(out=out, kept=kept)])],
        capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip


def test_nothing_is_changed_elsewhere_and_no_process_is_started(tmp_path: Path) -> None:
    done = run(EACH.format(codes=REFUSED), tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "all\n", "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["empty", "old"]
    assert (tmp_path / "out" / "old").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("code", ALLOWED)
def test_files_of_its_own_are_changed_and_others_are_read(tmp_path: Path, code: str) -> None:
    done = run(code, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
