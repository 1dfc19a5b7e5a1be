"""Tools around the engine: benchmarks, and compiling ahead."""
