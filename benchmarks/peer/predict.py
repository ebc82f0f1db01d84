"""The peer on a folder with `docs/` and `questions.jsonl`: LlamaIndex's defaults, no model to write.

    .venv-peer/bin/python benchmarks/peer/predict.py URL FOLDER OUT --models FOLDER

SentenceSplitter's default chunks in PGVectorStore, read by QueryFusionRetriever over its dense and
its sparse search as its guide does (relative scores, no questions made up). Writes `peer.jsonl`
(the question alone) and `peer-thread.jsonl` (its history before it).
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from peer_parts import MiniLM, open_store

BEST = 10


def retriever(url: str, folder: Path, embedding: MiniLM) -> QueryFusionRetriever:
    """Index the folder and say how it is asked."""
    documents = [
        Document(text=path.read_text(), metadata={"uri": str(path.relative_to(folder))})
        for path in sorted(folder.rglob("*.md"))
    ]
    index = VectorStoreIndex.from_documents(
        documents,
        storage_context=StorageContext.from_defaults(vector_store=open_store(url, index=True)),
        transformations=[SentenceSplitter()],
        embed_model=embedding,
    )
    legs = [
        index.as_retriever(vector_store_query_mode=mode, similarity_top_k=BEST)
        for mode in ("default", "sparse")
    ]
    return QueryFusionRetriever(
        legs,
        llm=MockLLM(),
        similarity_top_k=BEST,
        num_queries=1,  # more would be made up by a model
        mode="relative_score",
        use_async=False,
    )


def prediction(question: dict[str, Any], asked: str, peer: QueryFusionRetriever) -> str:
    """A line as the scoring program reads it."""
    begun = time.perf_counter()
    found = peer.retrieve(asked)
    ms = (time.perf_counter() - begun) * 1000
    passages = [
        {"uri": one.node.metadata["uri"], "text": one.node.get_content(), "score": one.score}
        for one in found
    ]
    return json.dumps({"id": question["id"], "passages": passages, "ms": {"retrieve": ms}})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--models", type=Path, required=True, help="where the graph is kept")
    given = parser.parse_args()
    peer = retriever(given.url, given.folder / "docs", MiniLM(given.models))
    lines: dict[str, list[str]] = {"peer": [], "peer-thread": []}
    for written in (given.folder / "questions.jsonl").open():
        question = json.loads(written)
        turns = [turn["text"] for turn in question.get("history") or ()]
        lines["peer"].append(prediction(question, question["question"], peer))
        thread = "\n".join([*turns, question["question"]])
        lines["peer-thread"].append(prediction(question, thread, peer))
    for name, rows in lines.items():
        (given.out / f"{name}.jsonl").write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
