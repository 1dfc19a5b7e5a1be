"""Compiling: generated modules in the cache folder, named by a digest of all that they are made of."""
