"""Imported first by every job: the checkout that the job lies in goes before an installed package.

`ray job submit` sends a copy of the checkout, which is what must run, and a checkout need not be installed at all.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]
