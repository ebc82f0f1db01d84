"""The governed index: documents, their revisions, and what may be answered from."""

from bot.migrations.sql import run

revision = "0003"
down_revision = "0002"

SQL = """
create schema indexing;

create table indexing.document (
    id                    bigint generated always as identity primary key,
    source                text not null,
    uri                   text not null,
    kind                  text not null default 'sop' check (kind in ('sop', 'module')),
    in_force_revision_id  bigint,
    expires_on            date,
    withdrawn_on          date,
    duplicate_of          bigint references indexing.document (id),
    in_conflict           boolean not null default false,
    owner_gone            boolean not null default false,
    unique (source, uri)
);

-- What a document said, with who answers for it. The governed text itself is never changed;
-- a validation may be added to it, once.
create table indexing.revision (
    id              bigint generated always as identity primary key,
    document_id     bigint not null references indexing.document (id),
    content_sha256  text not null,
    body            text not null,
    format          text not null,
    title           text not null check (title <> ''),
    scope           text not null check (scope <> ''),
    version         text not null,
    version_on      date not null,
    owner           text not null check (owner <> ''),
    roles           text[] not null check (cardinality(roles) > 0),
    competencies    text[] not null check (cardinality(competencies) > 0),
    audience        text[] not null check (cardinality(audience) > 0),
    validated_by    text not null default '',
    validated_on    date,
    review_every    integer not null check (review_every > 0),
    url             text not null default '',
    urgent          text not null default '',
    written         jsonb not null default '{}',
    stored_at       timestamptz not null
);
create index on indexing.revision (document_id, id);
alter table indexing.document
    add foreign key (in_force_revision_id) references indexing.revision (id);

create table indexing.conflict (
    document_id  bigint not null references indexing.document (id),
    with_id      bigint not null references indexing.document (id),
    marked_by    text not null,
    marked_at    timestamptz not null,
    check (document_id < with_id),
    primary key (document_id, with_id)
);

create table indexing.passage (
    id           bigint generated always as identity primary key,
    document_id  bigint not null references indexing.document (id),
    revision_id  bigint not null references indexing.revision (id),
    ordinal      integer not null,
    section      text not null,
    headings     text[] not null,
    text         text not null,
    audience     text[] not null,
    roles        text[] not null,
    length       integer not null default 0,
    embedding    extensions.halfvec(384),
    unique (revision_id, ordinal)
);
create index on indexing.passage (document_id);

-- Why a document may not be answered from on a day; null when it may. The one place that decides.
create function indexing.block_reason(d indexing.document, today date) returns text
language sql immutable
as $$
    select case
        when d.withdrawn_on is not null or d.duplicate_of is not null then 'withdrawn'
        when d.in_conflict then 'conflict'
        when d.owner_gone then 'owner_gone'
        when d.in_force_revision_id is null then 'unvalidated'
        when d.expires_on < today then 'expired'
    end
$$;
"""


def upgrade() -> None:
    run(SQL)
