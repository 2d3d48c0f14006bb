PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Tests that do more with GPUPLAN_TORTURE=1.
TORTURED := tests/consistency tests/tui tests/planner/evidence/test_serving.py tests/planner/test_settings.py \
	tests/planner/cli tests/planner/fleet/test_solve.py tests/planner/search/test_search.py \
	tests/planner/traffic/test_arrivals.py tests/models_db/test_catalog.py tests/models_db/importers/test_config_json.py \
	tests/docs

.PHONY: plan test check bench calibrate widths docs accuracy screenshots snapshots changelog lock clean torture

plan: $(STAMP)  ## the main job on the workload that ships with the project
	$(BIN)/gpuplan plan --workload examples/chat-70b.toml

test: $(STAMP)  ## the tests, on all cores
	$(BIN)/python -m pytest -n auto

torture: $(STAMP)  ## thousands of questions whose answers must not contradict each other, and the tests cut short in `test` (an hour)
	GPUPLAN_TORTURE=1 $(BIN)/python -m pytest -n auto $(TORTURED)

check: $(STAMP)  ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

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

lock: $(STAMP)  ## pin the newest versions of everything
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --universal --quiet --no-header --extra dev --extra hub --extra api --extra web --output-file requirements.txt pyproject.toml

$(STAMP): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -m compileall -q planner hardware_db models_db tui
	touch $(STAMP)

clean:
	rm -rf $(VENV) build *.egg-info
