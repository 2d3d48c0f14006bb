PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
STAMP := $(VENV)/.compiled
PIP := -m pip install --quiet --disable-pip-version-check
# Programs of a release, apart from what is released.
TOOLS := .venv-release
TOOLS_STAMP := $(TOOLS)/.installed
# Where the wheel is installed and tested alone.
ALONE := build/alone

# Each process takes a run of neighbours, which share what they are about; tests are compiled once for all runs.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal

.PHONY: plan test check kernel bench calibrate widths docs accuracy screenshots snapshots changelog lock clean torture sbom audit release

plan: $(STAMP)  ## the main job on the workload that ships with the project
	$(BIN)/gpuplan plan --workload examples/chat-70b.toml

test: $(STAMP)  ## the tests, on all cores
	$(PYTEST)

torture: $(STAMP)  ## thousands of questions whose answers must not contradict each other, and all that is cut short in `test` (an hour)
	GPUPLAN_TORTURE=1 $(PYTEST)

check: $(STAMP)  ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

kernel: $(STAMP)  ## the kernel of the simulation, compiled in place where a C compiler is

bench: $(STAMP)  ## benchmarks; figures depend on the machine
	$(BIN)/python tests/benchmarks/run.py
	$(BIN)/python -m tests.benchmarks.tui

calibrate: $(STAMP)  ## refit the factors on the evidence in the box (some minutes); then `make docs` and `make accuracy`
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m planner.calibration.run

widths: $(STAMP)  ## choose the prior widths of the fit by cross-validation and write priors.toml; then `make calibrate`
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m planner.calibration.widths --write

docs: $(STAMP)  ## the figures and example outputs of README.md and docs/, computed anew (a minute); docs/accuracy.md takes longer, see `make accuracy`
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m docs.figures

accuracy: $(STAMP)  ## docs/accuracy.md from the evidence and the cross-validation
	$(BIN)/python -m planner.evidence.accuracy

screenshots: $(STAMP)  ## a picture of every view of the terminal interface
	$(BIN)/python -m tui.screenshots docs/screenshots

snapshots: $(STAMP)  ## take what the interface shows now as what it shall show; look at the difference
	$(BIN)/python -m pytest tests/tui/test_snapshots.py --snapshot-update

changelog:  ## move the fragments of changelog.d into CHANGELOG.md
	$(PYTHON) changelog.d/fold.py

lock: $(TOOLS_STAMP)  ## pin everything, with the hash of each file; `rm requirements*.txt` first for the newest versions
	$(TOOLS)/bin/uv pip compile $(LOCKED) --extra dev --extra hub --extra api --extra web --extra report --extra export --extra parquet --extra dask --output-file requirements.txt pyproject.toml
	$(TOOLS)/bin/uv pip compile $(LOCKED) --group release --output-file requirements-release.txt
LOCKED := --universal --quiet --no-header --generate-hashes --no-emit-index-url

sbom: $(STAMP) $(TOOLS_STAMP)  ## what the environment holds, as a CycloneDX bill of materials
	mkdir -p dist
	$(TOOLS)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file dist/sbom.json $(BIN)/python

audit: $(TOOLS_STAMP)  ## known weaknesses of the pinned versions; needs the network, and fails where a version could not be looked up
	$(TOOLS)/bin/pip-audit --strict --require-hashes --disable-pip --requirement requirements.txt

release: $(STAMP) $(TOOLS_STAMP)  ## sdist and wheel in dist/, and the tests against the wheel alone
	rm -rf dist $(ALONE)
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(TOOLS)/bin/python -m build --outdir dist
	$(PYTHON) -m venv $(ALONE)/venv
	$(ALONE)/venv/bin/python $(PIP) --require-hashes --requirement requirements.txt
	$(ALONE)/venv/bin/python $(PIP) --no-deps dist/*.whl
	cp -r tests examples docs NOTICE README.md CONTRIBUTING.md CHANGELOG.md changelog.d pyproject.toml Makefile $(ALONE)/
	cd $(ALONE) && venv/bin/gpuplan plan --workload examples/chat-70b.toml
	cd $(ALONE) && venv/bin/python -m pytest -n auto tests $(OF_THE_TREE)
	$(MAKE) sbom
	cd dist && sha256sum * > SHA256SUMS
# Tests that read the sources, which a wheel's user has elsewhere.
OF_THE_TREE := --ignore=tests/test_structure.py --ignore=tests/test_names.py --ignore=tests/test_imports.py

$(TOOLS_STAMP): requirements-release.txt
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python $(PIP) --require-hashes --requirement requirements-release.txt
	touch $(TOOLS_STAMP)

# The kernel of the simulation, compiled where a C compiler is.
$(STAMP): $(INSTALLED) setup.py $(wildcard planner/simulation/kernel/*.py planner/simulation/kernel/*.pxd)
	$(BIN)/python setup.py --quiet build_ext --inplace
	$(BIN)/python -m compileall -q planner hardware_db models_db tui
	touch $(STAMP)

$(INSTALLED): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) --require-hashes --requirement requirements.txt
	$(BIN)/python $(PIP) --no-deps --no-build-isolation --editable .
	touch $(INSTALLED)

clean:
	rm -rf $(VENV) $(TOOLS) build dist *.egg-info planner/simulation/compiled/*.so planner/simulation/compiled/*.pyd
