"""Trees of search in arrays, compiled: selection, growth, backup, and moving the root.

A forest has a tree for each row of a batch: trees TREE (n,), nodes NODE (n, capacity), edges EDGE (n, capacity, moves).
Node 0 is the root. A child's number is greater than its parent's. States that a tree holds already are not entered
again: an edge that leads to one, in no fewer steps and with no greater return, is *closed*, and a node without an edge
that is open is *dead*, and never entered again. The nodes of a tree are found by the hash of their state in slots,
int32 (n, a power of two), which hold 1 + the number of a node, 0 for none.
"""

import numpy as np
from numba import njit

NODE = np.dtype(
    [
        ("mark", np.uint64),  # the hash of the state
        ("value", np.float64),  # what the leaf's evaluation said
        ("total", np.float64),  # the sum of rewards from the root on, not discounted
        ("parent", np.int32),
        ("depth", np.int32),
        ("visits", np.int32),  # simulations that came here
        ("move", np.int16),  # the edge of the parent
        ("over", np.uint8),  # the episode ends here
        ("dead", np.uint8),
    ],
    align=True,
)
EDGE = np.dtype(
    [
        ("sum", np.float64),  # of the discounted returns of its simulations, its own reward included
        ("logit", np.float32),  # of the prior
        ("prior", np.float32),  # its probability
        ("reward", np.float32),
        ("child", np.int32),  # a node; UNKNOWN; or CLOSED - the node that has its state
        ("visits", np.int32),
    ],
    align=True,
)
TREE = np.dtype(
    [
        ("low", np.float64),  # the least and the greatest mean return of an edge, by which they are scaled to 0 … 1
        ("high", np.float64),
        ("count", np.int32),  # nodes
        ("goal", np.int32),  # the node of a success, or -1
        ("target", np.int32),  # visits of the root after which the search ends
        ("leaf", np.int32),  # where the next node grows, and by which move; -1 for nowhere
        ("move", np.int32),
        ("live", np.int32),  # whether the search goes on
    ],
    align=True,
)
UNKNOWN, CLOSED = -1, -2
UCT, PUCT, GUMBEL = 0, 1, 2
_ENDS = 64  # most simulations in a row that end in a known end of the episode, before time is looked at again
_SAME = 1e-6  # returns that differ by less are the same


@njit
def plant(trees, nodes, edges, slots, row, mark, logits, value):
    """Begin a tree with its root alone. logits: float32 (moves,)."""
    tree, root = trees[row], nodes[row, 0]
    for slot in range(slots.shape[1]):
        slots[row, slot] = 0
    tree.low, tree.high, tree.count, tree.goal, tree.leaf = np.inf, -np.inf, 1, -1, -1
    root.parent, root.depth, root.move, root.over, root.dead, root.visits = -1, 0, -1, 0, 0, 1
    root.mark, root.value, root.total = mark, value, 0.0
    slots[row, place(nodes[row], slots[row], mark)] = 1
    bud(edges[row, 0], logits)


@njit
def place(nodes, slots, mark):
    """The slot of the node with this mark, or the empty one where it would be."""
    at = np.int64(mark >> np.uint64(1)) & (len(slots) - 1)
    while slots[at] != 0 and nodes[slots[at] - 1].mark != mark:
        at = (at + 1) & (len(slots) - 1)
    return at


@njit
def bud(edges, logits):
    """The edges of a new node, none of them known."""
    most, total = np.float32(-np.inf), 0.0
    for move in range(len(logits)):
        most = max(most, logits[move])
    for move in range(len(logits)):
        total += np.exp(np.float64(logits[move] - most))
    for move in range(len(logits)):
        edge = edges[move]
        edge.child, edge.visits, edge.sum, edge.reward = UNKNOWN, 0, 0.0, np.float32(0)
        edge.logit = logits[move] - most
        edge.prior = np.exp(np.float64(logits[move] - most)) / total


@njit
def is_open(nodes, edge):
    """Whether a simulation may take this edge."""
    return edge.child == UNKNOWN or (edge.child >= 0 and nodes[edge.child].dead == 0)


@njit
def scaled(tree, value):
    """A mean return on the scale of the tree, 0 to 1."""
    return min(max((value - tree.low) / (tree.high - tree.low), 0.0), 1.0) if tree.high > tree.low else 0.0


@njit
def mean_of(node, edges):
    """The mean return of a node's simulations, its own evaluation among them."""
    total, count = node.value, 1
    for move in range(len(edges)):
        total += edges[move].sum
        count += edges[move].visits
    return total / count


@njit
def mixed_value(node, edges):
    """The value of a node that stands for the moves which were never tried: its own evaluation, mixed with the returns
    of those that were, weighted by their prior (Danihelka et al. 2022, appendix D)."""
    visits, weight, total = 0, 0.0, 0.0
    for move in range(len(edges)):
        edge = edges[move]
        if edge.visits > 0:
            visits += edge.visits
            weight += edge.prior
            total += edge.prior * edge.sum / edge.visits
    return (node.value + visits * total / weight) / (1 + visits) if weight > 0 else node.value


@njit
def completed(tree, node, edges, constants, scores):
    """Write logit + sigma(completed return) of each move into scores, float64 (moves,): Danihelka et al. 2022, equation
    11, with returns scaled as the tree's."""
    most, rest = 0, scaled(tree, mixed_value(node, edges))
    for move in range(len(edges)):
        most = max(most, edges[move].visits)
    for move in range(len(edges)):
        edge = edges[move]
        value = scaled(tree, edge.sum / edge.visits) if edge.visits > 0 else rest
        scores[move] = edge.logit + (constants[3] + most) * constants[4] * value


@njit
def choose(tree, nodes, edges, node, method, constants, scores):
    """The open move of a node with the highest score; the first of equal ones, -1 if none is open.

    constants, float64: the weight of exploration of UCT; of PUCT; the base of its logarithm; Gumbel's visits and scale.
    """
    here, own = nodes[node], edges[node]
    best, most = -1, -np.inf
    if method == PUCT:
        rest = scaled(tree, mean_of(here, own))
        weight = np.log((here.visits + constants[2] + 1) / constants[2]) + constants[1]
        weight *= np.sqrt(np.float64(here.visits))
    elif method == GUMBEL:
        completed(tree, here, own, constants, scores)
        top, total, visits = -np.inf, 0.0, 0
        for move in range(len(own)):
            if is_open(nodes, own[move]):
                top = max(top, scores[move])
            visits += own[move].visits
        for move in range(len(own)):
            total += np.exp(scores[move] - top) if is_open(nodes, own[move]) else 0.0
    for move in range(len(own)):
        edge = own[move]
        if not is_open(nodes, edge):
            continue
        if method == UCT:
            if edge.visits == 0:
                return move
            score = scaled(tree, edge.sum / edge.visits)
            score += constants[0] * np.sqrt(np.log(np.float64(here.visits)) / edge.visits)
        elif method == PUCT:
            score = scaled(tree, edge.sum / edge.visits) if edge.visits > 0 else rest
            score += weight * edge.prior / (1 + edge.visits)
        else:
            score = np.exp(scores[move] - top) / total - edge.visits / (1.0 + visits)
        if score > most:
            best, most = move, score
    return best


@njit
def choose_root(tree, nodes, edges, constants, noise, schedule, scores):
    """The root's move by sequential halving with Gumbel noise, float64 (moves,): of those that have been tried as often
    as the schedule says now, int32 (simulations,), the one with the highest noise + logit + sigma(return)."""
    completed(tree, nodes[0], edges[0], constants, scores)
    wanted = schedule[min(nodes[0].visits - 1, len(schedule) - 1)]
    best, most, least = -1, -np.inf, -1
    for turn in range(2):
        for move in range(len(noise)):
            edge = edges[0, move]
            if not is_open(nodes, edge):
                continue
            if turn == 0:
                least = edge.visits if least < 0 else min(least, edge.visits)
            if edge.visits == wanted and noise[move] + scores[move] > most:
                best, most = move, noise[move] + scores[move]
        if best >= 0:
            break
        wanted = least  # moves were closed meanwhile, so that none has been tried so often
    return best


@njit
def descend(trees, nodes, edges, method, constants, noise, schedule, discount, scores):
    """Let every live tree choose where its next node grows; simulations that reach a known end are backed up at once.

    noise: float64 (n, moves), and schedule: int32 (simulations,), of the root's moves under GUMBEL; scores: float64
    (moves,), scratch.
    """
    for row in range(len(trees)):
        tree = trees[row]
        tree.leaf = -1
        for _ in range(_ENDS):
            if not tree.live or nodes[row, 0].dead or nodes[row, 0].visits > tree.target:
                tree.live = 0
                break
            node = 0
            while True:
                if node == 0 and method == GUMBEL:
                    move = choose_root(tree, nodes[row], edges[row], constants, noise[row], schedule, scores)
                else:
                    move = choose(tree, nodes[row], edges[row], node, method, constants, scores)
                child = edges[row, node, move].child
                if child == UNKNOWN:
                    tree.leaf, tree.move = node, move
                    break
                node = child
                if nodes[row, node].over:
                    back_up(tree, nodes[row], edges[row], node, 0.0, discount)
                    break
            if tree.leaf >= 0:
                break


@njit
def back_up(tree, nodes, edges, node, value, discount):
    """Add a simulation that ended in this node, with this value from there on, to all edges from the root to it."""
    nodes[node].visits += 1
    while node > 0:
        parent = nodes[node].parent
        edge = edges[parent, nodes[node].move]
        value = edge.reward + discount * value
        edge.visits += 1
        edge.sum += value
        mean = edge.sum / edge.visits
        tree.low, tree.high = min(tree.low, mean), max(tree.high, mean)
        node = parent
        nodes[node].visits += 1


@njit
def grow(trees, nodes, edges, slots, rows, reward, over, success, marks, discount, numbers):
    """Enter what came of the step from the leaf of each of these rows, and write into numbers, int32 (m,), the new
    node, or -1 where the state is known, the episode has ended, or the tree is full."""
    for index in range(len(rows)):
        row, numbers[index] = rows[index], -1
        tree, node = trees[row], nodes[row]
        parent = tree.leaf
        edge = edges[row, parent, tree.move]
        depth, total, slot = node[parent].depth + 1, node[parent].total + reward[index], -1
        if not over[index]:
            slot = place(node, slots[row], marks[index])
            known = slots[row, slot] - 1
            if known >= 0 and node[known].depth <= depth and node[known].total >= total - _SAME:
                edge.child = CLOSED - known
                bury(node, edges[row], parent)
                continue
        if tree.count == len(node):
            tree.live = 0
            continue
        new = tree.count
        tree.count += 1
        edge.child, edge.reward = new, reward[index]
        child = node[new]
        child.mark, child.total, child.value = marks[index], total, 0.0
        child.parent, child.depth, child.move, child.visits = parent, depth, tree.move, 0
        child.over, child.dead = over[index], 0
        if slot >= 0:
            slots[row, slot] = new + 1
            numbers[index] = new
            continue
        if success[index] and tree.goal < 0:
            tree.goal, tree.live = new, 0
        back_up(tree, node, edges[row], new, 0.0, discount)


@njit
def bury(nodes, edges, node):
    """Mark this node as dead if no edge of it is open, and so on up to the root."""
    while node >= 0:
        for move in range(edges.shape[1]):
            if is_open(nodes, edges[node, move]):
                return
        nodes[node].dead = 1
        node = nodes[node].parent


@njit
def learn(trees, nodes, edges, rows, numbers, logits, values, discount):
    """Give the new nodes of these rows their edges, and back up their values. logits: float32 (m, moves); values:
    float64 (m,)."""
    for index in range(len(rows)):
        row, new = rows[index], numbers[index]
        bud(edges[row, new], logits[index])
        nodes[row, new].value = values[index]
        back_up(trees[row], nodes[row], edges[row], new, values[index], discount)


@njit
def reroot(trees, nodes, edges, slots, row, child, old):
    """Make a child of the root the root, and forget all that is not below it. Returns the number of nodes that are
    left; old, int32 (capacity,), is the former number of each.

    Edges that were closed because of a node which is forgotten are open again.
    """
    tree, node, edge = trees[row], nodes[row], edges[row]
    new = np.full(tree.count, -1, np.int32)
    count, base_depth, base_total = 0, node[child].depth, node[child].total
    for at in range(child, tree.count):
        if at == child or new[node[at].parent] >= 0:
            new[at], old[count] = count, at
            count += 1
    for at in range(count):
        was = old[at]
        source, target = node[was], node[at]
        target.mark, target.value, target.visits, target.move = source.mark, source.value, source.visits, source.move
        target.parent = -1 if at == 0 else new[source.parent]
        target.depth, target.total = source.depth - base_depth, source.total - base_total
        target.over, target.dead = source.over, 0
        if target.over:
            continue  # it has no edges
        for move in range(edge.shape[1]):
            ours, theirs = edge[at, move], edge[was, move]
            ours.sum, ours.logit, ours.prior = theirs.sum, theirs.logit, theirs.prior
            ours.reward, ours.visits = theirs.reward, theirs.visits
            known = theirs.child if theirs.child >= UNKNOWN else CLOSED - theirs.child
            if theirs.child >= 0:
                ours.child = new[known]
            elif theirs.child == UNKNOWN or new[known] < 0:
                ours.child = UNKNOWN
            else:
                ours.child = CLOSED - new[known]
    for slot in range(slots.shape[1]):
        slots[row, slot] = 0
    tree.count, tree.goal = count, -1
    for at in range(count):
        if not node[at].over:
            slot = place(node, slots[row], node[at].mark)
            known = slots[row, slot] - 1
            if known < 0 or node[at].depth < node[known].depth or node[at].total > node[known].total:
                slots[row, slot] = at + 1
    for at in range(count - 1, -1, -1):
        if not node[at].over:
            alive = False
            for move in range(edge.shape[1]):
                alive = alive or is_open(node, edge[at, move])
            node[at].dead = not alive
    return count
