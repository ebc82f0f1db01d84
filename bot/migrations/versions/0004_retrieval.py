"""Retrieval: postings for keyword search, vectors, and the two functions that retrieval reads."""

from bot.migrations.sql import run

revision = "0004"
down_revision = "0003"

SQL = """
create table indexing.posting (
    term        text not null,
    passage_id  bigint not null references indexing.passage (id) on delete cascade,
    tf          smallint not null,
    primary key (term, passage_id) include (tf)
);
create index on indexing.posting (passage_id);

-- One row: which embedding model filled the index. A mismatch at start is an error.
create table indexing.embedding_model (
    only_row    boolean primary key default true check (only_row),
    name        text not null,
    dimensions  integer not null
);

-- Retrieval and drafting read these functions of a day, never the tables.
create function indexing.answerable_passage(today date)
returns table (
    passage_id bigint, document_id bigint, revision_id bigint, source text, uri text, kind text,
    title text, section text, text text, version text, version_on date, owner text, url text,
    roles text[], audience text[], length integer, embedding extensions.halfvec
)
language sql stable
as $$
    select p.id, d.id, r.id, d.source, d.uri, d.kind, r.title, p.section, p.text, r.version,
           r.version_on, r.owner, r.url, p.roles, p.audience, p.length, p.embedding
    from indexing.passage p
    join indexing.document d on d.id = p.document_id and d.in_force_revision_id = p.revision_id
    join indexing.revision r on r.id = p.revision_id
    where indexing.block_reason(d, today) is null
$$;

-- What may not be answered from, without its text: for a document with no revision in force, its
-- newest one.
create function indexing.blocked_passage(today date)
returns table (
    passage_id bigint, document_id bigint, source text, uri text, title text, section text,
    owner text, urgent text, reason text, since date, audience text[], length integer,
    embedding extensions.halfvec
)
language sql stable
as $$
    select p.id, d.id, d.source, d.uri, r.title, p.section, r.owner, r.urgent,
           indexing.block_reason(d, today),
           case indexing.block_reason(d, today)
               when 'expired' then d.expires_on
               when 'withdrawn' then d.withdrawn_on
           end,
           p.audience, p.length, p.embedding
    from indexing.document d
    join indexing.revision r on r.id = coalesce(
        d.in_force_revision_id,
        (select max(newest.id) from indexing.revision newest where newest.document_id = d.id))
    join indexing.passage p on p.revision_id = r.id
    where indexing.block_reason(d, today) is not null
$$;
"""


def upgrade() -> None:
    run(SQL)
