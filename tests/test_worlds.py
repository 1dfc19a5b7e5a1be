"""One module over all worlds: what every world promises, tested for each that claims it."""

import numpy as np
import pytest

from rumpus import worlds
from rumpus.agents.experts import expert
from rumpus.interface.action import ACTION, FIELDS, MOUSE_ONE
from rumpus.interface.keys import BUTTONS, KEYS
from rumpus.interface.text import decode
from rumpus.tests.batches import random_actions
from rumpus.tests.chosen import EVERY, ONE_OF_EACH
from rumpus.worlds.engine.render.tiles import atlas, layout
from rumpus.worlds.engine.render.views import Rays, Tiles
from rumpus.worlds.engine.run.replay import Episode

ROWS = 12
all_worlds = pytest.mark.parametrize("name", EVERY)
every_world = pytest.mark.parametrize("name", ONE_OF_EACH)
"""What a family's variants have in common is tested on one of them for each number of players."""
CLICKED = [name for name in ONE_OF_EACH if worlds.load(name).controls.cursor and worlds.load(name).players == 1]


def make(name, n=ROWS, **options):
    return worlds.batch(name, n, **{"size": (64, 64), **options})


def copied(records):
    """A copy to the byte: NumPy's own copy of a structured array leaves the padding between its fields undefined."""
    return np.frombuffer(records.tobytes(), records.dtype).reshape(records.shape)


def play(batch, steps, seed=0, hands=None):
    """Play at random with autoreset; yields copies of states, outcomes and pixels at each step."""
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        if hands is None:
            batch.act(rng.integers(0, len(batch.world.controls.moves), (batch.n, batch.players)))
        else:
            batch.actions[...] = hands(rng, batch)
        outcomes = copied(batch.step())
        states = copied(batch.states)
        batch.reset(batch.over)
        yield states, outcomes, batch.draw().copy()


@all_worlds
def test_every_world_describes_itself(name):
    world = worlds.load(name)
    assert world.name == name
    assert world.summary.endswith(".")
    assert world.controls.moves
    assert world.controls.turn_based or world.controls.tick_hz >= 10
    batch = make(name, 1)
    batch.reset()
    for player in range(world.players):
        assert len(decode(batch.instruction[0, player])) > 10


@every_world
def test_same_seed_same_bytes(name):
    first, second = (make(name, threads=threads) for threads in (1, 2))
    for batch in (first, second):
        batch.reset(seed=7)
    for (s1, o1, p1), (s2, o2, p2) in zip(
        play(first, 150, hands=random_actions), play(second, 150, hands=random_actions), strict=True
    ):
        assert s1.tobytes() == s2.tobytes()
        assert o1.tobytes() == o2.tobytes()
        assert (p1 == p2).all()


@all_worlds
def test_a_row_does_not_know_its_neighbours(name):
    """Row i of a batch seeded with s is the environment seeded with s + i."""
    batch, alone = make(name), make(name, 1)
    batch.reset(seed=100)
    alone.reset(seed=105)
    assert alone.save(0) == batch.save(5)
    rng = np.random.default_rng(0)
    for _ in range(50):
        moves = rng.integers(0, len(batch.world.controls.moves), (ROWS, batch.players))
        batch.act(moves)
        alone.act(moves[5])
        batch.step()
        alone.step()
        assert alone.save(0) == batch.save(5)


@every_world
def test_seeds_matter_and_pixels_change(name):
    batch = make(name, 32)
    batch.reset(seed=0)
    starts = batch.draw().copy()
    assert len({start.tobytes() for start in starts}) > 24, "different seeds show different episodes"
    assert starts.std() > 5, "a frame is not one flat colour"
    frames = [pixels[0].tobytes() for _, _, pixels in play(batch, 30)]
    assert len(set(frames)) > 5, "acting changes what is seen"
    batch.reset()
    assert batch.draw().tobytes() != starts.tobytes(), "the next episode is another one"


@every_world
def test_outcomes_and_limits(name):
    limit = min(worlds.load(name).objective.limit, 90)
    batch = make(name, limit=limit)
    batch.reset(seed=3)
    ended = 0
    for states, outcomes, _ in play(batch, 2 * limit + 2):
        over = states["over"].astype(bool)
        finished = (outcomes["terminated"] | outcomes["truncated"]).astype(bool)
        assert np.isfinite(outcomes["reward"]).all()
        assert (states["tick"] <= limit).all()
        assert (states["tick"][outcomes["truncated"].any(1)] == limit).all()
        assert not (outcomes["terminated"] & outcomes["truncated"]).any()
        assert not outcomes["success"][~finished].any() or batch.players > 1
        assert (over == states["done"][:, : batch.players].all(1)).all()
        ended += over.sum()
    assert ended >= ROWS


@pytest.mark.parametrize("limit", [0, -1, 2.7, "5", True, 2**31, float("nan")])
def test_a_limit_is_a_number_of_steps(limit):
    with pytest.raises(ValueError, match="a limit is a whole number of steps"):
        make("sokoban-small", 1, limit=limit)


@every_world
def test_steps_after_the_end_of_an_episode_change_nothing(name):
    batch = make(name, limit=5)
    batch.reset(seed=1)
    for _ in range(5):
        batch.step()
    assert batch.over.all()
    before = [batch.save(row) for row in range(ROWS)]
    batch.act(np.ones((ROWS, batch.players), int))
    assert not batch.step().view(np.uint8).any()
    assert before == [batch.save(row) for row in range(ROWS)]
    mask = np.arange(ROWS) < 4
    batch.reset(mask)
    assert (batch.over == ~mask).all()


@every_world
def test_save_load_and_clone(name):
    world = worlds.load(name)
    assert world.rules.savable
    batch = make(name)
    batch.reset(seed=5)
    list(play(batch, 20))
    saved, twin = batch.save(3), batch.clone()
    future = [(s.tobytes(), o.tobytes(), p.tobytes()) for s, o, p in play(batch, 40, seed=1)]
    assert future == [(s.tobytes(), o.tobytes(), p.tobytes()) for s, o, p in play(twin, 40, seed=1)]
    batch.load(0, saved)
    assert batch.save(0) == saved
    untouched = batch.save(1)
    for bad in (saved[:-1], b"", saved[::-1]):
        with pytest.raises(ValueError, match="no saved state"):
            batch.load(1, bad)
    assert batch.save(1) == untouched


def _reacts(batch, hands, states):
    """Whether these hands change anything, from any of the given states: added to none, or to a move, for keys such as
    the one to run, or those for what one holds."""
    held = [number for number, move in enumerate(batch.world.controls.moves.values()) if move.buttons and not move.keys]
    moves = (None, 0, *held[:2])
    return any(_differs(batch, hands, saved, move) for move in moves for saved in states)


def _differs(batch, hands, saved, move):
    after = []
    for use in (False, True):
        batch.load(0, saved)
        batch.actions[...] = np.zeros((), ACTION)
        if move is not None:
            batch.act(np.full((1, batch.players), move))
        if use:
            hands(batch.actions)
        outcome = batch.step().tobytes()
        after.append((batch.save(0), outcome))
    return after[0] != after[1]


@every_world
def test_every_declared_key_does_something_and_no_other_does(name):
    batch = make(name, 1)
    states, rng = [], np.random.default_rng(0)
    for seed in range(12):
        batch.reset(seed=seed)
        for _ in range(int(rng.integers(0, 12))):
            batch.act(rng.integers(0, len(batch.world.controls.moves), (1, batch.players)))
            batch.step()
        if not batch.over[0]:
            states.append(batch.save(0))
    if batch.world.controls.needs_something_held:  # let an expert take it
        states += [_with_full_hands(batch, seed) for seed in range(3)]

    def hold(field, index):
        def hands(actions):
            actions[field][..., index] = 1

        return hands

    listening = {KEYS[i] for i in range(len(KEYS)) if _reacts(batch, hold("keys", i), states)}
    assert listening == set(batch.world.controls.keys)
    if not batch.world.controls.cursor:
        pressed = {BUTTONS[i] for i in range(len(BUTTONS)) if _reacts(batch, hold("buttons", i), states)}
        assert pressed == set(batch.world.controls.buttons)


def _with_full_hands(batch, seed):
    """A moment in which the first player holds something."""
    guide = expert(batch.world)
    batch.reset(seed=seed)
    for _ in range(300):
        guide.act(batch, np.zeros(1, bool))
        batch.step()
        if (batch.things()[0]["holder"] == 1).any():
            return batch.save(0)
    raise AssertionError("the expert took nothing in ten seconds")


@pytest.mark.parametrize("name", CLICKED)
def test_a_click_beside_the_player_is_a_move(name):
    """Somewhere in the picture a click does what a key does."""
    batch, reached = make(name, 1), set()
    for seed in range(4):
        batch.reset(seed=seed)
        start = batch.save(0)
        by_key = {}
        for move in range(len(batch.world.controls.moves)):
            batch.load(0, start)
            batch.act(np.full((1, batch.players), move))
            by_key[batch.step().tobytes(), _without_cursor(batch)] = move
        for row in range(batch.rows):
            for col in range(batch.cols):
                batch.load(0, start)
                batch.actions[...] = np.zeros((), ACTION)
                target = np.array([col + 0.5, row + 0.5]) * MOUSE_ONE / batch.rows
                batch.actions["mouse"] = target.astype(np.int32) - batch.states["cursor"][:, : batch.players]
                batch.actions["buttons"][..., 0] = 1
                reached.add(by_key.get((batch.step().tobytes(), _without_cursor(batch))))
    assert reached >= set(range(len(batch.world.controls.moves)))


def _without_cursor(batch):
    state = bytearray(batch.states.tobytes())
    state = np.frombuffer(state, batch.states.dtype)
    state["cursor"], state["pointing"] = 0, 0
    return state.tobytes()


@every_world
@pytest.mark.parametrize("size", [(64, 64), (80, 80), (20, 31), (97, 64), (240, 320), (1024, 777)])
def test_any_frame_size(name, size):
    batch = make(name, 2, size=size)
    batch.reset(seed=0)
    pixels = batch.draw()
    assert pixels.shape == (2, batch.players, *size, 3)
    assert pixels.std() > 5
    assert (batch.picture(1, size=size) == pixels[1, 0]).all()
    own = np.full_like(pixels, 255)
    again = batch.draw(np.array([False, True]), own)
    assert (again[0] == 255).all(), "a masked draw leaves other rows alone"
    assert (again[1, 0] == batch.picture(1, size=size)).all(), "a draw writes every pixel of the frame"


@pytest.mark.parametrize("name", [name for name in worlds.names() if isinstance(worlds.load(name).view, Tiles)])
@pytest.mark.parametrize("size", [(64, 64), (80, 80), (28, 45), (20, 31), (97, 64)])
def test_a_frame_is_its_sprites(name, size):
    """The compiled renderer against a plain one, for tiles of every way to copy them."""
    batch = make(name, 2, size=size)
    batch.reset(seed=1)
    place = layout(*size, batch.rows, batch.cols)
    edge = place.tile
    sprites = atlas(batch.world.view.sprites, edge).reshape(-1, edge, edge, 3)
    expected = np.zeros_like(batch.pixels)
    for row, player, y, x in np.ndindex(2, batch.players, batch.rows, batch.cols):
        top, left = place.top + y * edge, place.left + x * edge
        kind = batch.world.view.tile(batch.states[row], player, y, x)
        expected[row, player, top : top + edge, left : left + edge] = sprites[kind]
    assert (batch.draw() == expected).all()


@every_world
@pytest.mark.parametrize("size", [(0, 0), (1, 1), (-64, 64), (5000, 64), (64.0, 64)])
def test_absurd_frame_sizes_are_refused(name, size):
    if size == (1, 1) and isinstance(worlds.load(name).view, Rays):
        assert make(name, 1, size=size).draw().shape[2:4] == size, "even a single pixel can be drawn"
        return
    with pytest.raises(ValueError, match="pixels"):
        make(name, 1, size=size)


@all_worlds
def test_knobs_are_bounded(name):
    world = worlds.load(name)
    for knob, record in world.knobs.declared.items():
        for value in (record.low - 1, record.high + 1):
            with pytest.raises(ValueError, match=knob):
                world.task_record({knob: value})
    with pytest.raises(ValueError, match="no knob 'colour_of_the_sky'"):
        world.task_record({"colour_of_the_sky": 1})
    with pytest.raises(ValueError, match="no split 'holiday'"):
        make(name, split="holiday")


@every_world
def test_a_replay_plays_again(name, tmp_path):
    batch = make(name, 3)
    batch.reset(seed=11)
    episode = Episode.start(batch, 1)
    rng = np.random.default_rng(0)
    frames = [batch.picture(1)]
    for _ in range(25):
        batch.actions[...] = random_actions(rng, batch)
        batch.actions["say"][..., 0] = 300
        batch.step()
        episode.note(batch, 1)
        frames.append(batch.picture(1))
    path = tmp_path / "episode.json"
    episode.save(path)
    again = Episode.load(path)
    for shown, made in zip(frames, again.frames(worlds.load, (64, 64)), strict=True):
        assert (shown == made).all()
    again.actions[3], again.actions[4] = np.zeros_like(again.actions[3]), np.zeros_like(again.actions[3])
    with pytest.raises(ValueError, match=r"departs from its recording after tick 4"):
        list(again.frames(worlds.load, (64, 64)))
    path.write_text(path.read_text()[:-40])
    with pytest.raises(ValueError, match="not a replay"):
        Episode.load(path)


@every_world
def test_tensors_share_memory(name):
    batch = make(name)
    batch.reset(seed=0)
    tensors = batch.tensors()
    assert set(tensors) == {
        "pixels",
        *FIELDS,
        "reward",
        "terminated",
        "truncated",
        "success",
        "over",
        "task",
        "instruction",
        "chat",
    }
    key = KEYS.index(batch.world.controls.keys[0])
    tensors["keys"][..., key] = 1
    assert batch.actions["keys"][..., key].all()
    batch.step()
    batch.draw()
    assert (tensors["reward"].numpy() == batch.outcomes["reward"]).all()
    assert (tensors["pixels"].numpy() == batch.pixels).all()


def test_unknown_world_names_the_nearest():
    with pytest.raises(ValueError, match="did you mean sokoban"):
        worlds.load("sokobann")
    with pytest.raises(ValueError, match="the worlds are"):
        worlds.load("zzz")


@pytest.mark.parametrize(
    "options", [{"n": 0}, {"n": 2.5}, {"seed": -1}, {"seed": True}, {"threads": 0}, {"device": "tpu"}]
)
def test_bad_batches_are_refused(options):
    with pytest.raises(ValueError, match=r"whole number|unknown device"):
        worlds.batch("sokoban", **{"n": 2, **options})


def test_seed_arrays_and_masks_are_checked():
    batch = make("sokoban")
    with pytest.raises(ValueError, match="seeds are one number or 12"):
        batch.reset(seed=np.arange(3))
    with pytest.raises(ValueError, match="mask"):
        batch.reset(np.ones(3, bool))
    batch.reset(seed=np.arange(ROWS)[::-1])
    assert batch.states["seed"].tolist() == list(range(ROWS))[::-1]


@all_worlds
def test_instructions_are_those_of_the_task_or_declared_as_retold(name):
    """Agents look texts up by what the task says and what the world may say later."""
    batch = make(name, 4, repeat=15)
    batch.reset(seed=2)
    told = {decode(tokens) for tokens in batch.table.instructions(batch.players)[0]}
    for _ in play(batch, 25):
        now = {decode(tokens) for tokens in batch.instruction.reshape(-1, batch.instruction.shape[-1])}
        assert now <= told | set(batch.world.objective.other_instructions)
