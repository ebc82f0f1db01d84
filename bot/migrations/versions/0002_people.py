"""People: who somebody is, what they do, which seats they hold."""

from bot.migrations.sql import run

revision = "0002"
down_revision = "0001"

SQL = """
create schema learning;

create table learning.person (
    id        bigint generated always as identity primary key,
    email     text not null unique check (email = lower(email) and email <> ''),
    name      text not null check (name <> ''),
    roles     text[] not null default '{}',
    seats     text[] not null default '{}',
    timezone  text not null default 'UTC',
    manager   text not null default '',
    slack     text not null default '',
    teams     text not null default '',
    active    boolean not null default true
);
create unique index on learning.person (slack) where slack <> '';
create unique index on learning.person (teams) where teams <> '';
"""


def upgrade() -> None:
    run(SQL)
