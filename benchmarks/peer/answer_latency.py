"""The peer's half of benchmarks/latency.py: stores its passages, then answers one search a line.

    .venv-peer/bin/python benchmarks/peer/answer_latency.py URL FOLDER

FOLDER is what `MadeUp.write` left. It prints `ready`, reads lines {"question", "tuned", "mode",
"tokens", "limit"} (the question by its number) and prints {"ms", "found": [passage numbers]} for each.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores import (
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryResult,
)
from llama_index.core.vector_stores.types import VectorStoreQueryMode
from llama_index.vector_stores.postgres import PGVectorStore
from peer_parts import open_store

AT_ONCE = 2000


def fill(store: PGVectorStore, folder: Path) -> None:
    """Store the passages with their vectors, one node each."""
    vectors = np.load(folder / "vectors.npy")
    nodes: list[TextNode] = []
    with (folder / "passages.jsonl").open() as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            nodes.append(
                TextNode(
                    id_=str(number),
                    text=row["text"],
                    metadata={"audience": row["audience"]},
                    embedding=vectors[number].tolist(),
                )
            )
            if len(nodes) == AT_ONCE:
                store.add(nodes)
                nodes = []
    if nodes:
        store.add(nodes)


def search(
    store: PGVectorStore, text: str, vector: list[float], wanted: dict[str, object]
) -> VectorStoreQueryResult:
    audience = MetadataFilter(key="audience", value=wanted["tokens"], operator=FilterOperator.IN)
    return store.query(
        VectorStoreQuery(
            query_str=text,
            query_embedding=vector,
            mode=VectorStoreQueryMode(wanted["mode"]),
            similarity_top_k=wanted["limit"],
            filters=MetadataFilters(filters=[audience]),
        )
    )


def main() -> None:
    url, folder = sys.argv[1], Path(sys.argv[2])
    questions = json.loads((folder / "questions.json").read_text())
    asked = np.load(folder / "asked.npy").tolist()
    wanted = {"tokens": ["everyone"], "mode": "hybrid", "limit": 10}
    stores = []
    for tuned in (False, True):
        fill(open_store(url, index=False, tuned=tuned), folder)
        # Its vector index comes last: the same index, minutes sooner.
        stores.append(open_store(url, index=True, tuned=tuned))
        search(stores[-1], questions[0], asked[0], wanted)
    print("ready", flush=True)
    for line in sys.stdin:
        wanted = json.loads(line)
        number = wanted["question"]
        begun = time.perf_counter()
        found = search(stores[wanted["tuned"]], questions[number], asked[number], wanted)
        ms = (time.perf_counter() - begun) * 1000
        print(json.dumps({"ms": ms, "found": [int(one) for one in found.ids or ()]}), flush=True)


if __name__ == "__main__":
    main()
