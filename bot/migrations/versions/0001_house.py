"""The house: intake, outbox, what was sent once only, and the audit log."""

from bot.migrations.sql import run

revision = "0001"
down_revision = None

SQL = """
create schema bot;
create schema audit;

-- One row. `demo` is true only in a database that `jobaid demo` created: unproved identity (the
-- page's person switcher, `jobaid chat --as`) works nowhere else. `sample` says that the sample
-- company lives there; where it does not, somebody tries their own.
create table bot.this_database (
    only_row    boolean primary key default true check (only_row),
    demo        boolean not null,
    sample      boolean not null default true,
    created_at  timestamptz not null
);

-- Everything a platform told us, before anything is done about it. `turn` is who asks something and
-- where, '' for what asks nothing; what `stops` ends the answers to what was asked there before it.
create table bot.inbox (
    id           bigint generated always as identity primary key,
    key          text not null unique,
    platform     text not null,
    payload      jsonb not null,
    received_at  timestamptz not null,
    turn         text not null default '',
    stops        boolean not null default false,
    state        text not null default 'waiting'
                 check (state in ('waiting', 'handled', 'ignored', 'dead')),
    handled_at   timestamptz,
    person_id    bigint,
    attempts     integer not null default 0,
    reference    text not null default '',
    error        text not null default ''
);
create index on bot.inbox (state, received_at) where state in ('waiting', 'dead');
create index on bot.inbox (turn, id) where turn <> '';

-- Everything we mean to say. A row is `sending` before the platform is called and `sent` after.
create table bot.outbox (
    id           bigint generated always as identity primary key,
    ref          text not null,
    inbox_id     bigint references bot.inbox (id),
    kind         text not null check (kind in ('post', 'update', 'whisper', 'stream')),
    place        text not null,
    person_id    bigint,
    card         jsonb not null,
    state        text not null default 'queued'
                 check (state in ('queued', 'sending', 'sent', 'dead')),
    created_at   timestamptz not null,
    sending_at   timestamptz,
    sent_at      timestamptz,
    attempts     integer not null default 0,
    cut_off      integer not null default 0,
    reference    text not null default '',
    error        text not null default ''
);
create index on bot.outbox (state, created_at) where state <> 'sent';
create index on bot.outbox (inbox_id);

-- A card that stands in chat: where it is and what the platform calls it.
create table bot.posted (
    ref          text primary key,
    place        text not null,
    platform_id  text not null
);
create unique index on bot.posted (place, platform_id);

-- Once only, whatever the number of replicas, restarts and retries.
create table bot.sent (
    key  text primary key,
    at   timestamptz not null
);

-- Where a person's direct conversation is, per platform.
create table bot.direct_place (
    person_id  bigint not null,
    platform   text not null,
    place      text not null,
    primary key (person_id, platform)
);

-- Governance acts, append-only, each row carrying the hash of the one before.
create table audit.event (
    id        bigint generated always as identity primary key,
    at        timestamptz not null default now(),
    actor     text not null,
    act       text not null,
    subject   text not null,
    detail    jsonb not null default '{}',
    previous  bytea not null default ''::bytea,
    hash      bytea not null default ''::bytea
);

create function audit.hash_of(e audit.event) returns bytea
language sql stable
as $$
    select sha256(convert_to(
        jsonb_build_array(e.id, extract(epoch from e.at), e.actor, e.act, e.subject, e.detail,
                          encode(e.previous, 'hex'))::text, 'UTF8'))
$$;

-- Definer's rights: the chain is computed here whatever the caller sends along. Here and wherever a
-- search path is set, pg_temp is named, and last: left out it comes first, and whoever calls could
-- put a type of their own in the place of one of ours.
create function audit.chain() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    -- Ids are taken before this lock is, so the id is drawn again inside it: order is the chain's.
    perform pg_advisory_xact_lock(hashtext('audit.event'));
    new.id := nextval(pg_get_serial_sequence('audit.event', 'id'));
    new.at := clock_timestamp();
    new.previous := coalesce((select hash from audit.event order by id desc limit 1), ''::bytea);
    new.hash := audit.hash_of(new);
    return new;
end $$;
create trigger chain before insert on audit.event for each row execute function audit.chain();

-- What the database itself writes down (its functions have the owner's rights), nobody else can say.
create function audit.own_words() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    if current_user <> (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
        raise exception '% is written down by the database alone', new.act;
    end if;
    return new;
end $$;
create trigger own_words before insert on audit.event
    for each row
    when (new.act ~ '^(seat|person|competency|module)[.]'
          and new.act not in ('module.reported', 'module.held_right'))
    execute function audit.own_words();

create function audit.refuse() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'the audit log is append-only'; end $$;
create trigger append_only before update or delete or truncate on audit.event
    for each statement execute function audit.refuse();
"""


def upgrade() -> None:
    run(SQL)
