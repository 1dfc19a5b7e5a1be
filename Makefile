# All that needs to be typed. `make demo` and `make test` need nothing but make and Python 3.11, 3.12 or 3.13.
#
#   make demo       train an agent for two to five minutes, measure it, and leave runs/demo/report.html
#   make test       lint and test                       make test ARGS="-k sokoban"   some of the tests
#                                                       make test WORKERS=0   in one process, not two a core
#   make setup      prepare .venv (with .venv/bin/rumpus in it), or bring it up to date
#   make lint       check style and types               make format     put the style right
#   make bench      measure the speed of this machine   make bench ARGS="sokoban --seconds 5"
#   make gpu        on a machine with an NVIDIA GPU: tests, speeds, and the longest training that fits into MINUTES; all
#                   of it goes into OUT as it comes. Without a GPU: make gpu DEVICE=cpu MINUTES=10 ARGS="--envs 4 --train 'ppo sokoban-small'"
#   make docs       build the documentation site into build/site, and refuse dead links
#   make goldens    record the golden playthroughs anew, after a change that is meant to change them
#   make tables     print the tables of the README and of the pages anew
#   make pictures   draw the sprites and the pictures of the README anew
#   make levels     make the levels of Sokoban anew that come with Rumpus
#   make vocabulary  add the words of new worlds to assets/vocabulary.txt
#   make suite      make the benchmark's tasks anew, after a change of worlds or of how tasks are made; of some worlds
#                   only: make suite WORLDS="room room-duo"
#   make sts        make the contexts of the Standardised Test Suite anew, after a change of worlds
#   make baselines  measure the random policy and the expert in worlds whose version has changed
#   make constraints  choose the newest versions of everything, and write them to constraints.txt
#   make agents     train the shipped agents anew by the commands in their cards, hours each, and put them into
#                   assets/agents; one of them: make agents ARGS=NAME; the same command again goes on
#   make clean      remove caches and build products    make distclean  remove .venv too
#
# Another Python than python3:  make setup PYTHON=python3.12

PYTHON ?= python3
ARGS ?=
WORKERS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
MINUTES ?= 11
OUT ?= runs/gpu
DEVICE ?= cuda
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test lint format bench gpu docs goldens tables pictures levels vocabulary suite sts baselines agents constraints clean distclean
.NOTPARALLEL:
.DELETE_ON_ERROR:

setup: $(STAMP)

# Kept quick by the stamp: pip runs only when what is to be installed has changed.
$(STAMP): pyproject.toml constraints.txt
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	command -v $(PYTHON) >/dev/null || \
	  { echo "There is no '$(PYTHON)' here. Install Python 3.11, 3.12 or 3.13, or name it: make setup PYTHON=python3.12" >&2; exit 1; }; \
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "$$($(PYTHON) --version 2>&1) will not do: Rumpus needs 3.11, 3.12 or 3.13. Name one: make setup PYTHON=python3.12" >&2; exit 1; }; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }; \
	echo "Making $(VENV) with $$($(PYTHON) --version)"; \
	$(PYTHON) -m venv --clear $(VENV); }
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@mkdir -p $(VENV)/src && ln -sfn ../.. $(VENV)/src/rumpus
	@touch $@

demo: setup
	$(BIN)/rumpus demo $(ARGS)

# Unless only some of the tests are asked for, worlds are compiled first, in processes of their own, and then the files
# run in two halves: a process grows with each file that it runs, so it gets half of them.
TESTS := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile
test: setup lint
ifeq ($(strip $(ARGS)),)
	$(BIN)/rumpus warm
	@status=0; for half in '[a-l]' '[!a-l]'; do $(TESTS) tests/test_$$half*.py || status=1; done; exit $$status
else
	$(TESTS) $(ARGS)
endif

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	$(BIN)/rumpus bench $(ARGS)

gpu: setup
	$(BIN)/python docs/gpu.py --minutes $(MINUTES) --out $(OUT) --device $(DEVICE) $(ARGS)

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --clean
	@echo "The site is in build/site: open build/site/index.html"

goldens: setup
	$(BIN)/python -m pytest tests/test_golden.py --regenerate-goldens $(ARGS)

tables: setup
	$(BIN)/python docs/make_tables.py

pictures: setup tables
	$(BIN)/python -m rumpus.assets.make_sprites
	$(BIN)/python docs/make_pictures.py

levels: setup
	$(BIN)/python -m rumpus.assets.make_levels

vocabulary: setup
	$(BIN)/python -m rumpus.assets.make_vocabulary

sts: setup
	$(BIN)/python -m rumpus.assets.make_sts

suite: setup
	$(BIN)/python -m rumpus.assets.make_suite $(WORLDS)

baselines: setup
	$(BIN)/python -m rumpus.assets.make_baselines $(WORLDS)

agents: setup
	$(BIN)/rumpus agents train --ship $(ARGS)

constraints: setup
	$(BIN)/python -m pip install --disable-pip-version-check --quiet uv
	{ sed -n '/^#/p' constraints.txt; echo; } > $(VENV)/constraints.txt
	grep '^torch==' constraints.txt | $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	  --fork-strategy fewest --extra dev --no-header --no-annotate -c - pyproject.toml -o $(VENV)/resolved.txt
	sed 's/ *;.*//' $(VENV)/resolved.txt >> $(VENV)/constraints.txt
	mv $(VENV)/constraints.txt constraints.txt

clean:
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)
