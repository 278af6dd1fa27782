"""Make the datasets of an experiment under <output>/<name>/data. Finished shards are not made again.

python jobs/generate.py --config jobs/configs/tiny.yaml [section.key=value ...]
"""

import sys

import checkout  # noqa: F401
from metarfft.config import from_command_line


def main() -> None:
    config = from_command_line("Make the datasets of an experiment.")

    from metarfft.data.generate import generate  # Ray is imported once the configuration is known to be good
    from metarfft.samples import SampleError

    try:
        manifests = generate(config)
    except (SampleError, RuntimeError) as error:
        sys.exit(f"no dataset: {error}")
    for name, manifest in manifests.items():
        print(f"{config.root / 'data' / name}: {manifest['rows']} rows, content hash {manifest['content_hash'][:16]}")


if __name__ == "__main__":
    main()
