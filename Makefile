# Everything runs in .venv and var/ of this checkout; what is done already is not done again.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
# PyTorch's own CPU index, for machines whose default torch is the CUDA build:
#   make setup TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
BIN := .venv/bin
LLM := .venv-llm
# Of the model server. With one, few replies are written within a release's three seconds: make llm THREADS=4
THREADS ?= 1
# Tests that measure no time run beside each other; without numpy's second thread, which would take the core of another.
BESIDE := -n logical --maxprocesses 4
BESIDE_SLOW := tests/knowledge tests/journeys tests/evals/calibration tests/evals/judge $(wildcard tests/evals/test_*.py) \
	tests/tools tests/containers $(addprefix tests/service/,batch chaos fuzz hostile test_canaries.py test_canaries_terminal.py \
	test_doctor.py test_workers.py http/test_matrix.py http/test_matrix_orders.py http/test_pages.py)
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)
export HF_HUB_OFFLINE ?= 1
export TOKENIZERS_PARALLELISM ?= false

KNOWLEDGE := $(wildcard knowledge/*.py knowledge/encoder/*.py knowledge/policies/*.md knowledge/heads/*/*)
SHOP := $(wildcard tools/*.py tools/*.toml tools/demo_shop/*.py)

.DEFAULT_GOAL := help
.PHONY: help setup demo serve llm test test-slow test-llm ray eval chaos fuzz hostile kills bench pictures chromium check clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: var/.built ## environment, encoder, index, demo shop; nothing else

demo: setup ## set up and triage the sample inbox
	@$(BIN)/triage demo

serve: setup ## set up and serve over HTTP with demo keys
	@$(BIN)/triage serve --demo

llm: $(LLM)/.installed ## serve a small real model for a second terminal; the first time it is compiled, in minutes
	@$(LLM)/bin/python tests/llm/model_server.py $(THREADS)

test test-slow: export OPENBLAS_NUM_THREADS = 1

test: setup ## set up and pass the tests, without network
	$(BIN)/python -m pytest $(BESIDE)

test-slow: setup ## small forms of everything heavy
	$(BIN)/python -m knowledge learn --check
	$(BIN)/python -m pytest -m slow --timeout 900 $(BESIDE) $(BESIDE_SLOW)
	$(BIN)/python -m pytest -m slow --timeout 900 $(addprefix --ignore=,$(BESIDE_SLOW)) tests

test-llm: setup $(LLM)/.installed ## ask a small real model everything, in minutes
	$(BIN)/python -m pytest -m llm --timeout 900 tests/llm

ray: setup .venv/.ray ## the batch on Ray, which is installed for it
	$(BIN)/python -m pytest -m ray --timeout 900 $(BESIDE)

eval: setup ## the smoke cases and the gate, under two minutes
	$(BIN)/python -m evals run --data smoke --out var/evals/smoke.json
	$(BIN)/python -m evals gate var/evals/smoke.json

chaos: setup ## kill the service 100 times and approve 200 refunds 64 times at once, on each database
	TRIAGE_CHAOS_KILLS=100 TRIAGE_CHAOS_ROUNDS=200 $(BIN)/python -m pytest -m slow --timeout 5400 tests/service/chaos

fuzz: setup ## ask a running service for all that its OpenAPI document allows, 20,000 times
	TRIAGE_FUZZ_CASES=20000 $(BIN)/python -m pytest -m slow --timeout 5400 tests/service/fuzz

hostile: setup ## 20,000 answers of a large model that is an attacker, through graph, store, tools and shop
	TRIAGE_HOSTILE_CASES=20000 $(BIN)/python -m pytest -m slow --timeout 5400 tests/service/hostile

kills: setup .venv/.ray ## kill a batch of 10,000 rows 100 times, one on Ray 10 times, and compare with undisturbed ones
	TRIAGE_BATCH_KILLS=100 TRIAGE_BATCH_ROWS=10000 $(BIN)/python -m pytest -m slow --timeout 5400 \
		tests/service/batch/test_kills.py -k random
	TRIAGE_BATCH_RAY_KILLS=10 $(BIN)/python -m pytest -m ray --timeout 5400 tests/service/batch/on_ray/test_ray.py -k random

bench: setup ## latency and growth in their two-minute form
	$(BIN)/python -m evals bench latency --quick
	$(BIN)/python -m evals bench growth --quick

pictures: setup chromium ## the README's pictures of the pages
	$(BIN)/python -m tests.service.web.chromium.pictures

chromium: ## Debian's Chromium, in which the tests look at the pages; without it they say so and skip that
	@command -v chromium > /dev/null || { $(AS_ROOT) apt-get update -qq && \
		$(AS_ROOT) apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core > /dev/null; }

check: .venv/.installed ## format, lint, types, import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean: ## remove the environment and everything built
	rm -rf .venv $(LLM) var

# pip first (an old one can't resolve this set), then torch alone and exactly, then the rest.
.venv/.installed: pyproject.toml constraints.txt
	test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade "pip>=26"
	$(BIN)/pip install --quiet torch==2.13.0 $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[build,evals,dev]"
	touch $@

# An extra of its own: it is large, and all but one engine of the batch does without it.
.venv/.ray: .venv/.installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[ray]"
	touch $@

# The model server has an environment of its own. pip fetches the other build tools, and keeps what was compiled.
$(LLM)/.installed: tests/llm/requirements.txt
	@command -v $${CXX:-c++} > /dev/null || command -v g++ > /dev/null || command -v clang++ > /dev/null || \
		{ echo "llama.cpp has to be compiled: install a C++ compiler first, such as g++." >&2; exit 1; }
	@echo "Compiling llama.cpp if pip has not kept it from before; that takes some minutes."
	test -d $(LLM) || $(PYTHON) -m venv $(LLM)
	$(LLM)/bin/pip install --quiet --upgrade "pip>=26"
	CMAKE_ARGS=-DLLAVA_BUILD=OFF CMAKE_BUILD_PARALLEL_LEVEL=2 $(LLM)/bin/pip install --quiet --no-deps --requirement $<
	touch $@

var/.built: .venv/.installed $(KNOWLEDGE) $(SHOP)
	$(BIN)/python -m knowledge build
	$(BIN)/triage shop > /dev/null
	touch $@
