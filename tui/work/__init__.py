"""The process that computes for the interface, so that keys are answered whatever is computed."""
