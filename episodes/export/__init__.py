"""Episodes in the formats of other libraries, and from them.

| file | content |
|---|---|
| trajectories.py | Plan: which episodes are exported, and their trajectories frame by frame |
| actions.py | actions as a vector of named numbers, and as plain values |
| folder.py | a folder that is there whole or not at all |
| mp4.py | H.264 in MP4, frame by frame |
| statistics.py | running statistics, for LeRobot |
| minari.py | Minari, with the face's own spaces |
| lerobot.py | LeRobot v3: Parquet and MP4 |
| clips.py | an MP4 and a file of JSON Lines for each trajectory |
| p2p.py | Open-P2P: an MP4 and an annotation.proto for each trajectory |
| owamcap.py | OWAMcap of D2E: an MP4 and an MCAP file of messages for each trajectory |
| run.py | export: one of these by its name |

Importing is in episodes/imports.
"""
