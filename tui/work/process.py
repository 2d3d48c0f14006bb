"""The work process: `python -m tui.work.process`, with messages on its standard input and output."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any, BinaryIO

from tui.compute import PLANS, RUNS, Compute, Failure, finish
from tui.work.wire import FAULT, TURN_S, KeptObjects, Receiver, Sender

# What a job that is left may take until the process ends [s].
GRACE_S = 2.5


class Worker:
    """Lanes, and what they keep for the interface."""

    def __init__(self, out: BinaryIO) -> None:
        from planner.plan.explore import STAYS
        from planner.planner import Planner

        self._kept = KeptObjects((Planner, *STAYS))
        self._sender, self._sending = Sender(out, self._kept.name), threading.Lock()
        self._asked = dict.fromkeys((PLANS, RUNS), 0)
        self._lanes = {name: self._made(name) for name in self._asked}

    def _made(self, name: str) -> Compute:
        return Compute(lambda lane, outcome: self._send(name, lane, outcome), lambda: self._rested(name))

    def _send(self, lanes: str, lane: str, outcome: Any) -> None:
        with self._sending:
            try:
                self._sender.send((lanes, lane, outcome))
            except OSError:
                os._exit(0)  # nobody reads any more
            except Exception as error:  # what cannot be sent must not end the thread
                self._sender.send((lanes, lane, Failure(f"internal error: {type(error).__name__}: {error}")))

    def _rested(self, name: str) -> None:
        """How much of what was asked for is done; lanes that were asked for nothing yet need not say so."""
        if self._asked[name]:
            self._send(name, "", self._asked[name])

    def named(self, name: tuple[Any, ...]) -> Any:
        """What a name in a message stands for."""
        if name[0] == "kept":
            return self._kept.get(name[1])
        _, lanes, what, lane = name
        return getattr(self._lanes[lanes], what)(lane)

    def obey(self, kind: str, *rest: Any) -> None:
        """One message."""
        if kind == "forget":
            with self._sending:
                self._kept.forget(*rest)
            return
        name, *given = rest
        lanes = self._lanes[name]
        if kind == "cease":
            lanes.close()
            return
        lanes.submit(*given) if kind == "submit" else lanes.cancel(*given)
        self._asked[name] += 1
        if lanes.idle:
            self._rested(name)

    def close(self) -> None:
        """Wait a while for the jobs that are run."""
        for lanes in self._lanes.values():
            lanes.close()
        finish(GRACE_S)


def main() -> None:
    """Until asked to leave, or the interface is gone: then at once, whatever is computed."""
    sys.setswitchinterval(TURN_S)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # keys are the interface's
    source, out = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library may print is not a message.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    work: Worker | None = None
    receiver = Receiver(source, lambda name: work.named(name) if work is not None else None)
    try:
        while (message := receiver.next()) != ("close",):
            if work is None:
                work = _begun(message[1], out)
            else:
                work.obey(*message)
        if work is not None:
            work.close()
    except (EOFError, OSError):
        pass
    except Exception as error:  # the interface says what is wrong, and ends
        Sender(out, lambda _: None).send((FAULT, "", f"{type(error).__name__}: {error}"))
    os._exit(0)


def _begun(folders: Any, out: BinaryIO) -> Worker:
    from planner.loading import load_lightly

    # It runs for long, and a look through more objects would hold an answer up.
    load_lightly(look_after=100_000)
    if folders is not None:
        from tui.guard import lock

        lock(folders)
    return Worker(out)


if __name__ == "__main__":
    main()
