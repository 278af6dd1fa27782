"""Serve an experiment's finished models behind an OpenAI-compatible API until interrupted.

    python jobs/serve.py --config jobs/configs/tiny.yaml [section.key=value ...]

Prints the API's address and the models' names; ask it as any OpenAI endpoint, or with `metarfft ask`.
"""

import signal
import sys

import checkout  # noqa: F401
from metarfft.config import from_command_line


def main() -> None:
    config = from_command_line("Serve an experiment's models behind an OpenAI-compatible API.")

    from metarfft.serve.models import adapted_models, starting_models

    try:
        models = [*starting_models(config), *adapted_models(config)]
    except FileNotFoundError as error:
        sys.exit(str(error))

    from metarfft.serve.app import serving  # Ray and vLLM are imported once there is something to serve

    try:
        with serving(config, models) as url:
            print(f"{url} serves {', '.join(model.name for model in models)}; Ctrl-C ends it", flush=True)
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
