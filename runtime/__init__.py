"""Where the product runs: settings, connections, the embedded stack, the worker's wiring."""
