kind: a
x: {image: vllm/vllm-openai, command: [vllm, serve, Qwen/Qwen3-8B], env: 5}
