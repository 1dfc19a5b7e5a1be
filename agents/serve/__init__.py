"""Worlds in a browser: `rumpus serve` is one process with many rooms, and a page that needs no installation.

| file | content |
|---|---|
| limits.py | limits of everything that comes from outside, and counts of what was refused |
| protocol.py | the messages of a page, each checked |
| pictures.py | pictures on the wire |
| outbox.py | what waits for one connection |
| credits.py | who played each seat |
| table.py | a session with a seat for every player: people, an agent, nobody |
| shown.py | what a page shows besides the picture |
| room.py | a room: a thread and a clock of its own |
| house.py | the worlds and rooms of a server |
| gallery.py | moving pictures of worlds |
| replays.py | replays of a store, and marks |
| annotation.py | invited people, their consent and their queue |
| app.py | addresses, tokens, connections |
| server.py | the process |
| running.py, command.py | the command line |
| page | the page: HTML, CSS and JavaScript modules as they are |
"""
