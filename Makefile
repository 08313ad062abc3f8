PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run dev test check bench recordings pictures claims lint clean help

run: $(VENV)/.run         ## install what is missing and start the app
	$(BIN)/streamlit run app.py

dev: $(VENV)/.dev         ## the same with hot reload
	$(BIN)/streamlit run app.py --server.fileWatcherType=auto --client.showErrorDetails=full

test: $(VENV)/.dev browser   ## everything, Chromium included
	@$(MAKE) --no-print-directory -j 2 lint every-test

check: $(VENV)/.dev       ## style, types and the tests that need neither a page nor a browser nor a long training
	@$(MAKE) --no-print-directory -j 2 lint quick-tests

TESTS := $(BIN)/python -m pytest -n 2

.PHONY: every-test quick-tests
every-test: $(VENV)/.dev browser
	$(TESTS)

quick-tests: $(VENV)/.dev
	$(TESTS) -m "not slow" --ignore tests/browser --ignore tests/pages

lint: $(VENV)/.dev         ## style and types alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: browser
browser: $(VENV)/.dev     ## find a Chromium, or install one, or fail saying how
	@$(BIN)/python tests/browser/chromium.py

bench: $(VENV)/.bench browser     ## side by side with peers, in one run
	$(BIN)/python -m benchmarks

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

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet -r requirements-dev.txt
	@touch $@ $(VENV)/.run

$(VENV)/.bench: requirements.txt requirements-dev.txt requirements-bench.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet -r requirements-bench.txt
	@touch $@ $(VENV)/.dev $(VENV)/.run

help:                     ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

clean:                    ## take away what was installed and cached
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
