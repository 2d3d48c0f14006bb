export M=Qwen/Qwen3-8B
vllm serve $M -tp 2 --max-model-len 1e308 --speculative-config '{"method": "mtp"}'
