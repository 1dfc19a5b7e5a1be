"""The engine's part of an episode and of a tick, around a world's own rules, for one record on any device."""

import numpy as np
from numba import njit

from ....interface.action import MOUSE_ONE
from ....interface.text import TOKENS, encode
from ..library.random import key_of, mix
from ..records.judge import FIELDS, STAGES

_32 = np.uint64(32)
_PLAYER, _ZERO = int(encode("player")[0]), 1 + ord("0")
_BAR, _COLON, _SPACE, _LINE = (1 + ord(letter) for letter in "_: \n")
_MORE, _START, _WORDS = 1 + 0x80, 1 + 0xC0, 1 + 0x100  # tokens of a letter's further bytes, of its first, and of words
LINE = 12
"""Tokens of the chat that a speaker's line has at least, its name among them, where several may speak."""
_SEEDS, _ROWS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1B54A32D192ED03)  # odd numbers, to tell two streams apart


def longest_chat(players: int, words: int) -> int:
    """The number of tokens of the longest chat if each of `players` players says `words` words of one token."""
    named = 0 if players <= 2 else 6 + (players > 10)  # "player", "_", "1", ":", " " and a line's end
    return min((players - 1) * (words + named), TOKENS)


@njit
def draw_task(state, weights, row, seed, reseed):
    """Give a state the seed of its new episode and return the row of the table of tasks that it plays.

    The seed is `seed` if `reseed`, else the next of the row's own stream: of 32 bits, so that a person can type it to
    see an episode again. row: -1 to draw one by `weights`, which are cumulative integers, (tasks,).
    """
    if reseed:
        state.stream = key_of(seed, _SEEDS)
    else:
        state.stream = mix(state.stream + _SEEDS)
        seed = state.stream >> _32
    state.seed = seed
    if row >= 0 or len(weights) == 1:
        return max(np.int64(row), 0)
    drawn = np.int64(mix(state.stream ^ _ROWS) >> _32) * weights[len(weights) - 1] >> 32
    low, high = 0, len(weights) - 1
    while low < high:
        middle = (low + high) // 2
        if weights[middle] > drawn:
            high = middle
        else:
            low = middle + 1
    return low


@njit
def begin(state, task, parts, row):
    """Set the engine's fields for a new episode of a task, the given row of its table, in a state that has a seed.

    parts: int32 (k,), the instructions and goals of the table, to whose beginnings the row points: of an instruction
    the number of its tokens and these; of a goal the numbers of its stages and of its clauses, the ticks that each of
    STAGES must hold, and the FIELDS of each clause.
    """
    if task.seeded:
        state.seed = task.seed
    state.key = key_of(state.seed, task.salt)
    state.counter = np.uint64(0)
    state.task = row
    state.tick = 0
    state.limit = task.limit
    state.players = task.players
    state.rows = task.rows
    state.cols = task.cols
    state.over, state.won, state.total = 0, 0, np.float32(0)
    for player in range(task.players):
        state.done[player] = 0
        state.muted_devices[player] = task.muted_devices[player]
        state.pointing[player] = 0
        state.cursor[player, 0] = task.cols * MOUSE_ONE // (2 * task.rows)
        state.cursor[player, 1] = MOUSE_ONE // 2
        at = np.int64(task.instruction[player])
        tokens = np.int64(parts[at])
        for token in range(TOKENS):
            state.chat[player, token] = 0
            state.instruction[player, token] = parts[at + 1 + token] if token < tokens else 0
    state.judged, state.first = task.judged, task.first
    if task.judged:
        _set_goals(state, task, parts)


@njit
def _set_goals(state, task, parts):
    """Copy the goals of a task into a state, from which the judge reads them."""
    for index in range(4):
        state.reward[index] = task.reward[index]
    for index in range(2):
        state.reward_weights[index] = task.reward_weights[index]
    for player in range(task.players):
        state.stage[player], state.lasted[player], state.earned[player] = 0, 0, 0
        at = np.int64(task.goal[player])
        state.stages[player], state.clauses[player] = parts[at], parts[at + 1]
        at += 2
        for stage in range(STAGES):
            state.hold[player, stage] = parts[at + stage]
        at += STAGES
        for clause in range(state.clauses[player]):
            for field in range(FIELDS):
                state.goal[player, clause, field] = parts[at + clause * FIELDS + field]


@njit
def before(state, actions, outcomes):
    """Clear the outcomes, move the cursors and deliver the chat. False if the episode is over: nothing may happen."""
    for player in range(state.players):
        outcomes[player].reward = np.float32(0)
        outcomes[player].terminated = 0
        outcomes[player].truncated = 0
        outcomes[player].success = 0
    if state.over:
        return False
    state.tick += 1
    for player in range(state.players):
        if state.muted_devices[player] or state.done[player]:
            still(actions[player])
        motion = actions[player].mouse
        if motion[0] != 0 or motion[1] != 0:
            state.pointing[player] = 1
            edge = state.cols * MOUSE_ONE // state.rows - 1
            state.cursor[player, 0] = min(max(state.cursor[player, 0] + motion[0], 0), edge)
            state.cursor[player, 1] = min(max(state.cursor[player, 1] + motion[1], 0), MOUSE_ONE - 1)
    if state.players > 1:
        _deliver(state, actions)
    return True


@njit
def add(state, outcomes, more):
    """Add the outcomes of another tick, `more` (players,), to those of this step."""
    for player in range(state.players):
        outcomes[player].reward += more[player].reward
        outcomes[player].terminated |= more[player].terminated
        outcomes[player].truncated |= more[player].truncated
        outcomes[player].success |= more[player].success


@njit
def still(action):
    """Clear keys, buttons, wheel and mouse of an action; its text stays."""
    action.mouse[0], action.mouse[1] = 0, 0
    action.wheel = 0
    for button in range(action.buttons.shape[0]):
        action.buttons[button] = 0
    for key in range(action.keys.shape[0]):
        action.keys[key] = 0


@njit
def _deliver(state, actions):
    """Write each player's chat, the texts of the others in this tick: of two players, the other's text as it is; of
    more, a line for each speaker, "player_1: go left", in the order of the players.

    The 64 tokens are divided evenly among the speakers; a speaker may use the tokens that earlier ones left. Text
    beyond that is cut off, and lines of fewer than LINE tokens are left out, which happens with more than five
    speakers.
    """
    for player in range(state.players):
        speakers = 0
        for other in range(state.players):
            if other != player and actions[other].say[0] != 0:
                speakers += 1
        share, end, heard = max(TOKENS // max(speakers, 1), LINE), 0, 0
        for other in range(state.players):
            if other != player and actions[other].say[0] != 0:
                end = min(end + share, TOKENS)
                if state.players == 2:
                    heard = _hear(state, player, actions[other].say, heard, end)
                elif end - heard >= LINE:
                    heard = _name(state, player, other, heard)
                    heard = _hear(state, player, actions[other].say, heard, end)
        while heard < TOKENS and state.chat[player, heard] != 0:  # the rest of the last tick's chat
            state.chat[player, heard] = 0
            heard += 1


@njit
def _name(state, player, other, heard):
    """Begin a line with the name of the speaker. Returns the number of tokens in the chat."""
    if heard > 0:
        state.chat[player, heard] = _LINE
        heard += 1
    state.chat[player, heard], state.chat[player, heard + 1] = _PLAYER, _BAR
    heard += 2
    if other >= 10:
        state.chat[player, heard] = _ZERO + other // 10
        heard += 1
    state.chat[player, heard] = _ZERO + other % 10
    state.chat[player, heard + 1], state.chat[player, heard + 2] = _COLON, _SPACE
    return heard + 3


@njit
def _hear(state, player, say, heard, end):
    """Write a text into a chat, up to its token `end`. Returns the number of tokens in the chat.

    With more than two players a newline becomes a space, so that no player can speak in another's name; and a letter of
    several bytes is written whole or not at all, so that the chat is valid text.
    """
    first, token = heard, 0
    while token < TOKENS and say[token] != 0 and heard < end:
        state.chat[player, heard] = _SPACE if state.players > 2 and say[token] == _LINE else say[token]
        heard, token = heard + 1, token + 1
    if token < TOKENS and _MORE <= say[token] < _START:
        while heard > first and _MORE <= state.chat[player, heard - 1] < _START:
            heard -= 1
        if heard > first and _START <= state.chat[player, heard - 1] < _WORDS:
            heard -= 1
    return heard


@njit
def after(state, outcomes):
    """Update done, won and total, truncate the episode at its limit, and set `over` when it has ended for all
    players."""
    everyone = True
    for player in range(state.players):
        outcome = outcomes[player]
        if state.done[player]:
            outcome.reward = np.float32(0)
            outcome.terminated = 0
            outcome.success = 0
            continue
        if not outcome.terminated and state.tick >= state.limit:
            outcome.truncated = 1
        state.total += outcome.reward
        state.won |= outcome.success
        if outcome.terminated or outcome.truncated:
            state.done[player] = 1
        else:
            everyone = False
    if everyone:
        state.over = 1
