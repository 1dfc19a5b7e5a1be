"""Places of the package that import, execute, unpickle or open, and why each is safe: see test_strangers."""

IMPALA, R2D2 = ("reference", "replay", "scale"), ("replay", "sequences", "target")
REVIEWED = {
    "A person types the name of the world.": (
        *("__main__.py: worlds: all_worlds.load", "__main__.py: levels: all_worlds.load"),
        *("agents/play_command.py: play: all_worlds.load", "__main__.py: watch: all_worlds.load"),
        "agents/play_command.py: _from_gallery.play_one: all_worlds.load",
        "agents/human/watching.py: window: worlds.load",
        # of the suite: names() of it, in the process itself and in one that it starts
        *("agents/human/gallery.py: _suite: worlds.load", "agents/human/films.py: main: worlds.load"),
        "agents/human/films.py: Maker.__init__: worlds.load",
        *("agents/bench_command.py: bench: all_worlds.load", "agents/commands.py: _train: worlds.load"),
        *("tasks/commands.py: generate: worlds.load", "tasks/commands.py: check: worlds.load"),
        *("tasks/commands.py: show: worlds.load", "tasks/commands.py: understand: worlds.load"),
        "agents/scenarios_command.py: measured: worlds.load",
        *("agents/recording.py: record: worlds.load", "episodes/commands.py: own_worlds: worlds.load"),
        *("agents/measuring/evaluate.py: evaluate: worlds.load", "agents/packing.py: pack: worlds.load"),
        "agents/measuring/watch.py: watch: worlds.load",
        *(f"agents/doors/commands.py: {name}: worlds.load" for name in ("bench", "mcp", "openenv")),
        "agents/doors/trl.py: environment: worlds.load",
        *("agents/serve/command.py: serve: all_worlds.load", "agents/serve/house.py: _lists: path.open"),
        "agents/serve/command.py: serve: consent.read_text",
        "agents/doors/p2p.py: SocketModel._tell: os.open",
        "agents/serve/annotation.py: errands_in: path.read_text",
        "agents/serve/annotation.py: Annotation._read: self._file.read_text",
        *("agents/measuring/watch.py: watch: worlds.load", "agents/mixture.py: named: worlds.load"),
        "agents/improve/rounds.py: fitting: worlds.load",
        *(f"agents/studies/setter_solver.py: {name}: worlds.load" for name in ("found_in", "wanted")),
        *("agents/measuring/demo.py: demo: worlds.load", "agents/ending.py: learn: worlds.load"),
        "agents/human/__init__.py: _play: worlds.load",
        "agents/catalogue.py: warm: all_worlds.load",
        # of a Config that a person gives; a resumed run brings its worlds
        "agents/training/trainer.py: Trainer.__init__: worlds.load",
        "agents/training/run.py: saved_run: worlds.load",
    ),
    "A person types the path of a plugin; a checkpoint holds names alone, which are looked up among those loaded.": (
        "agents/plugins.py: load: importlib.util.spec_from_file_location",
        "agents/plugins.py: _run: loader.exec_module",
    ),
    "Only worlds.load, for a name that a person types, comes here.": (
        "worlds/__init__.py: _import_folder: importlib.util.spec_from_file_location",
        "worlds/__init__.py: _import_folder: spec.loader.exec_module",
        "worlds/guests/gym/__init__.py: _import: importlib.import_module",  # module:id, which worlds.named refuses
    ),
    "An id is looked up among those that installed packages have registered.": (
        "worlds/guests/gym/__init__.py: _spec: gymnasium.spec",
        "worlds/guests/gym/__init__.py: _make: gymnasium.make",
        "worlds/guests/gym/__init__.py: _make: load_env_creator",
    ),
    "The names are the suite's own, or constants.": (
        *(
            "worlds/__init__.py: _families: importlib.import_module",
            "worlds/__init__.py: _families: pkgutil.iter_modules",
        ),
        *("worlds/guests/__init__.py: _door: importlib.import_module", "agents/human/ink.py: _typeface: find_spec"),
        "agents/needs.py: learning: find_spec",
        "agents/needs.py: need: find_spec",
        "agents/measuring/benchmark.py: beside: importlib.util.find_spec",
        "agents/serve/house.py: _agents: find_spec",
        *("agents/serve/app.py: page_files: PAGE.iterdir", "agents/serve/app.py: page_files: path.read_bytes"),
        *("agents/serve/bench.py: : worlds.load", "agents/serve/bench.py: serve_bench: worlds.load"),
        *("agents/serve/bench.py: _server: subprocess.Popen", "agents/serve/house.py: House.__init__: TASKS.glob"),
        *("agents/serve/gallery.py: Gallery.picture: read_bytes", "agents/serve/limits.py: resident: open"),
        "worlds/guests/dm_control/__init__.py: load: importlib.util.find_spec",
        *(
            "worlds/engine/run/cuda.py: Cuda.__init__: importlib.import_module",
            *("agents/measuring/report.py: : from_string", "agents/improve/report.py: : from_string"),
        ),
        *(
            "worlds/engine/run/cuda.py: _simulated: importlib.import_module",
            "interface/text.py: vocabulary: path.read_text",
            "worlds/pages.py: baselines: _BASELINES.read_text",
        ),
        *(
            "worlds/engine/run/cuda.py: check: importlib.import_module",
            "worlds/engine/run/cuda.py: check: importlib.util.find_spec",
        ),
        "worlds/engine/tools/raycast_bench.py: vizdoom_steps: importlib.import_module",
        *(
            f"agents/measuring/speeds.py: {place}"
            for place in (
                *("_dm_control: importlib.util.find_spec", "_dm_control: worlds.load", "_parallel: worlds.load"),
                *("_minigrid: gymnasium.make", "_minigrid: importlib.import_module", "_single: worlds.load"),
                *("_tasks: worlds.load", "installed: importlib.util.find_spec"),
            )
        ),
        *("agents/studies/curricula.py: tasks: worlds.load", "agents/studies/navigation.py: measured: worlds.load"),
        *(f"agents/studies/generalist.py: {name}: worlds.load" for name in ("_agent", "measured", "prepare")),
        *(f"agents/studies/room.py: {name}: worlds.load" for name in ("_expert", "measured", "prepare", "run")),
        *(f"agents/studies/two_players.py: {name}: worlds.load" for name in ("run", "tasks")),
        *(
            "worlds/engine/render/enlarge.py: _kernel: read_text",
            "worlds/engine/render/raycast/textures.py: textures: cv2.imread",
            "worlds/engine/render/tiles.py: atlas: cv2.imread",
        ),
        "agents/human/window.py: dressed: pygame.image.load",
    ),
    "The SDL that pygame itself has loaded, beside it, asked for the print on keys.": (
        *("agents/human/devices.py: : import ctypes", "agents/human/devices.py: layout: ctypes.CDLL"),
        "agents/human/devices.py: _library: place.glob",
    ),
    "Save slots: a ZIP of three members, each checked and none run, see test_slots.": (
        "agents/human/slots.py: read: path.read_bytes",
    ),
    "The formats of exports and imports by name, and the libraries that they need, which are constants.": (
        *("episodes/export/run.py: check: import_module", "episodes/export/run.py: _writing: import_module"),
        *("episodes/imports/run.py: _found: import_module", "episodes/export/minari.py: _spec: gymnasium.spec"),
    ),
    "FFmpeg of imageio, without a shell, for a file that is made anew.": (
        "episodes/export/mp4.py: Mp4.__init__: subprocess.Popen",
    ),
    "Lines of a card that comes with the suite: cards.COMMANDS alone are run, by the suite, without a shell.": (
        "agents/recipes.py: follow: subprocess.run",
    ),
    "Safetensors hold numbers and text, and a card is JSON of which every field is checked.": (
        *("agents/shipped.py: content: file.read_bytes", "agents/shipped.py: names: FOLDER.glob"),
        *("agents/cards.py: read: file.read_bytes", "agents/shipped_commands.py: lines: file.read_text"),
        "agents/recipes.py: _progress: file.read_text",
    ),
    "The interpreter is run for a script of the suite.": (
        *("interface/viewer.py: _open: subprocess.Popen", "agents/measuring/speeds.py: _imports: subprocess.run"),
        *(f"worlds/engine/tools/bench.py: {name}: subprocess.run" for name in ("as_installed", "first_reset")),
        "agents/human/films.py: Maker.__init__: subprocess.Popen",
        "worlds/guests/dm_control/bench.py: _theirs: subprocess.run",
    ),
    "A world is handed to a process of the suite, which unpickles what this one has pickled.": (
        *(
            "worlds/engine/run/ahead.py: : import pickle",
            "worlds/engine/run/ahead.py: Ahead.__init__: subprocess.Popen",
        ),
    ),
    "A name for an error, and the C library that is loaded already.": (
        *("agents/checkpoint.py: : import pickle", "agents/algorithms/descent.py: : import ctypes"),
        "agents/algorithms/descent.py: _keep_memory: ctypes.CDLL",
        *("worlds/engine/run/threads.py: : import ctypes", "worlds/engine/run/threads.py: _core_finder: ctypes.CDLL"),
        *("worlds/room/guarded.py: : import ctypes", "worlds/room/guarded.py: mj_step: ctypes.CDLL"),
    ),
    "The file lies in the user's own cache or config folder, or comes with the suite, or was imported already.": (
        *("worlds/engine/compile/modules.py: _loaded_of: importlib.util.spec_from_file_location",),
        *(
            "worlds/engine/compile/modules.py: _loaded_of: spec.loader.exec_module",
            "worlds/engine/compile/modules.py: _prune: folder.iterdir",
        ),
        *("worlds/engine/compile/modules.py: _compiled: code.glob", "worlds/sokoban/bank.py: _kept: np.load"),
        *(
            "worlds/sokoban/bank.py: _kept: path.read_bytes",
            "worlds/sokoban/bank.py: shipped: np.load",
            "worlds/engine/compile/ingredients.py: fingerprint: path.read_bytes",
        ),
        *(
            "worlds/engine/compile/ingredients.py: _collect: start.parent.glob",
            "agents/human/settings.py: load: read_text",
        ),
        *("agents/human/settings.py: solved: read_text", "agents/human/settings.py: played: read_text"),
        "agents/human/films.py: load: read_bytes",
    ),
    "Unpickled with weights_only=True, or tensors that were.": (
        *("agents/checkpoint.py: load: torch.load", "agents/checkpoint.py: save: torch.load"),
        "agents/training/distributed.py: Ranks.save: torch.load",
        "agents/improve/learned.py: LearnedJudge.prepare: torch.load",
        "agents/improve/learned.py: LearnedJudge.prepare: self.network.load_state_dict",
        "agents/improve/setter_solver.py: Trainer.read: torch.load",
        *(
            f"agents/improve/setter_solver.py: Trainer.read: {part}.load_state_dict"
            for part in ("network", "self._optimisers[name]")
        ),
        "agents/algorithms/base.py: OneNetwork.load_state_dict: self.network.load_state_dict",
        "agents/algorithms/base.py: OneNetwork.load_state_dict: self.descent.optimiser.load_state_dict",
        *(
            f"agents/algorithms/{name}: load_state_dict"
            for name in (
                *("dagger.py: DAgger.load_state_dict", "impala.py: IMPALA.load_state_dict"),
                *("ppo.py: PPO.load_state_dict", "r2d2.py: R2D2.load_state_dict", "bc.py: BC.load_state_dict"),
            )
        ),
        *(f"agents/algorithms/impala.py: IMPALA.load_state_dict: self.{part}.load_state_dict" for part in IMPALA),
        *(f"agents/algorithms/r2d2.py: R2D2.load_state_dict: self.{part}.load_state_dict" for part in R2D2),
        "agents/algorithms/r2d2.py: R2D2._step: self.target.load_state_dict",
        "agents/network_policy.py: trained: network.load_state_dict",
        "agents/training/trainer.py: built: network.load_state_dict",
        "agents/training/trainer.py: Trainer.restore: self.algorithm.load_state_dict",
        "agents/training/trainer.py: Trainer.restore: self.collector.load_state_dict",
        "agents/training/trainer.py: Trainer.restore: place.sampler.load_state_dict",
        "agents/training/independent.py: Independent.load_state_dict: each.load_state_dict",
        "agents/data/collector.py: Collector.load_state_dict: group.load_state_dict",
        "agents/data/reader.py: EpisodeReader.load_state_dict: world.load_state_dict",
        "agents/data/collector.py: Group.load_state_dict: expert.load_state_dict",
        "agents/data/paid.py: PaidCollector.load_state_dict: load_state_dict",
        "agents/algorithms/terms.py: Reference.load_state_dict: self.network.load_state_dict",
        "agents/algorithms/ppo.py: PPO.load_state_dict: self.scale.load_state_dict",
        "agents/algorithms/ppo.py: PPO.load_state_dict: self.reference.load_state_dict",
        "agents/algorithms/dagger.py: DAgger.load_state_dict: self.replay.load_state_dict",
    ),
    "Text, JSON or a literal, which is parsed and never executed; a person types the path, or Rumpus wrote it beside. "
    "Paths out of a checkpoint come through run.saved_run, which lets files and folders pass alone.": (
        *("agents/studies/frame.py: _read: read_text", "agents/studies/frame.py: results: kept.read_text"),
        *("agents/improve/rounds.py: Rounds.read: file.read_text", "agents/improve/running.py: same: file.read_text"),
        *("agents/improve/running.py: same: folder.iterdir", "agents/studies/setter_solver.py: found_in: read_text"),
        *("agents/improve/report.py: _clips: path.read_bytes", "agents/improve/report.py: _clips: read_bytes"),
        *(
            "agents/algorithms/bc.py: counted: read_text",
            "agents/improve/language.py: VisionJudge.prepare: file.read_text",
        ),
        "interface/machine.py: processor: open",
        *("tasks/files.py: read: path.open", "worlds/engine/library/level_files.py: level_files: path.rglob"),
        "worlds/engine/library/level_files.py: read_levels: read_text",
        *(
            "worlds/engine/library/level_files.py: read_text: file.open",
            "worlds/engine/run/replay.py: Episode.load: read_text",
        ),
        *(
            "agents/settings.py: _literal: ast.literal_eval",
            "agents/fleet.py: _axis: ast.literal_eval",
        ),
        *("agents/fleet.py: members: path.glob", "tasks/files.py: _files: glob"),
        *("agents/training/log.py: Log._rewrite: open", "agents/training/log.py: read_metrics: path.read_text"),
        *("agents/training/folders.py: owned: open", "agents/training/folders.py: leftovers: folder.glob"),
        *("agents/measuring/benchmark.py: tasks_of: folder.glob", "agents/measuring/sts.py: digest: read_bytes"),
        "episodes/contexts.py: load: path.open",
        *("agents/measuring/report.py: write_report: film.read_bytes", "tasks/generate.py: _kept: path.open"),
        *("episodes/store.py: Store.__init__: header.read_text", "episodes/commands.py: moment: out.read_bytes"),
        *("tasks/generate.py: _kept: path.read_bytes", "tasks/generate.py: write: path.open"),
    ),
    "Parquet, read by pyarrow without extension types, in a folder that a person types: files.listed passes plain "
    "files of it alone, and columns.py checks all that is in them.": (
        "episodes/files.py: opened: path.open",
        *("episodes/store.py: _empty: folder.iterdir", "episodes/files.py: sweep: folder.glob"),
    ),
    "Text and JSON, parsed and never executed, in the folder or the file that a person types.": (
        *("episodes/imports/minari.py: episodes: read_text", "episodes/imports/replays.py: files_of: source.glob"),
        "episodes/imports/replays.py: _is_replay: path.open",
        "agents/scenarios/records.py: read: file.read_bytes",
        "agents/language/cache.py: Cache.get: path.read_bytes",
    ),
    "A file that was made for this, under a name of its own.": (
        *("episodes/export/clips.py: _written: lines.open", "episodes/export/clips.py: write: open"),
        "episodes/export/owamcap.py: _Recording.write: self.log.open",
        *("episodes/export/lerobot.py: _Dataset._write_data: open",),
        "episodes/export/minari.py: _widen: metadata.read_text",
        "episodes/video.py: encode: path.read_bytes",
        *("interface/files.py: _write_through: path.open", "interface/files.py: _sync_folder: os.open"),
    ),
}
"""Why each place does no harm. A new place wants a reason here, and one that is gone no longer stands here."""
