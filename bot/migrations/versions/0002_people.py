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

-- What a press counts for: which seats somebody holds, whether they are here, and by what they are
-- known. None of it changes unless `jobaid.by` says for the transaction who changes it
-- ({"actor": …} and whatever else is to be kept), and each change is in the audit log.
create function learning.log_person() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said constant jsonb := coalesce(nullif(current_setting('jobaid.by', true), ''), '{}');
    actor constant text := said ->> 'actor';
    held constant text[] := case tg_op when 'UPDATE' then old.seats else '{}' end;
    before jsonb;
    after jsonb;
begin
    if coalesce(actor, '') = '' then
        raise exception 'nobody says who changes %', new.email;
    end if;
    insert into audit.event (actor, act, subject, detail)
    select actor, act, 'person:' || new.email, said - 'actor' || jsonb_build_object('seat', seat)
    from (
        select 'seat.granted', seat from unnest(new.seats) seat where seat <> all (held)
        union all
        select 'seat.revoked', seat from unnest(held) seat where seat <> all (new.seats)
    ) changed (act, seat);
    if tg_op = 'UPDATE' then
        before := jsonb_build_object('email', old.email, 'slack', old.slack, 'teams', old.teams,
                                     'active', old.active);
        after := jsonb_build_object('email', new.email, 'slack', new.slack, 'teams', new.teams,
                                    'active', new.active);
        if before <> after then
            insert into audit.event (actor, act, subject, detail)
            values (actor, 'person.changed', 'person:' || old.email,
                    said - 'actor' || jsonb_build_object('before', before, 'after', after));
        end if;
    end if;
    return null;
end $$;
create trigger log_insert after insert on learning.person
    for each row when (new.seats <> '{}') execute function learning.log_person();
create trigger log_update after update on learning.person
    for each row when ((old.email, old.seats, old.slack, old.teams, old.active)
                       is distinct from (new.email, new.seats, new.slack, new.teams, new.active))
    execute function learning.log_person();
"""


def upgrade() -> None:
    run(SQL)
