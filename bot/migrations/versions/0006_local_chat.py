"""The local chat: what the browser page and the terminal show. Used in demo databases only."""

from bot.migrations.sql import run

revision = "0006"
down_revision = "0005"

SQL = """
-- A message by a person (`text`) or a card by the bot (no author). `place` is a channel or a direct
-- conversation; `thread_id` the message it replies to; `only_for` the one who sees a whisper.
-- `shown` is how much of a streamed answer is out; `busy` that more is coming. `addressed` says
-- that it was said to the bot, `conversation_id` which message opened the direct conversation it
-- belongs to. `version` grows with every change, so that a page knows the newer of two.
create table bot.message (
    id               bigint generated always as identity primary key,
    place            text not null,
    thread_id        bigint references bot.message (id),
    author_id        bigint,
    text             text not null default '',
    card             jsonb,
    shown            jsonb not null default '[]',
    busy             boolean not null default false,
    only_for         bigint,
    ref              text unique,
    addressed        boolean not null default false,
    conversation_id  bigint,
    created_at       timestamptz not null,
    edited_at        timestamptz,
    deleted_at       timestamptz,
    version          integer not null default 1
);
create index on bot.message (place, id);
create index on bot.message (thread_id, id);

create table bot.last_read (
    person_id   bigint not null,
    place       text not null,
    message_id  bigint not null,
    primary key (person_id, place)
);
"""


def upgrade() -> None:
    run(SQL)
