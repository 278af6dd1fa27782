"""Puts the models that jobs/pretrain.py made here: weights in float16, no path of the machine in their results.

    python models/tiny/ship.py outputs/tiny/models
"""

import json
import sys
from pathlib import Path

import torch

from metarfft.train.model import export

HERE = Path(__file__).parent


def main(models: Path) -> None:
    for name in ("base", "pretrained"):
        kept = HERE / name
        export(models / name, kept, torch.float16)
        result = json.loads((models / name / "result.json").read_text())
        result["base"] = result["base"] and Path(result["base"]).name
        result["losses"] = [[step, round(loss, 4)] for step, loss in result["losses"]]
        (kept / "result.json").write_text(json.dumps(result) + "\n")
        size = sum(file.stat().st_size for file in kept.iterdir())
        print(f"{kept}: {result['steps']} steps, {result['tokens']:,} tokens, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
