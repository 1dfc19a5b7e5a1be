"""Records: things, goals and their judge, the fields of states and tasks, and the bounds of states."""
