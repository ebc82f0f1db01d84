"""What Teams needs kept: where to speak, a stream that is open, a press that waits for its answer."""

from bot.migrations.sql import run

revision = "0008"
down_revision = "0007"

SQL = """
-- A conversation that may be continued unasked. `id` is without a thread; `user_id` and `aad` are
-- the one person of a personal chat. `turns` names the stretch of turns that a chat without threads
-- is in: a new one begins after a pause.
create table bot.teams_conversation (
    id           text primary key,
    kind         text not null,
    name         text not null,
    service_url  text not null,
    bot_id       text not null,
    user_id      text not null default '',
    aad          text not null default '',
    turns        text not null,
    heard_at     timestamptz not null
);
create index on bot.teams_conversation (aad) where aad <> '';

-- The stream that was begun for an event; what follows in it has to begin with what is `shown`.
-- Teams ends it itself after two minutes.
create table bot.teams_stream (
    inbox_id      bigint primary key references bot.inbox (id),
    conversation  text not null,
    stream_id     text not null,
    sequence      integer not null,
    shown         text not null default '',
    started_at    timestamptz not null,
    said_at       timestamptz not null,
    ended         boolean not null default false
);
create index on bot.teams_stream ((conversation || '/' || stream_id));

-- A press in a channel whose response is held open for what only the presser may see.
create table bot.teams_press (
    inbox_id     bigint primary key references bot.inbox (id),
    waits_until  timestamptz not null,
    said         text
);
"""


def upgrade() -> None:
    run(SQL)
