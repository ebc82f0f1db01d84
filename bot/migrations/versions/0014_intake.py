"""The intake: who may store what comes from outside, and for which account a decision counts.

What comes from outside is stored for whoever holds the intake's key; a decision counts for the
account that the platform vouches for.
"""

from bot.migrations.sql import run

revision = "0014"
down_revision = "0013"

SQL = """
-- What the platform calls whoever did it: Slack's user, the directory's, the demo page's address.
-- '' for what nobody did.
alter table bot.inbox add column sender text not null default '';

-- The intake's key, as its SHA-256. No role but the owner writes here.
create table bot.intake (
    only_row  boolean primary key default true check (only_row),
    key_hash  bytea not null
);

-- Take an event in; null for one that is there already. A press counts for whoever made it, so who
-- may merely write to the database must not make one up: it is stored with definer's rights, for
-- whoever holds the key. Our own events (`jobaid`) count for nobody and need none.
create function bot.take_in(
    intake text, key text, platform text, payload jsonb, sender text, received_at timestamptz,
    turn text, stops boolean
) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known constant bytea := (select key_hash from bot.intake);
    taken bigint;
begin
    if take_in.platform is distinct from 'jobaid' and known is not null
        and known is distinct from sha256(convert_to(take_in.intake, 'UTF8')) then
        raise exception 'this is not the intake''s key' using errcode = 'insufficient_privilege';
    end if;
    insert into bot.inbox (key, platform, payload, sender, received_at, turn, stops)
    values (take_in.key, take_in.platform, take_in.payload, take_in.sender, take_in.received_at,
            take_in.turn, take_in.stops)
    on conflict (key) do nothing
    returning id into taken;
    return taken;
end $$;

-- What was told stays as it came, until it is forgotten whole.
create function bot.keep_event() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    if (old.payload, old.sender, old.turn) is distinct from (new.payload, new.sender, new.turn)
        and (new.payload, new.sender, new.turn) <> ('{}', '', '') then
        raise exception 'event % stays as it came', old.id;
    end if;
    return new;
end $$;
create trigger keep_event before update on bot.inbox
    for each row execute function bot.keep_event();

-- What was pressed: the part of a platform's words that says which button, on what.
create function bot.pressed(e bot.inbox) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
    select case e.platform
        when 'slack' then e.payload #>> '{actions,0}'
        when 'teams' then e.payload ->> 'value'
        when 'web' then concat_ws(' ', e.payload ->> 'action', e.payload ->> 'subject')
    end
$$;

-- What is said of a module, in whose name, came from that person's account; an approval came from
-- Approve on the very content.
create function review.guard_press() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    e bot.inbox;
begin
    select i.* into e
    from bot.inbox i join learning.person p on p.id = new.person_id
    where i.id = new.press and i.sender <> '' and i.sender = case i.platform
        when 'slack' then p.slack when 'teams' then p.teams when 'web' then p.email end;
    if e.id is null then
        raise exception 'press % did not come from person %', new.press, new.person_id;
    end if;
    if tg_table_name = 'approval' and not (
        bot.pressed(e) ~ '\\mreview\\.approve\\M'
        and bot.pressed(e) ~ format('\\mmodule:%s\\.%s\\M', new.module_id, new.number)
    ) then
        raise exception 'press % was for something else', new.press;
    end if;
    return new;
end $$;
create trigger guard_press before insert on review.approval
    for each row execute function review.guard_press();
create trigger guard_press before insert on review.remark
    for each row execute function review.guard_press();
create trigger guard_press before insert on review.minutes
    for each row execute function review.guard_press();
"""


def upgrade() -> None:
    run(SQL)
