"""Many scenarios of one workload, one after another or on many processes, as rows of a table."""
