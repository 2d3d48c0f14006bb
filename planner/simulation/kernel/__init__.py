"""What a simulation does some hundred thousand times: plain Python that is also compiled, with the types of the `.pxd`
files. `planner/simulation/chosen.py` says which of the two runs. What is computed a step or a request is numbers in
arrays.
"""
