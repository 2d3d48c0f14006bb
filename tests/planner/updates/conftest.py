"""A host on the loopback that sends public price lists, as a test sets them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

HEAD = (
    "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,"
    "AvailabilityZone,Arch\n"
)
CHANGED = "Sat, 28 Nov 2026 10:00:00 GMT"


def aws(machine: str, gpu: str, count: float, usd: object, spot: object, region: str = "us-east-1") -> str:
    return f"{machine},{gpu},{count},8,64,,{usd},{spot},{region},{region}a,x86_64\n"


class Host:
    """`files`: what is sent, by path; `headers`: beside it; `slow`: a byte now and then."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.headers: dict[str, str] = {"Last-Modified": CHANGED}
        self.status = 200
        self.slow = False
        self.cut = 0
        self.url = ""

    def put(self, path: str, text: str) -> None:
        self.files[f"/{path}"] = text.encode()


def _handler(host: Host) -> Any:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = host.files.get(self.path)
            self.send_response(404 if data is None else host.status)
            for name, value in host.headers.items():
                self.send_header(name, value)
            if data is None:
                self.end_headers()
                return
            self.send_header("Content-Length", str(len(data) + host.cut))
            self.end_headers()
            try:
                for part in [data[i : i + 1] for i in range(len(data))] if host.slow else [data]:
                    self.wfile.write(part)
                    self.wfile.flush()
                    time.sleep(0.02 if host.slow else 0.0)
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def host() -> Iterator[Host]:
    found = Host()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(found))
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()
