"""A training stage: from a model and a dataset to a model directory with a result. Knows nothing of Ray."""

from __future__ import annotations

import gc
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from transformers import AutoTokenizer

from metarfft.config import TinyModel, Train
from metarfft.data.stream import SampleStream, Stream, read_all
from metarfft.train import loop, model
from metarfft.train.plan import Stage, finished
from metarfft.train.tokenizer import build_tokenizer
from metarfft.train.warmup import WarmupStream
