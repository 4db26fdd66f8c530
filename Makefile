# Two commands on a fresh machine: `make lab` for learners, `make test` for contributors.
# Each sets up what it needs in .venv first. PYTHON=python3.12 chooses the Python.
.DEFAULT_GOAL := help
.PHONY: lab update test check setup setup-dev notebooks api class site serve-site soak bench \
	mutants lint format lock upgrade help
SHELL := /bin/sh

BIN := .venv/bin
# Set-up looks for a Python outside .venv, so with the PATH as it was.
SETUP := PATH='$(PATH)' sh tools/with_python.sh tools/setup.py
export PYTHON
# The tools of .venv come first, uv among them.
export PATH := $(CURDIR)/$(BIN):$(PATH)

lab: setup  ## Set up, and open the course in JupyterLab (PORT=8890 for another port)
	@python tools/lab.py $(LAB_ARGS)

test: setup-dev  ## Set up, and run every test (ARGS="-k kms" for some)
	@python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

update:  ## Take the newest version of the course, and keep your answers
	@PATH='$(PATH)' sh tools/with_python.sh tools/update.py

check: setup  ## Say for each thing the course needs whether it works here
	@python tools/check.py

setup:  ## Set up what a learner needs in .venv; done in a moment if nothing changed
	@$(SETUP)

setup-dev:  ## Set up what tests and authors need, too
	@$(SETUP) --dev

notebooks: setup-dev  ## Write notebooks/ and notebooks/solutions/ from lessons/
	@python -m authoring

api: setup-dev  ## Write docs/api.md from the docstrings of the library
	@python tools/api.py

class:  ## Make a course for nbgrader in DIR=..., with SECRET=file CRITERIA=file.py of your own
	@test -n "$(DIR)" || { echo "Say where: make class DIR=/srv/class" >&2; exit 1; }
	@$(SETUP) --grading
	@python -m classroom --check $(if $(SECRET),--secret "$(SECRET)") \
		$(if $(CRITERIA),--criteria "$(CRITERIA)")
	@python -m authoring.release $(if $(SECRET),--secret "$(SECRET)") \
		$(if $(CRITERIA),--criteria "$(CRITERIA)") "$(DIR)"

site: setup-dev  ## Build the course as a site that runs in a browser, in dist/site (VENDOR=DIR)
	@npm ci --prefix web --silent --no-audit --no-fund
	@python -m web $(if $(VENDOR),--vendor "$(VENDOR)") $(if $(SOURCE),--source "$(SOURCE)") dist/site

serve-site:  ## Show dist/site on this machine only (PORT=8000)
	@test -f dist/site/index.html || { echo "There is no site yet: run make site" >&2; exit 1; }
	@python -m http.server --bind 127.0.0.1 --directory dist/site $(or $(PORT),8000)

soak: setup-dev  ## What takes minutes: ten students at once through a real hub, 400 graded
	@python classroom/hub/soak.py --students 10
	@python -m benchmarks.grading

bench: setup-dev  ## Measure the sandbox: one table of ratios
	@python -m benchmarks

mutants: setup-dev  ## Change the code a little, and see if the tests notice (ARGS="kms --seed 2")
	@python tools/mutants.py $(ARGS)

lint: setup-dev  ## Check format, style, types, imports and spelling
	@ruff format --check . && ruff check . && python tools/check_types.py && \
		lint-imports --no-cache --no-logo && typos

format: setup-dev  ## Put the code into its format, and repair what ruff can
	@ruff check --fix . && ruff format .

lock: setup-dev  ## After a change of pyproject.toml's dependencies: pin what is new
	@python tools/lock.py

upgrade: setup-dev  ## Move every pin to its newest version, and hold moto against the contract
	@python tools/lock.py --upgrade
	@$(SETUP) --dev
	@python -m pytest -q tests/sandbox/moto tests/platform/test_licences.py

help:  ## Say what each command does
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/make \1 |\2/p' Makefile | while IFS='|' read -r name words; \
	do printf '%-16s %s\n' "$$name" "$$words"; done
