"""Answers: what was asked, what was said, from which passages, and whether it helped."""

from bot.migrations.sql import run

revision = "0005"
down_revision = "0004"

SQL = """
create table indexing.answer (
    id          bigint generated always as identity primary key,
    asker_id    bigint,
    thread      text not null,
    message     text not null,
    question    text not null,
    outcome     text not null check (outcome in ('answered', 'not_covered', 'blocked')),
    text        text not null,
    record      jsonb not null,
    confidence  real not null,
    asked_at    timestamptz not null,
    card_ref    text,
    -- Of a model's part in it, if it had one: its name, the hash of what it was shown, every
    -- sentence with its citations and whether it was supported, and what it took.
    model       text not null default '',
    prompt      text not null default '',
    sentences   jsonb not null default '[]',
    tokens_in   integer not null default 0,
    tokens_out  integer not null default 0,
    model_ms    real not null default 0,
    unwritten   text not null default '',
    retracted   boolean not null default false
);
create index on indexing.answer (thread, id);
create unique index on indexing.answer (message);
create index on indexing.answer (asked_at) where asker_id is not null;
create index on indexing.answer (asker_id, asked_at) where model <> '';

create table indexing.answer_passage (
    answer_id    bigint not null references indexing.answer (id) on delete cascade,
    number       integer not null,
    passage_id   bigint not null references indexing.passage (id),
    revision_id  bigint not null references indexing.revision (id),
    quote        text not null,
    primary key (answer_id, number)
);

-- A message that was taken back, perhaps before it was answered.
create table indexing.deleted_message (
    message  text primary key,
    at       timestamptz not null
);

create table indexing.feedback (
    answer_id  bigint not null references indexing.answer (id) on delete cascade,
    person_id  bigint not null,
    helpful    boolean not null,
    at         timestamptz not null,
    primary key (answer_id, person_id)
);
"""


def upgrade() -> None:
    run(SQL)
