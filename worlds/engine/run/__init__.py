"""Running: batches of a world on CPU threads or CUDA, tables of tasks, search and replay."""
