"""Opens the interface in this terminal. The work process is started before anything is imported that draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.work.remote import WorkProcess

if TYPE_CHECKING:
    from tui.app import GpuPlanApp
    from tui.kept import Kept


def run(
    data: Mapping[str, Any] | None = None, path: Path | None = None, catalog: Path | None = None,
    root: Path | None = None, reports: Path | None = None,
) -> None:  # fmt: skip
    """Open the app; with `root` it reads and writes files there only, its overlay's, and reports of faults. Raises the
    fault that ended it, with the workload as it stood in a note."""
    folders = _folders(root, catalog, reports)
    work = WorkProcess(folders)
    try:
        _run(work, data, path, catalog, root, folders)
    finally:
        work.close()


def _run(
    work: WorkProcess, data: Mapping[str, Any] | None, path: Path | None, catalog: Path | None, root: Path | None,
    folders: tuple[Path, ...] | None,
) -> None:  # fmt: skip
    from tui.app import GpuPlanApp
    from tui.guard import lock
    from tui.kept import state_path, write
    from tui.root import Root

    state = state_path() if root is None else None
    app = GpuPlanApp(data, path, catalog, Root(root), _kept(state), work.lanes)
    work.lost = app.lose
    if folders is not None:
        lock(folders)
    collect_little()
    app.tidy_when_idle()
    app.run()
    stop_as_others_do()
    if state is not None and app.touched:
        write(state, app.theme, app.session, app.kept)
    _raise_fault(app)


def stop_as_others_do() -> None:
    """What is registered for ctrl-z would bring back an app that has ended; stop and go on as any program."""
    import signal

    for name in ("SIGTSTP", "SIGCONT"):
        if hasattr(signal, name):  # not on Windows
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def collect_little() -> None:
    """What was imported stays; of what is new little is looked through at a time, so that a key need not wait: 10,000
    young objects take 5 ms. All of it is looked through while no key is pressed, see `GpuPlanApp`."""
    import gc

    gc.freeze()
    gc.set_threshold(10_000, 50, 1_000_000)


def _raise_fault(app: GpuPlanApp) -> None:
    if app.fault is not None:
        app.fault.add_note(f"the workload in the interface: {app.session.texts} {app.session.base}")
        raise app.fault


def _folders(root: Path | None, catalog: Path | None, reports: Path | None) -> tuple[Path, ...] | None:
    """Where an interface with a root may change files; None: everywhere."""
    if root is None:
        return None
    from planner.overlay import user_catalog

    return (root, catalog or user_catalog(), *filter(None, [reports]))


def _kept(state: Path | None) -> Kept:
    """What was kept, and the keys of one's own; nothing for others at a browser. Raises InputError."""
    from tui.kept import Kept, config_path, read, read_keys

    if state is None:
        return Kept()
    return replace(read(state), keys=read_keys(config_path(), key_names()))


def key_names() -> set[str]:
    """What keys can be given anew: the names of bindings."""
    from textual.binding import Binding

    from tui.screens.main import VIEW_CLASSES, MainScreen

    classes = (*MainScreen.__mro__, *(c for view in VIEW_CLASSES for c in view.__mro__))
    return {b.id for c in classes for b in c.__dict__.get("BINDINGS", ()) if isinstance(b, Binding) and b.id}
