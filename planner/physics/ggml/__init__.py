"""Memory that llama.cpp allocates at start: its compute buffers, found by running its allocator on its graphs."""
