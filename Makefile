PYTHON ?= python3
VENV ?= .venv
REAL_VENV ?= .venv-real
WORKERS ?= 2
SECONDS ?= 60

PIP_INSTALL = -m pip install --quiet --disable-pip-version-check -c constraints.txt
PINS = pyproject.toml constraints.txt

.PHONY: help demo test lint types tests bench fuzz hostile sample real heavy
.DELETE_ON_ERROR:

help:
	@echo "make demo   grade the bundled student's engine and write its report"
	@echo "make test   ruff, mypy and the tests"
	@echo "make real   the tests against real autograd libraries"
	@echo "make heavy  the tests against libraries with environments of their own"
	@echo "make bench  how long a run takes"
	@echo "make hostile  what submissions get that cheat or destroy"
	@echo "make sample the sample report of the docs and its pictures, anew"
	@echo "make fuzz   look for answers that our reader should not believe, for SECONDS=60"

# The student's engine has bugs, so pytest's exit 1 is what the demo is about.
# Any other code, or a missing report, is our own failure.
demo: $(VENV)/.installed-all
	cd reference/demo && rm -rf gradmark-report && \
	{ "$(abspath $(VENV))/bin/pytest" --backend=student_engine; test $$? -eq 1; }
	@find "$(CURDIR)/reference/demo/gradmark-report" -name '*.html' | sort | grep . \
	|| { echo "the run wrote no report" >&2; exit 1; }

# Three prerequisites, so that `make -k test` shows every kind of trouble at once.
test: lint types tests

lint: $(VENV)/.installed-dev
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check

types: $(VENV)/.installed-dev
	$(VENV)/bin/mypy

tests: $(VENV)/.installed-dev
	$(VENV)/bin/pytest -n $(WORKERS) -m "not real and not heavy"

bench: $(VENV)/.installed-all
	$(VENV)/bin/python conformance/bench/bench.py

hostile: $(VENV)/.installed-dev
	$(VENV)/bin/python plugins/tests/hostile_corpus.py

sample: $(VENV)/.installed-dev
	$(VENV)/bin/python reports/sample/make_sample.py

# atheris has wheels for Linux alone, so it is no dependency; the tests search with Hypothesis.
fuzz: $(VENV)/.installed-dev
	$(VENV)/bin/python $(PIP_INSTALL) atheris
	$(VENV)/bin/python plugins/tests/fuzz_answers.py -max_total_time=$(SECONDS)

# Eight gigabytes the first time, in the user's cache or in GRADMARK_HOME.
heavy: $(VENV)/.installed-dev
	$(VENV)/bin/gradmark env --all
	$(VENV)/bin/pytest -m heavy -n $(WORKERS)

real: $(REAL_VENV)/.installed-real
	$(REAL_VENV)/bin/pytest -m real

# pip is the last thing that a virtual environment receives; without it there is none.
%/bin/pip:
	$(PYTHON) -m venv $*

$(VENV)/.installed-all: $(PINS) | $(VENV)/bin/pip
	$(VENV)/bin/python $(PIP_INSTALL) -e ".[all]"
	@touch $@

$(VENV)/.installed-dev: $(PINS) | $(VENV)/bin/pip
	$(VENV)/bin/python $(PIP_INSTALL) -e ".[dev]"
	@touch $@ $(VENV)/.installed-all

$(REAL_VENV)/.installed-real: $(PINS) constraints-real.txt | $(REAL_VENV)/bin/pip
	$(REAL_VENV)/bin/python $(PIP_INSTALL) -e ".[all]" -r constraints-real.txt
	@touch $@
