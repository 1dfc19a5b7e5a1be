"""Doors for other people's models and libraries: an OpenEnv server, and tools by the Model Context Protocol (MCP).

Both are translations of the one action and the one observation. sessions.py has the episodes of all connections, as
rows of shared batches; words.py turns names of keys into actions, with sentences for what is no action.
"""
