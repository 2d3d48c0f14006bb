"""Where `setup.py` puts the modules of `planner/simulation/kernel` once they are compiled."""
