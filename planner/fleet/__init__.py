"""Fleets as they are bought: several workloads, machines, commitments and limits in one mixed-integer program."""
