"""Tasks: goals as data and in words, generated, proven to be feasible, and split by their contents.

Generation is a pipeline, run by generate.py; the records that pass through it are in pipeline.py:

| file: function | takes | gives |
|---|---|---|
| rollouts.py: StartSampler.draw | a world and a split | Starts: knobs, seeds and levels |
| rollouts.py: play | Starts | Rollouts: the moves, things and states of each play |
| hindsight/propose.py: draw | Rollouts | clauses, and the ticks at which each of them holds |
| multiplayer.py: proposals, by hindsight/compose.py | Rollouts, clauses | Proposals: goals that a play reached |
| verify.py: verify | Proposals | Candidates: the goals that the judge confirms, with their moves |
| assemble.py: draft | a Candidate | a Draft: with instructions, reward and split |
| assemble.py: Pool | Drafts | as many of each skill |
| verify.py: shorten, worthwhile | Candidates | the same with the shortest moves that a search finds |
| assemble.py: task_of | a Draft | a Task, which files.py writes as a line of JSON |

Where a simulator moves the world, two others stand in place of all between Starts and Task:

| families.py: propose | the things of a start | a goal, or a question and its answer, for a Candidate and its Draft |
| guided.py: prove, with inquire.py | Drafts, as tasks | the actions by which the world's expert solves them |

The rest of the folder serves users of tasks: goals.py is their schema, compile.py makes records for the engine of them
(codec.py encodes the goals), prove.py checks tasks from anywhere, language.py says goals and understands what it says
(grammar.py, parser.py, scene.py), understanding/ takes goals in people's own words, splits.py and skills.py sort tasks
by their contents, show.py draws them, replays.py plays them.
"""
