"""From key to answer in the real app: run with `python -m tests.benchmarks.tui`."""

from __future__ import annotations

import asyncio
import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

os.environ.setdefault("TEXTUAL_FPS", "120")  # as `gpuplan tui` sets it

from textual.app import App
from textual.pilot import Pilot

from tui.app import GpuPlanApp
from tui.views.plan import PlanView
from tui.widgets.grid import Column, Grid

# Walks, so that no answer has been given before.
KEYS = (
    ("#traffic-rate_per_s", ("plus",) * 14 + ("minus",) * 26), ("#sla-tpot", ("plus",) * 8 + ("minus",) * 16),
    ("#sla-ttft", ("plus",) * 8 + ("minus",) * 16), ("#input_tokens-mean", ("minus",) * 4),
    ("#output_tokens-mean", ("plus",) * 3), ("#confidence", ("plus",) + ("minus",) * 5),
)  # fmt: skip


class Blocks:
    """How long the event loop was away, looked at every 10 ms."""

    def __init__(self) -> None:
        self.worst_ms = 0.0

    async def watch(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.01)
            now = time.perf_counter()
            self.worst_ms = max(self.worst_ms, 1e3 * (now - last - 0.01))
            last = now


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
            await asyncio.sleep(0.12)
    return found


def telling(draw: Callable[..., None], drawn: asyncio.Event) -> Callable[..., None]:
    """What draws an answer, with a flag once it is on the screen."""

    def drawing(self: PlanView, *args: object) -> None:
        draw(self, *args)
        self.call_after_refresh(drawn.set)

    return drawing


async def app_latency() -> None:
    drawn = asyncio.Event()
    PlanView.show = telling(PlanView.show, drawn)  # type: ignore[method-assign]
    PlanView.show_problem = telling(PlanView.show_problem, drawn)  # type: ignore[method-assign]
    async with GpuPlanApp().run_test(size=(160, 50)) as pilot:
        await asyncio.wait_for(drawn.wait(), 30)
        await asyncio.sleep(1)
        blocks = Blocks()
        watch = asyncio.create_task(blocks.watch())
        found = sorted(await keys(pilot, drawn))
        watch.cancel()
    p95 = found[int(0.95 * len(found))]
    median = statistics.median(found)
    print(f"key to answer   {median:8.1f} ms median, {p95:.1f} ms p95 (promised 50, 100; {len(found)} keys)")
    print(f"loop blocked    {blocks.worst_ms:8.1f} ms at most                (promised 50)")


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


def first_frame() -> None:
    """From the start of the process to the first frame drawn."""
    code = (
        "import asyncio, os\nos.environ['TEXTUAL_FPS'] = '120'\nfrom tui.app import GpuPlanApp\n"
        "from tui.screens.main import MainScreen\nmount = MainScreen.on_mount\n"
        "def on_mount(self):\n mount(self)\n self.call_after_refresh(lambda: os._exit(0))\n"
        "MainScreen.on_mount = on_mount\nGpuPlanApp().run(headless=True, size=(120, 40))"
    )
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - begun)
    print(f"first frame     {statistics.median(taken):8.2f} s                      (promised 1)")


def main() -> None:
    gc.set_threshold(100_000, 50, 50)
    first_frame()
    asyncio.run(app_latency())
    asyncio.run(big_table())


if __name__ == "__main__":
    main()
