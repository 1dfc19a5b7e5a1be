"""What first-person worlds share: a map of cells, bodies that walk in it, things that lie about, and how it all looks.

- state.py: the fields of their states, and units
- angles.py: sine and cosine of 16-bit angles by table
- bindings.py: which keys do what, and the moves by name
- body.py: walking, running, jumping, looking around; walls stop it
- grid_queries.py: cells: what is free, what is far, a random place
- maps.py: maps as text, and levels of them
- generators.py: maps made from the seed: mazes and rooms
- splits.py, sampling.py, rooms.py: which maps are for training, random choices, rooms with floors of a colour
- things.py: what lies about: putting, reaching, taking, carrying; the engine's table of things
- models.py: what things look like
- view.py: the scene of one player: its camera, the map, things, other players
- multiplayer.py, chase.py: several players: their colours, what each is told, and running after one another
- steering.py, expert.py: a walker that knows the map, and errands towards goals, for experts
"""
