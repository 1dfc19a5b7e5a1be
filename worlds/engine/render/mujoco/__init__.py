"""The renderer of MuJoCo models, on the CPU."""
