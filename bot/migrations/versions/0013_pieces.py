"""What drafting has made so far, piece by piece, and what a model took for it."""

from bot.migrations.sql import run

revision = "0013"
down_revision = "0012"

SQL = """
-- The drafting of one content of a module, from its beginning on. `pieces` is how many a model is
-- asked for under the present `basis`. `card` is where the
-- requester sees how far it is, `shown_at` since when it says what it says. `left_out` are codes
-- of what was asked for and could not be had. `given_up` is the reference under which it failed
-- for good, until somebody has it gone on with.
create table review.drafting (
    module_id  bigint not null references review.module (id),
    number     integer not null check (number > 0),
    basis      text not null,
    pieces     integer not null check (pieces >= 0),
    card       text,
    shown_at   timestamptz,
    left_out   text[] not null default '{}',
    given_up   text not null default '',
    begun_at   timestamptz not null,
    ended_at   timestamptz,
    primary key (module_id, number)
);

-- One piece as it came out. `model` is empty where what stood there stands, `fragment` null where
-- nothing does; `why` says why the model's was not taken, `solved` what a blind solver found of a
-- question. `prompt` is the hash of what the model was
-- shown last, `passages` the (revision, ordinal) of the passages in it; tokens are the endpoint's
-- own count, `ms` its time, checks by a model among them.
create table review.piece (
    module_id   bigint not null,
    number      integer not null,
    basis       text not null,
    key         text not null,
    fragment    jsonb,
    model       text not null default '',
    why         text not null default '',
    solved      text not null default '',
    prompt      text not null,
    passages    jsonb not null,
    tokens_in   integer not null,
    tokens_out  integer not null,
    ms          real not null,
    made_at     timestamptz not null,
    primary key (module_id, number, basis, key),
    foreign key (module_id, number) references review.drafting (module_id, number)
);
"""


def upgrade() -> None:
    run(SQL)
