"""Search on the perfect simulator: policies that look ahead in copies of a world before they act.

    futures.py   the simulator of a search: a second batch, in which states of many searches are stepped side by side
    priors.py    what a search is guided by: a network's policy and values, or nothing
    trees.py     trees in arrays, compiled: selection, growth, backup, and moving the root
    forest.py    MCTS, PUCT and Gumbel: one tree for each row of a batch
    frontier.py  Levin tree search: best-first, by depth over the probability of a path
    policy.py    SearchPolicy, a `Policy` by any of these, and its budgets

A simulator is deterministic given its state, which holds its random numbers: a search sees what will happen, not what
may happen. It is the baseline of a perfect model, that of I2A (Racaniere et al. 2017), MCTSnets (Guez et al. 2018) and
MuZero (Schrittwieser et al. 2020), not a fair player of a game of chance.
"""
