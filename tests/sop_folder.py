"""A folder of SOPs and the index it goes into, for the tests of the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handlers.services import Connection
from indexing.documents import Report, index_path

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

GOVERNANCE = """\
defaults:
  owner: dana@example.com
  scope: "Customer service, all shops"
  version: "3"
  version_on: 2026-05-04
  roles: [service-agent]
  competencies: [refunds]
  validated_by: sam@example.com
  validated_on: 2026-10-06
  review_every: 90d
"""

REFUNDS = """\
# Refund without a receipt

1. Look the purchase up by card or loyalty number.
2. Above £75, a shift lead approves at the till.
"""

DELIVERY = """\
# Late deliveries

Tell the customer the new date. Never promise one that the carrier has not confirmed.
"""


class OneDirection:
    """An embedder for which all texts mean the same, and which counts what it embedded."""

    name = "one-direction"
    dimensions = 384

    def __init__(self) -> None:
        self.embedded = 0

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += len(texts)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        vectors[:, 0] = 1
        return vectors


@dataclass
class Shop:
    """A folder of SOPs and the index it goes into."""

    conn: Connection
    folder: Path
    today: date = TODAY
    embedder: OneDirection = field(default_factory=OneDirection)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")

    async def index(self, path: str = "", **how: Any) -> Report:
        how = {"source": "shop", "today": self.today, "now": NOW, "embedder": self.embedder} | how
        return await index_path(self.conn, self.folder / path, **how)

    async def results(self, path: str = "", **how: Any) -> dict[str, str]:
        return {row.uri: row.result for row in (await self.index(path, **how)).rows}

    async def answerable(self, day: date | None = None) -> dict[str, str]:
        """uri -> text of everything that may be answered from."""
        cursor = await self.conn.execute(
            "select uri, string_agg(text, ' ' order by passage_id)"
            " from indexing.answerable_passage(%s) group by uri",
            (day or self.today,),
        )
        found = dict(await cursor.fetchall())
        await self.conn.commit()
        return found

    async def value(self, sql: str, *parameters: Any) -> Any:
        row = await (await self.conn.execute(sql.encode(), parameters)).fetchone()
        await self.conn.commit()
        assert row is not None
        return row[0]

    async def counts(self) -> Mapping[str, int]:
        tables = ("source", "document", "revision", "passage", "seen_at_first")
        return {t: await self.value(f"select count(*) from indexing.{t}") for t in tables} | {
            "audit": await self.value("select count(*) from audit.event")
        }


def shop_in(conn: Connection, tmp_path: Path) -> Shop:
    """A folder with governance and two documents, nothing of it indexed yet."""
    shop = Shop(conn, tmp_path / "sops")
    shop.write("governance.yaml", GOVERNANCE)
    shop.write("refunds.md", REFUNDS)
    shop.write("delivery.md", DELIVERY)
    return shop
