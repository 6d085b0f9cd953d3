"""Keeps the libraries below from sending or fetching anything because of a variable that was set for something else."""

import os

TRACERS = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING")


def quiet() -> None:
    """Close the ways out; call it before any of the libraries is imported, for they read their variables once.

    Tickets hold what customers wrote, so LangSmith gets its traces only where `TRIAGE_TRACING=langsmith` says so:
    otherwise its own variables are forced to "false". No model hub is asked unless `HF_HUB_OFFLINE=0` is set. OpenAI's
    client does not talk on standard error, whatever a version of it may have to say of requests. bm25s makes no
    progress bar for each text, whose lock is shared among processes: every worker that is killed leaves a complaint.
    """
    os.environ.pop("OPENAI_LOG", None)
    if os.environ.get("TRIAGE_TRACING") != "langsmith":
        os.environ.update(dict.fromkeys(TRACERS, "false"))
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    os.environ.setdefault("DISABLE_TQDM", "1")
