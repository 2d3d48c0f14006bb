"""A session's process without an interface: it draws what it is sent, and leaves when told to."""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    take, draw = sys.stdin.buffer.read, sys.stdout.buffer
    draw.write(b"__GANGLION__\n")
    _frame(draw, b"D", f"pid {os.getpid()} {os.environ['COLUMNS']}x{os.environ['ROWS']}".encode())
    while head := take(5):
        payload = take(int.from_bytes(head[1:], "big"))
        if head[:1] == b"M" and json.loads(payload)["type"] == "quit":
            return
        if payload == b"leave":
            _frame(draw, b"M", b'{"type": "exit"}')
        elif payload == b"die":
            sys.exit("died of it")
        else:
            _frame(draw, b"D", head[:1] + payload)


def _frame(draw: object, kind: bytes, payload: bytes) -> None:
    draw.write(kind + len(payload).to_bytes(4, "big") + payload)  # type: ignore[attr-defined]
    draw.flush()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
