"""Builders by model class: each maps the keys of a config to layer groups."""
