"""Episodes as data: stored, read again with pixels of any size, verified, merged.

    from rumpus import worlds
    from rumpus.episodes.recorder import Recorder
    from rumpus.episodes.redraw import redraw
    from rumpus.episodes.store import Store

    store = Store("runs/data", create=True)
    batch = worlds.batch("sokoban", 64)
    with Recorder(batch, store, played_by="policy:mine"):
        ...                                        # whatever loop resets and steps the batch
    for episode in store.read():                   # Episode: actions, rewards, and what a replay cannot give
        ...
    for step in redraw(store, size=(64, 64)):      # many episodes side by side, step by step, with pixels
        ...

An episode is a replay: world, version, task, seed, actions, and a checksum of the state after each step. Beside it lies
what a replay cannot give: rewards, who played, how long a player took, and video of guests. docs/data.md has the
format, which is Parquet, and needs pyarrow (`pip install rumpus[data]`).

| file | content |
|---|---|
| start.py | Start: how an episode begins, from a row of a batch and back to a task record |
| episode.py | Episode and Player, in memory |
| columns.py | the columns of the files: episodes as rows of an Arrow table |
| decoding.py | and back, checked |
| files.py | Parquet files in a folder: written whole, never changed, replaced by others, refused by name |
| store.py | Store: append, read, get, index |
| marks.py | Mark: labels on episodes and steps, and their files |
| contexts.py | contexts: places in episodes where a player takes over |
| label.py | label: marks from ground truth |
| recorder.py | Recorder: listens to a batch |
| wrappers.py | the same for Gymnasium, vector and PettingZoo environments |
| step.py | Step and Departure: what reading gives |
| footage.py | episodes with video, side by side |
| showing.py | an episode as pictures for people |
| video.py | video of episodes that cannot be drawn again |
| redraw.py | redraw: episodes in lockstep, with pixels |
| moments.py | any state of a stored episode as the start of a task |
| verify.py | verify: replays to the byte |
| upkeep.py | merge and prune |
| bench.py | how fast episodes are read |
| export, imports | to and from the formats of other libraries |
| commands.py, exchange_commands.py | the command line |
"""
