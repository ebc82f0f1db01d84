"""What a role asks of people, and the gaps between that and what they can do."""

from bot.migrations.sql import run

revision = "0010"
down_revision = "0009"

SQL = """
-- A role is what anybody in the people file has ever had as one. It is also what activations of
-- the role's gaps wait for each other on.
create table learning.role (
    id  text primary key check (id <> '')
);
insert into learning.role (id)
    select distinct role from learning.person, unnest(roles) role where role <> '';

-- What somebody in a role can be seen to do. `written` is the wording of its dates as first stored,
-- so that `today-40d` goes on meaning that day. Nobody has validated it while `validated_on` is null.
create table learning.competency (
    id            text primary key check (id <> ''),
    domain        text not null check (domain <> ''),
    role          text not null references learning.role (id),
    statement     text not null check (statement <> ''),
    level         text not null check (level <> ''),
    validated_by  text not null default '',
    validated_on  date,
    written       jsonb not null default '{}',
    position      integer not null default 0,
    unique (id, role),
    check ((validated_by = '') = (validated_on is null))
);
create index on learning.competency (domain);
create index on learning.competency (role);

-- Whose domain a competency is says which SMEs may approve what is drafted for it.
create function learning.log_domain() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said constant jsonb := coalesce(nullif(current_setting('jobaid.by', true), ''), '{}');
begin
    if coalesce(said ->> 'actor', '') = '' then
        raise exception 'nobody says who moves the competency %', new.id;
    end if;
    insert into audit.event (actor, act, subject, detail)
    values (said ->> 'actor', 'competency.moved', 'competency:' || new.id,
            said - 'actor' || jsonb_build_object('before', old.domain, 'after', new.domain));
    return null;
end $$;
create trigger log_domain after update on learning.competency
    for each row when (old.domain <> new.domain) execute function learning.log_domain();

-- Who says that the competency matters. `person` is empty for what nobody said, such as a job
-- description.
create table learning.competency_source (
    competency  text not null references learning.competency (id) on delete cascade,
    position    integer not null,
    person      text not null,
    kind        text not null check (kind <> ''),
    primary key (competency, position)
);

-- Sub-competencies. One of its own stands here with its statement, and its id nowhere else; one
-- that is a competency itself is linked, and keeps its statement there.
create table learning.competency_part (
    competency  text not null references learning.competency (id) on delete cascade,
    position    integer not null,
    id          text not null check (id <> ''),
    statement   text not null default '',
    linked      text references learning.competency (id) check (linked = id),
    primary key (competency, position),
    unique (competency, id),
    check ((statement = '') = (linked is not null)),
    check (linked is distinct from competency)
);
create unique index on learning.competency_part (id) where linked is null;
create index on learning.competency_part (linked) where linked is not null;

create schema analytics;

-- What people in a role cannot do yet, and why it matters. An active one holds one of its role's
-- three slots: a fourth finds none, whatever the code says and however many try at once.
create table analytics.gap (
    id           text primary key check (id <> ''),
    role         text not null,
    competency   text not null,
    priority     text not null check (priority <> ''),
    impact       integer not null check (impact between 1 and 5),
    rationale    text not null check (rationale <> ''),
    state        text not null default 'proposed'
                 check (state in ('proposed', 'active', 'closed')),
    slot         integer check (slot between 1 and 3),
    imported_at  timestamptz not null,
    activated_at timestamptz,
    closed_at    timestamptz,
    written      jsonb not null default '{}',
    foreign key (competency, role) references learning.competency (id, role),
    unique (role, slot),
    check ((state = 'active') = (slot is not null)),
    check (state <> 'active' or activated_at is not null),
    check ((state = 'closed') = (closed_at is not null))
);
create index on analytics.gap (competency);

-- What shows where people stand today; a kind without a row is missing. `n` is how many it rests
-- on and `held_on` its day, null where nobody has said.
create table analytics.evidence (
    gap      text not null references analytics.gap (id) on delete cascade,
    kind     text not null check (kind in ('assessment', 'manager', 'performance')),
    value    text not null check (value <> ''),
    n        integer check (n > 0),
    held_on  date,
    primary key (gap, kind)
);
"""


def upgrade() -> None:
    run(SQL)
