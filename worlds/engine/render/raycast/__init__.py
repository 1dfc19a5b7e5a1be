"""The renderer of first-person worlds: a camera among textured walls and solid things, on CPU and CUDA, without GL."""
