"""The interface in a browser: a server that starts one process for each page, and what keeps others out."""
