"""Results of benchmarks as their tools write them, one reader a format, all read into the columns of the points CSV."""
