# make plan: write the sample city and plan its summer.   make test: everything that has to hold.
# make docs: run the code of the documentation and the notebooks, build the site.
# make coverage: which lines the tests reach.
# make test-doors: what needs a browser or a spreadsheet program (.ci/doors installs both on Debian).
# make bench: measure heatnet beside its peers (about an hour on a quiet machine).
PYTHON ?= python3
VENV ?= .venv
RUN = $(VENV)/bin/python -m

.PHONY: plan test docs coverage test-doors bench clean

plan: $(VENV)/.with-core
	$(VENV)/bin/heatnet demo city
	$(VENV)/bin/heatnet plan city --season 2026 --max-km 44.52 --max-stations 4 -o plan
	@echo "The list of cures is plan/cures.csv; plan/jobs.csv groups them into trenches; plan/ranking.csv ranks every asset."

test: $(VENV)/.with-dev
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(VENV)/bin/lint-imports
	$(RUN) pytest -n 2 --ignore=tests/docs

docs: $(VENV)/.with-dev
	$(RUN) pytest -n 2 tests/docs
	$(RUN) pytest --nbmake -p no:cacheprovider -n 2 notebooks
	NO_MKDOCS_2_WARNING=1 $(RUN) mkdocs build --quiet --strict

coverage: $(VENV)/.with-dev
	$(RUN) pytest -n 2 --cov --cov-report=term

test-doors: $(VENV)/.with-dev
	$(RUN) pytest -m door tests/doors

bench: $(VENV)/.with-bench
	$(RUN) benchmarks.results

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("heatnet needs Python 3.11 or later: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.with-core: pyproject.toml $(VENV)/bin/python
	$(RUN) pip install --quiet --editable .
	touch $@

$(VENV)/.with-dev: pyproject.toml $(VENV)/bin/python
	$(RUN) pip install --quiet --editable ".[dev]"
	touch $@ $(VENV)/.with-core

$(VENV)/.with-bench: pyproject.toml $(VENV)/bin/python
	$(RUN) pip install --quiet --editable ".[bench]"
	touch $@ $(VENV)/.with-core

clean:
	rm -rf $(VENV) city plan site
