"""What first-person worlds share: a map of cells, bodies that walk in it, things that lie about, and how it all looks.

- state.py: the fields of their states, and units
- angles.py: sine and cosine of 16-bit angles by table
- hands.py: which keys do what, and the moves by name
- body.py: walking, running, jumping, looking around; walls stop it
- ground.py: cells: what is free, what is far, a random place
- maps.py: maps as text, and levels of them
- carve.py: maps made from the seed: mazes and rooms
- folds.py, lots.py, rooms.py: which maps are for training, drawing lots, rooms with floors of a colour
- things.py: what lies about: putting, reaching, taking, carrying; the engine's table of things
- catalogue.py: what things look like
- view.py: the scene of one player: its camera, the map, things, other players
- seats.py, chase.py: several players: their colours, what each is told, and running after one another
- steering.py, guide.py: a walker that knows the map, and errands towards goals, for experts
"""
