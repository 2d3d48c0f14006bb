kind: a
model_loading_config: {model_id: Qwen/Qwen3-8B}
engine_kwargs: &a
  x: *a
