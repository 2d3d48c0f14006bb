"""One replica under load, in closed form."""
