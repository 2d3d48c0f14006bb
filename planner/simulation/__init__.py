"""Iteration-level simulation of continuous batching on the same step-time model that plans are made with."""
