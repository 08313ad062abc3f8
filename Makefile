PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVING := .venv-serving
BUNDLE ?= assets/serving/million.zip

.PHONY: run dev cluster test check bench serve bundle recordings pictures claims lint clean help

run: $(VENV)/.run         ## install what is missing and start the app
	$(BIN)/streamlit run app.py

dev: $(VENV)/.dev         ## the same with hot reload
	$(BIN)/streamlit run app.py --server.fileWatcherType=auto --client.showErrorDetails=full

cluster: $(VENV)/.dev     ## a Ray cluster of two nodes on this machine, to try the app on
	@export RAY_USAGE_STATS_ENABLED=0; \
	$(BIN)/ray start --head --port=$(RAY_PORT) --num-cpus=0 --include-dashboard=false $(RAY_STORE) >/dev/null && \
	$(BIN)/ray start --address=127.0.0.1:$(RAY_PORT) $(RAY_STORE) >/dev/null && \
	echo "Next: RAY_ADDRESS=127.0.0.1:$(RAY_PORT) make run        It ends with: $(BIN)/ray stop"

RAY_PORT ?= 6379
RAY_STORE := --object-store-memory=80000000

test: $(VENV)/.dev browser   ## everything, Chromium included
	@$(MAKE) --no-print-directory -j 2 every-test lint ray-tests

check: $(VENV)/.dev       ## style, types and the tests that need neither a page nor a browser nor a long training
	@$(MAKE) --no-print-directory -j 2 lint quick-tests

TESTS := $(BIN)/python -m pytest -n 2

.PHONY: every-test ray-tests quick-tests
every-test: $(VENV)/.dev browser $(SERVING)/.ready
	$(TESTS) -m "not ray"

ray-tests: $(VENV)/.dev   # beside the others, after lint: they wait for processes to start more than they work
	$(BIN)/python -m pytest -m ray tests/runs/test_cluster.py

quick-tests: $(VENV)/.dev
	$(TESTS) -m "not slow and not ray" --ignore tests/browser --ignore tests/pages

lint: $(VENV)/.dev         ## style and types alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: browser
browser: $(VENV)/.dev     ## find a Chromium, or install one, or fail saying how
	@$(BIN)/python tests/browser/chromium.py

bench: $(VENV)/.bench $(SERVING)/.ready browser     ## side by side with peers, in one run
	$(BIN)/python -m benchmarks

serve: $(SERVING)/.ready  ## a model server on a bundle: BUNDLE=, MODELS=, HOST=, PORT=, GRPC_PORT=
	$(SERVING)/bin/python -m serving --bundle $(BUNDLE) $(if $(MODELS),--models $(MODELS)) $(if $(HOST),--host $(HOST)) \
		$(if $(PORT),--port $(PORT)) $(if $(GRPC_PORT),--grpc-port $(GRPC_PORT))

bundle: $(VENV)/.run      ## write the shipped bundle from the shipped recording
	$(BIN)/python -c "from engine.recommender.shipped import recorded; from engine.recommender.taken.bundle import ship; ship(recorded())"

recordings: $(VENV)/.run  ## train what the pages open with, into assets/recordings
	$(BIN)/python -m engine.runs.build recordings

pictures: $(VENV)/.dev browser   ## shoot the stills of home and the README's pictures, into assets
	$(BIN)/python -m tests.browser.stills
	$(BIN)/python -m tests.browser.pictures

claims: $(VENV)/.run      ## train the studies behind the verdicts, into assets/claims
	$(BIN)/python -m engine.runs.build claims

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Gatescope needs Python 3.11 or newer; set PYTHON=" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-ray.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet -r requirements-dev.txt
	@touch $@ $(VENV)/.run

$(VENV)/.bench: requirements.txt requirements-ray.txt requirements-dev.txt requirements-bench.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet -r requirements-bench.txt
	@touch $@ $(VENV)/.dev $(VENV)/.run

$(SERVING)/.ready: requirements-serving.txt
	$(PYTHON) -m venv $(SERVING)
	@$(SERVING)/bin/pip install --quiet -r requirements-serving.txt || { \
		echo "The model server's environment cannot be installed: pip must reach a package index that has requirements-serving.txt."; \
		echo "Where it cannot, fill $(SERVING) by hand (pip install --no-index --find-links FOLDER -r requirements-serving.txt) and touch $@."; \
		exit 1; }
	@touch $@

help:                     ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

clean:                    ## take away what was installed and cached
	rm -rf $(VENV) $(SERVING) .pytest_cache .mypy_cache .ruff_cache
