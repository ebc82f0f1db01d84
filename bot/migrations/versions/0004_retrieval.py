"""Retrieval: postings for keyword search, vectors, and the functions of a day that it reads."""

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

-- Retrieval and drafting read these functions of a day, never the tables.
create function indexing.answerable_revision(today date)
returns table (revision_id bigint, document_id bigint)
language sql stable
as $$
    select r.id, d.id
    from indexing.revision r
    join indexing.document d on d.id = r.document_id and d.in_force_revision_id = r.id
    where indexing.block_reason(d, today) is null
$$;

create function indexing.answerable_passage(today date)
returns table (
    passage_id bigint, document_id bigint, revision_id bigint, source text, uri text, kind text,
    title text, section text, headings text[], text text, version text, version_on date,
    owner text, url text, roles text[], audience text[],
    embedding extensions.halfvec, ordinal integer, competencies text[]
)
language sql stable
as $$
    select p.id, d.id, r.id, d.source, d.uri, d.kind, r.title, p.section, p.headings, p.text,
           r.version, r.version_on, r.owner, r.url, r.roles, r.audience, p.embedding,
           p.ordinal, r.competencies
    from indexing.passage p
    join indexing.document d on d.id = p.document_id and d.in_force_revision_id = p.revision_id
    join indexing.revision r on r.id = p.revision_id
    where indexing.block_reason(d, today) is null
$$;

-- What may not be answered from, without its text: for a document with no revision in force, its
-- newest one.
create function indexing.blocked_passage(today date)
returns table (
    passage_id bigint, document_id bigint, revision_id bigint, source text, uri text, title text,
    section text, owner text, urgent text, reason text, since date, audience text[],
    embedding extensions.halfvec
)
language sql stable
as $$
    select p.id, d.id, r.id, d.source, d.uri, r.title, p.section, r.owner, r.urgent,
           indexing.block_reason(d, today),
           case indexing.block_reason(d, today)
               when 'expired' then d.expires_on
               when 'withdrawn' then d.withdrawn_on
           end,
           r.audience, p.embedding
    from indexing.document d
    join indexing.revision r on r.id = coalesce(d.in_force_revision_id, d.newest_revision_id)
    join indexing.passage p on p.revision_id = r.id
    -- A duplicate is silent: the document with the same text speaks for both.
    where indexing.block_reason(d, today) is not null and d.duplicate_of is null
$$;
"""


def upgrade() -> None:
    run(SQL)
