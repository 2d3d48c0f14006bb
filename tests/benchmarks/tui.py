"""From key to answer in the real app: run with `python -m tests.benchmarks.tui`."""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TEXTUAL_FPS", "240")  # as `gpuplan tui` sets it

from textual._compositor import CompositorUpdate
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from tui.app import GpuPlanApp
from tui.screens.main import MainScreen
from tui.start import collect_little
from tui.views.plan import PlanView
from tui.widgets.columns import Column
from tui.widgets.grid import Grid
from tui.widgets.headline import Headline
from tui.work.remote import WorkProcess

# Walks, so that no answer has been given before; every key of them has a feasible one.
KEYS = (
    ("#traffic-rate_per_s", ("plus",) * 14 + ("minus",) * 26), ("#input_tokens-mean", ("plus",) * 4),
    ("#output_tokens-mean", ("plus",) * 3), ("#confidence", ("plus",) + ("minus",) * 5),
    ("#sla-tpot", ("plus",) * 8 + ("minus",) * 15), ("#sla-ttft", ("plus",) * 8 + ("minus",) * 15),
)  # fmt: skip


class Blocks:
    """How late the event loop was, looked at every 10 ms; and how long it computed without a pause, whatever else ran
    on the machine."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._own: list[float] = []

    async def watch(self) -> None:
        last, own = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(0.01)
            now, spent = time.perf_counter(), time.thread_time()
            self._late.append(1e3 * (now - last - 0.01))
            self._own.append(1e3 * (spent - own))
            last, own = now, spent

    @property
    def late_text(self) -> str:
        return quantiles_text(self._late)

    @property
    def own_text(self) -> str:
        return quantiles_text(self._own)


def quantiles_text(values: list[float]) -> str:
    """Of milliseconds: quantiles and the largest one."""
    found = sorted(values)
    p50, p95, p99 = (found[int(share * len(found))] for share in (0.5, 0.95, 0.99))
    return f"{p50:8.1f} ms median, {p95:.1f} ms p95, {p99:.1f} ms p99, {found[-1]:.1f} ms at most"


def written(self: GpuPlanApp, _: Screen[Any], renderable: Any) -> None:
    """Makes what a terminal would be sent."""
    if isinstance(renderable, CompositorUpdate):
        renderable.render_segments(self.console)


class Drawn:
    """When answers came, and when they were on the screen."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.took: list[float] = []
        self.cpu: list[float] = []
        self._came = (0.0, 0.0)

    def came(self) -> None:
        self._came = time.perf_counter(), time.process_time()

    def seen(self) -> None:
        """What is wrong with a question is drawn without an answer."""
        came, spent = self._came
        if came:
            self.took.append(1e3 * (time.perf_counter() - came))
            self.cpu.append(1e3 * (time.process_time() - spent))
        self._came = 0.0, 0.0
        self.event.set()


async def keys(pilot: Pilot[None], drawn: asyncio.Event) -> list[float]:
    """Milliseconds from each key to the answer on the screen."""
    found = []
    for field, sequence in KEYS:
        pilot.app.screen.query_one(field).focus()
        await asyncio.sleep(0.3)
        for key in sequence:
            drawn.clear()
            begun = time.perf_counter()
            pilot.app.simulate_key(key)
            await asyncio.wait_for(drawn.wait(), 5)
            found.append(1e3 * (time.perf_counter() - begun))
            assert pilot.app.screen.query_one(Headline).state == "answer", (field, key)
            await asyncio.sleep(0.12)
    return found


def telling(draw: Callable[..., None], drawn: Drawn) -> Callable[..., None]:
    """What draws an answer, with a word once it is on the screen."""

    def drawing(self: PlanView, *args: object, **more: object) -> None:
        draw(self, *args, **more)
        self.call_after_refresh(drawn.seen)

    return drawing


def coming(deliver: Callable[..., None], drawn: Drawn) -> Callable[..., None]:
    """What brings an answer, with a word that it has come."""

    def bringing(self: MainScreen, lane: str, outcome: object) -> None:
        if lane in ("first", "plan"):
            drawn.came()
        deliver(self, lane, outcome)

    return bringing


def _cpu_s(work: WorkProcess) -> float:
    """Processor time of the work process so far."""
    fields = Path(f"/proc/{work.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def app_latency() -> None:
    drawn = Drawn()
    PlanView.show_leader = telling(PlanView.show_leader, drawn)  # type: ignore[method-assign]
    PlanView.show = telling(PlanView.show, drawn)  # type: ignore[method-assign]
    PlanView.show_problem = telling(PlanView.show_problem, drawn)  # type: ignore[method-assign]
    MainScreen._deliver = coming(MainScreen._deliver, drawn)  # type: ignore[method-assign]
    GpuPlanApp._display = written  # type: ignore[method-assign]
    work = WorkProcess()
    app = GpuPlanApp(opened=work.lanes)
    work.lost = app.lose
    async with app.run_test(size=(160, 50)) as pilot:
        await asyncio.wait_for(drawn.event.wait(), 30)
        await asyncio.sleep(1)
        blocks = Blocks()
        watch = asyncio.create_task(blocks.watch())
        before = time.process_time(), _cpu_s(work)
        drawn.took.clear()
        drawn.cpu.clear()
        found = sorted(await keys(pilot, drawn.event))
        own, computed = time.process_time() - before[0], _cpu_s(work) - before[1]
        watch.cancel()
    work.close()
    print(f"key to answer   {quantiles_text(found)} (promised p95 50; {len(found)} keys)")
    print(f"of it to draw   {quantiles_text(drawn.took)}")
    print(f"                {quantiles_text(drawn.cpu)} of processor time")
    print(
        f"                {1e3 * own / len(found):8.1f} ms of processor time a key here, "
        f"{1e3 * computed / len(found):.1f} in the work process"
    )
    print(f"loop late       {blocks.late_text} (promised 30 at most)")
    print(f"loop computes   {blocks.own_text} without a pause, of processor time")


async def big_table() -> None:
    class Big(App[None]):
        def compose(self):  # type: ignore[no-untyped-def]
            yield Grid([Column(f"c{i}", 9, ".2f") for i in range(11)])

    rows = [tuple(float(i * j % 977) for j in range(11)) for i in range(5000)]
    async with Big().run_test(size=(160, 50)) as pilot:
        grid = pilot.app.query_one(Grid)
        begun = time.perf_counter()
        grid.show(rows)
        grid.action_sort(1)
        await pilot.pause()
        print(f"5,000 rows      {1e3 * (time.perf_counter() - begun):8.1f} ms to take, sort and draw")


FIRST_FRAME = (
    "import os\nos.environ['TEXTUAL_FPS'] = '240'\n"
    "from planner.loading import load_lightly\nload_lightly()\nfrom tui.start import *\nwork = WorkProcess()\n"
    "from tui.app import GpuPlanApp\nfrom tui.screens.main import MainScreen\nmount = MainScreen.on_mount\n"
    "def on_mount(self):\n mount(self)\n self.call_after_refresh(lambda: os._exit(0))\n"
    "MainScreen.on_mount = on_mount\nGpuPlanApp(opened=work.lanes).run(headless=True, size=(120, 40))"
)


def first_frame() -> None:
    """From the start of the process to the first frame drawn, and its processor time against importing Textual."""
    taken, spent = zip(*(_process(FIRST_FRAME) for _ in range(5)), strict=True)
    _, textual = zip(*(_process("import textual.app") for _ in range(5)), strict=True)
    ratio = statistics.median(spent) / statistics.median(textual)
    print(f"first frame     {statistics.median(taken):8.2f} s                      (promised 0.5)")
    print(
        f"                {statistics.median(spent):8.2f} s of processor time, {ratio:.1f} times `import textual.app`"
    )


def _process(code: str) -> tuple[float, float]:
    """Seconds of a process, and of processor time without those of processes that it started."""
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - begun, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    collect_little()
    first_frame()
    asyncio.run(app_latency())
    asyncio.run(big_table())


if __name__ == "__main__":
    main()
