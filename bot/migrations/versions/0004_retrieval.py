"""Retrieval: postings for keyword search, and vectors."""

from bot.migrations.sql import run

revision = "0004"
down_revision = "0003"

SQL = """
-- Every term once. `df`: in how many passages it stands (those of every revision still kept for
-- search). Room is left on the pages, since each new document raises some counts.
create table indexing.term (
    id    integer generated always as identity primary key,
    term  text not null unique,
    df    integer not null
) with (fillfactor = 70);
create index on indexing.term using gin (term extensions.gin_trgm_ops);

-- A term's occurrences. Length, revision and readership are repeated here so that a question is
-- scored and filtered from this index alone. No foreign keys: a check for each of some hundred rows
-- a passage would cost more than storing them; retire_passages() takes them out.
create table indexing.posting (
    term_id        integer not null,
    readership_id  integer not null,
    passage_id     bigint not null,
    revision_id    bigint not null,
    length         integer not null,
    tf             smallint not null,
    primary key (term_id, passage_id) include (readership_id, revision_id, length, tf)
);
create index on indexing.posting (revision_id);

-- One row, the sums behind BM25's mean length. Writers take its lock first, so they never deadlock
-- on terms.
create table indexing.corpus (
    only_row  boolean primary key default true check (only_row),
    passages  bigint not null,
    terms     bigint not null
);
insert into indexing.corpus (passages, terms) values (0, 0);

-- One row: which embedding model filled the index. A mismatch at start is an error.
create table indexing.embedding_model (
    only_row    boolean primary key default true check (only_row),
    name        text not null,
    dimensions  integer not null check (dimensions between 1 and 4000)
);

-- Vectors have unit length, so the inner product is the cosine.
create index passage_embedding on indexing.passage
    using hnsw (embedding extensions.halfvec_ip_ops) with (m = 16, ef_construction = 64);
"""


def upgrade() -> None:
    run(SQL)
