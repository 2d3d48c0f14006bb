from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from models_db.importers.config_json import read_config
from models_db.importers.hub import token_for
from models_db.matrices import total_params
from tests.models_db.conftest import LLAMA

pytest.importorskip("huggingface_hub", reason="the extra `hub` is not installed")


class Hub(BaseHTTPRequestHandler):
    """A hub with one repository, as far as `import --online` asks: files, ranges, 404."""

    files: dict[str, bytes] = {}
    sent = 0
    tokens: set[str | None] = set()

    def do_GET(self) -> None:
        self.tokens.add(self.headers.get("Authorization"))
        found = self.files.get(self.path.rsplit("/", 1)[-1]) if self.path.startswith("/org/model/resolve/") else None
        if found is None:
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound" if "/org/model/" in self.path else "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        span = self.headers.get("Range", "")
        if span.startswith("bytes="):
            first, last = span[6:].split("-")
            found = found[int(first) : int(last) + 1]
        self.send_response(206 if span else 200)
        for name, value in (("ETag", '"1"'), ("X-Repo-Commit", "c" * 40), ("Content-Length", str(len(found)))):
            self.send_header(name, value)
        self.end_headers()
        type(self).sent += len(found)
        with suppress(OSError):  # who has enough of it hangs up
            self.wfile.write(found)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run(endpoint: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    home.mkdir(exist_ok=True)
    (home / "token").write_text("hf_of_the_user")
    environment = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "PATH": "", "HF_HUB_DISABLE_TELEMETRY": "1"}
    command = [sys.executable, "-m", "planner.cli.main", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_a_hub_id_gives_shapes_and_exact_bytes_without_the_weights(hub: str, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(LLAMA))
    params = total_params(read_config(config, model_id="org/model", checked="2026-01-01"))
    header = json.dumps({"w": {"dtype": "BF16", "shape": [params], "data_offsets": [0, 2 * params]}}).encode()
    weights = struct.pack("<Q", len(header)) + header + bytes(200_000)
    Hub.files, Hub.sent = {"config.json": config.read_bytes(), "model.safetensors": weights}, 0
    done = run(hub, tmp_path / "home", "import", "org/model", "--online", "--format", "json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert f'"BF16": {2 * params}' in json.dumps(answer)
    assert Hub.sent < 150_000
    assert Hub.tokens == {None}


def test_a_repository_that_is_not_there_is_one_line(hub: str, tmp_path: Path) -> None:
    done = run(hub, tmp_path, "import", "org/nothing", "--online")
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


def test_what_is_larger_than_its_limit_is_refused_before_it_is_read(hub: str, tmp_path: Path) -> None:
    Hub.files, Hub.sent = {"config.json": b" " * (2**22 + 1)}, 0
    done = run(hub, tmp_path, "import", "org/model", "--online")
    assert done.returncode == 2
    assert "config.json: larger than 4,194,304 bytes" in done.stderr
    header = struct.pack("<Q", 2**40) + bytes(200_000)
    Hub.files, Hub.sent = {"config.json": json.dumps(LLAMA).encode(), "model.safetensors": header}, 0
    done = run(hub, tmp_path, "import", "org/model", "--online")
    assert done.returncode == 2
    assert "header length 1,099,511,627,776 is more than 16,777,216 bytes" in done.stderr
    assert Hub.sent < 150_000


def test_shards_are_fetched_by_their_headers_and_lie_in_no_other_folder(hub: str, tmp_path: Path) -> None:
    header = json.dumps({"w": {"dtype": "BF16", "shape": [50_000], "data_offsets": [0, 100_000]}}).encode()
    shard = struct.pack("<Q", len(header)) + header + bytes(100_000)
    index = {"weight_map": {"a": "../../m-1.safetensors", "b": "m-2.safetensors"}}
    Hub.files = {
        "config.json": json.dumps(LLAMA).encode(), "model.safetensors.index.json": json.dumps(index).encode(),
        "m-1.safetensors": shard, "m-2.safetensors": shard,
    }  # fmt: skip
    done = run(hub, tmp_path, "import", "org/model", "--online", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["checkpoint_bytes_by_type"] == {"BF16": 200_000}


def test_the_login_to_the_hub_is_sent_to_the_hub_only(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub
    from huggingface_hub import constants

    monkeypatch.setattr(huggingface_hub, "get_token", lambda: "hf_of_the_user")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    assert token_for(huggingface_hub, constants._HF_DEFAULT_ENDPOINT) == "hf_of_the_user"
    assert token_for(huggingface_hub, "https://elsewhere.example") is None
    assert token_for(huggingface_hub, constants._HF_DEFAULT_ENDPOINT + ".elsewhere.example") is None
    monkeypatch.setenv("HF_TOKEN", "of elsewhere")
    assert token_for(huggingface_hub, "https://elsewhere.example") == "of elsewhere"
