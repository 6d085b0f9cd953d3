"""The table of contents: a ticket's way through the steps, in order."""

import inspect
import time
from collections.abc import Callable, Sequence
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agent.deps import Deps
from agent.state import State
from agent.steps.check import check
from agent.steps.classify import classify
from agent.steps.decide import decide
from agent.steps.draft import draft
from agent.steps.look_up import look_up
from agent.steps.retrieve import retrieve
from agent.steps.screen import screen
from agent.trace import StepDone

Step = Callable[[State, Deps], Any]
STEPS: tuple[Step, ...] = (screen, classify, retrieve, look_up, decide, draft, check)
RECURSION_LIMIT = len(STEPS) + 1
Graph = CompiledStateGraph[State, Deps, State, State]


def build_graph(steps: Sequence[Step] = STEPS) -> Graph:
    """Return the compiled graph. It keeps nothing between runs: no checkpointer, all that it needs comes as Deps.

    Evals put other steps of the same names in, to find out which one a fault is in.
    """
    graph = StateGraph(State, context_schema=Deps)
    before = START
    for step in steps:
        graph.add_node(step.__name__, _node(step))
        graph.add_edge(before, step.__name__)
        before = step.__name__
    graph.add_edge(before, END)
    return graph.compile()


def _node(step: Step) -> Callable[..., Any]:
    """Give a step its dependencies and time it."""

    async def node(state: State, runtime: Runtime[Deps]) -> State:
        started = time.perf_counter()
        changed = step(state, runtime.context)
        result: State = await changed if inspect.isawaitable(changed) else changed
        duration = (time.perf_counter() - started) * 1000
        runtime.context.tracer.add(StepDone(step=step.__name__, duration_ms=round(duration, 3)))
        return result

    return node
