"""The parts that first-person worlds share: maps of cells, bodies, things, their rendering, and experts.

- state.py: the fields of their states, and units
- angles.py: sine and cosine of 16-bit angles by table
- bindings.py: which keys do what, and the moves by name
- body.py: walking, running, jumping, looking around; walls stop it
- grid_queries.py: cells: free ones, distances, random ones, lines of sight
- maps.py: maps as text, and levels of them
- generators.py: maps made from the seed: mazes and rooms
- splits.py, sampling.py: the split of a map by its content, random choices without replacement
- rooms.py: rooms in a grid, joined to a tree by doorways
- things.py: things on the map: placing, reaching, taking, carrying; the engine's table of things
- models.py: the solids of every thing
- view.py: the scene of one player: its camera, the map, things, other players
- multiplayer.py, chase.py: several players: colours, instructions, shared starts, pursuit
- steering.py, viewpoints.py: for experts: shortest paths on the map, and places to see things from
- dispatch.py, expert.py: experts: the skill that a clause of a goal asks for, and the skills
"""
