"""Bytes of a small GGUF file."""

from __future__ import annotations

import struct


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def gguf_bytes(meta: dict[str, int | str], tensors: list[tuple[str, tuple[int, ...], int]]) -> bytes:
    out = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(meta))
    for key, value in meta.items():
        out += text(key)
        out += struct.pack("<I", 8) + text(value) if isinstance(value, str) else struct.pack("<II", 4, value)
    for name, shape, kind in tensors:
        out += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        out += struct.pack("<IQ", kind, 0)
    return out


META: dict[str, int | str] = {
    "general.architecture": "llama", "general.name": "tiny", "llama.block_count": 1, "llama.embedding_length": 256,
    "llama.attention.head_count": 4, "llama.attention.head_count_kv": 2, "llama.feed_forward_length": 512,
    "llama.context_length": 2048,
}  # fmt: skip


TENSORS = [
    ("token_embd.weight", (256, 1000), 12), ("output.weight", (256, 1000), 14), ("output_norm.weight", (256,), 0),
    ("blk.0.attn_norm.weight", (256,), 0), ("blk.0.ffn_norm.weight", (256,), 0),
    ("blk.0.attn_q.weight", (256, 256), 12),
    ("blk.0.attn_k.weight", (256, 128), 12), ("blk.0.attn_v.weight", (256, 128), 14),
    ("blk.0.attn_output.weight", (256, 256), 12), ("blk.0.ffn_gate.weight", (256, 512), 12),
    ("blk.0.ffn_up.weight", (256, 512), 12), ("blk.0.ffn_down.weight", (512, 256), 14),
]  # fmt: skip
