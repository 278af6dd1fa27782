"""The dataset job: rows a second and peak memory under Ray Data, beside a process pool that writes the same shards.

    python benchmarks/generate.py [--config jobs/configs/qwen2.5-7b.yaml] [data.pretrain.samples=300 ...]

Both make the split ``pretrain`` with as many workers as there are cores. Memory is the proportional set size (pages
that processes share are counted once) of the job and all its children, Ray's own processes among them, looked at
twice a second.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

from metarfft.config import load
from metarfft.data.plan import make_plans
from metarfft.data.shards import add_hashes, write_shard

JOB = Path(__file__).resolve().parents[1] / "jobs" / "generate.py"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", default="jobs/configs/qwen2.5-7b.yaml")
    parser.add_argument("overrides", nargs="*", metavar="section.key=value")
    parser.add_argument("--pool", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.pool:
        pool(arguments.config, arguments.overrides, arguments.output)
        return
    with tempfile.TemporaryDirectory() as folder:
        # Splits other than the one measured are left empty
        empty = [f"data.{split}.samples=0" for split in ("validation", "adapt", "evaluate")]
        common = ["--config", arguments.config, *arguments.overrides, *empty]
        ray = timed([sys.executable, str(JOB), *common, f"output={folder}/ray"])
        plain = timed([sys.executable, __file__, "--pool", "--output", f"{folder}/pool", *common])
        shards = list(Path(folder, "ray").rglob("pretrain/part-*.parquet"))
        size = sum(shard.stat().st_size for shard in shards)
        rows = make_plans(load(arguments.config, [*arguments.overrides, *empty]), ["pretrain"])[0].jobs.num_rows
    for name, (seconds, peak) in {"jobs/generate.py": ray, "process pool": plain}.items():
        print(f"{name:18} {rows:9,} rows {seconds:7.1f} s {rows / seconds:8,.0f} rows/s, peak {peak / 2**30:.2f} GiB")
    print(f"process pool / jobs/generate.py: {plain[0] / ray[0]:.2f} of the time")
    print(f"{size / 2**20:.0f} MiB in {len(shards)} shards")


def timed(command: list[str]) -> tuple[float, int]:
    """Seconds that the command takes, start included, and the peak memory of its processes in bytes."""
    begin = time.monotonic()
    process = subprocess.Popen(command)
    peak = 0

    def watch() -> None:
        nonlocal peak
        while process.poll() is None:
            total = 0
            with suppress(psutil.NoSuchProcess):
                for one in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
                    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                        total += one.memory_full_info().pss
            peak = max(peak, total)
            time.sleep(0.5)

    watcher = threading.Thread(target=watch)
    watcher.start()
    if process.wait():
        sys.exit(f"{' '.join(command)} failed")
    watcher.join()
    return time.monotonic() - begin, peak


def pool(config: str, overrides: list[str], output: Path) -> None:
    """The same shards without Ray: no progress, no tracking, no resume, no card."""
    output.mkdir(parents=True)
    (plan,) = make_plans(load(config, overrides), ["pretrain"])
    jobs = [(part, plan.recipe, output / f"part-{n:05d}.parquet") for n, (part, _) in enumerate(plan.shards)]
    with multiprocessing.get_context("spawn").Pool(len(os.sched_getaffinity(0))) as workers:
        print(f"{add_hashes(workers.starmap(write_shard, jobs, chunksize=1)):064x}")


if __name__ == "__main__":
    main()
