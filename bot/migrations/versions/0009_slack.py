"""What Slack needs kept: a stream that was begun, whose turn it is to post, that we were removed."""

from bot.migrations.sql import run

revision = "0009"
down_revision = "0008"

SQL = """
-- A message that grows while an event is answered. `ref` is the card that will end it; `ts` is ''
-- until Slack has told it. `shown` is what was appended; nothing more is once `open` is false.
-- No foreign key: it is written while the event's own row is locked by the one who answers it.
create table bot.slack_stream (
    ref       text primary key,
    inbox_id  bigint not null,
    channel   text not null,
    ts        text not null default '',
    shown     text not null default '',
    shown_at  timestamptz,
    open      boolean not null default true
);
create index on bot.slack_stream (inbox_id);

-- When the next message may be posted in a channel, whichever worker posts it.
create table bot.slack_pace (
    channel  text primary key,
    free_at  timestamptz not null
);

-- A token that Slack does not take any more: the app was removed, or the token revoked.
create table bot.slack_removed (
    token_hash  text primary key,
    reason      text not null,
    at          timestamptz not null
);
"""


def upgrade() -> None:
    run(SQL)
