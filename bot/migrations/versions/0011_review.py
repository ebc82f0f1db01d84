"""Review: modules, the exact contents of them, who approved which, and the gate itself.

The gate stands here as well as in code: under the application's role no statement, in whatever
order, publishes a module without the approvals of two people on exactly that content.
"""

from bot.migrations.sql import run

revision = "0011"
down_revision = "0010"

SQL = """
create schema review;

-- The moves a module can make; `review/states.py` has the same table.
create table review.move (
    before  text not null,
    after   text not null,
    primary key (before, after)
);
insert into review.move (before, after) values
    ('draft', 'in_review'), ('draft', 'rejected'), ('draft', 'withdrawn'),
    ('in_review', 'approved_by_one'), ('in_review', 'changes_requested'),
    ('in_review', 'rejected'), ('in_review', 'withdrawn'),
    ('approved_by_one', 'published'), ('approved_by_one', 'in_review'),
    ('approved_by_one', 'changes_requested'), ('approved_by_one', 'rejected'),
    ('approved_by_one', 'withdrawn'),
    ('changes_requested', 'in_review'), ('changes_requested', 'rejected'),
    ('changes_requested', 'withdrawn'),
    ('published', 'flagged'), ('published', 'suspended'), ('published', 'superseded'),
    ('published', 'withdrawn'),
    ('flagged', 'superseded'), ('flagged', 'withdrawn'),
    ('suspended', 'in_review'), ('suspended', 'flagged'), ('suspended', 'superseded'),
    ('suspended', 'withdrawn');

-- One module in one version. `moved_by` is an e-mail, or `jobaid` for what happens by itself.
-- `number` is the content at hand (0: none yet), `hash` what it hashes
-- to. `round` counts the reviews: what was approved in an earlier round counts for nothing.
-- `revises` is the published module that this one is to replace.
create table review.module (
    id            bigint generated always as identity primary key,
    kind          text not null check (kind in ('guide', 'aid', 'items', 'scenario', 'remedial')),
    role          text not null check (role <> ''),
    competency    text not null check (competency <> ''),
    part          text not null default '',
    domain        text not null check (domain <> ''),
    gap           text not null references analytics.gap (id),
    context       text not null check (context <> ''),
    source        text not null default '',
    requested_by  bigint not null references learning.person (id),
    revises       bigint references review.module (id),
    because       text not null default ''
                  check (because in ('', 'source_changed', 'reported', 'asked')),
    state         text not null default 'draft',
    round         integer not null default 1,
    number        integer not null default 0,
    hash          text not null default '',
    created_at    timestamptz not null,
    moved_at      timestamptz not null,
    moved_by      text not null,
    due_at        timestamptz,
    check ((number = 0) = (hash = '')),
    check (state in ('draft', 'rejected', 'withdrawn') or number > 0)
);
create index on review.module (state, due_at);
create index on review.module (gap);
-- One revision of a module is drafted at a time.
create unique index on review.module (revises)
    where state in ('draft', 'in_review', 'changes_requested', 'approved_by_one');

-- What a module said at some time: `body` is the JSON that is hashed, word for word. `edited_by`
-- is null where the drafter wrote it; `blocked`: a check found what nobody may approve.
-- Never changed, never removed.
create table review.content (
    module_id   bigint not null references review.module (id),
    number      integer not null check (number > 0),
    hash        text not null,
    body        text not null,
    title       text not null check (title <> ''),
    checks      jsonb not null default '{}',
    blocked     boolean not null,
    drafted_by  text not null,
    edited_by   bigint references learning.person (id),
    stored_at   timestamptz not null,
    primary key (module_id, number),
    unique (module_id, number, hash),
    check (hash = encode(sha256(convert_to(body, 'UTF8')), 'hex')),
    check (title = body::json #>> '{content,title}')
);

-- Where the words of a content come from; a revision of one of these flags the module.
create table review.cited (
    module_id    bigint not null,
    number       integer not null,
    document_id  bigint not null,
    revision_id  bigint not null,
    section      text not null,
    quote        text not null,
    foreign key (module_id, number) references review.content (module_id, number),
    foreign key (document_id, revision_id) references indexing.revision (document_id, id)
);
create index on review.cited (module_id, number);
create index on review.cited (document_id, revision_id);

-- An approval names the stored press it came from, and that press is the same person's. Its card
-- had so many `parts`; `opened` are those the person had been shown, the first one always.
create unique index on bot.inbox (id, person_id);
create table review.approval (
    id             bigint generated always as identity primary key,
    module_id      bigint not null,
    number         integer not null,
    hash           text not null,
    round          integer not null,
    seat           text not null check (seat in ('sme', 'ld')),
    person_id      bigint not null references learning.person (id),
    ticks          text[] not null check (ticks @> array['accuracy', 'tone', 'compliance']),
    just_competent jsonb not null default '{}',
    press          bigint not null unique,
    at             timestamptz not null,
    seconds        integer not null check (seconds >= 0),
    parts          integer not null check (parts > 0),
    opened         integer[] not null,
    unique (module_id, round, person_id),
    unique (module_id, round, seat),
    check (cardinality(opened) between 1 and parts),
    foreign key (module_id, number, hash) references review.content (module_id, number, hash),
    foreign key (press, person_id) references bot.inbox (id, person_id)
);

-- Which parts of a content's card somebody was shown, of how many it had.
create table review.opened (
    module_id  bigint not null,
    number     integer not null,
    person_id  bigint not null references learning.person (id),
    parts      integer not null,
    part       integer not null check (part between 1 and parts),
    at         timestamptz not null,
    primary key (module_id, number, person_id, parts, part),
    foreign key (module_id, number) references review.content (module_id, number)
);

-- What reviewers asked for or why they said no; what learners reported.
create table review.remark (
    id         bigint generated always as identity primary key,
    module_id  bigint not null references review.module (id),
    number     integer not null,
    kind       text not null check (kind in ('changes', 'reject', 'withdraw', 'report', 'restore')),
    person_id  bigint not null references learning.person (id),
    text       text not null check (text <> ''),
    press      bigint not null unique,
    at         timestamptz not null,
    foreign key (press, person_id) references bot.inbox (id, person_id)
);
create index on review.remark (module_id);

-- Minutes somebody says a review took, one press.
create table review.minutes (
    module_id  bigint not null references review.module (id),
    person_id  bigint not null references learning.person (id),
    minutes    integer not null check (minutes > 0),
    press      bigint not null unique,
    at         timestamptz not null,
    foreign key (press, person_id) references bot.inbox (id, person_id)
);

-- Why a published module was flagged: the changes in its sources, as codes and both wordings.
create table review.flag (
    id           bigint generated always as identity primary key,
    module_id    bigint not null references review.module (id),
    document_id  bigint not null references indexing.document (id),
    revision_id  bigint not null references indexing.revision (id),
    changes      jsonb not null,
    at           timestamptz not null
);
create index on review.flag (module_id);

-- Where a module's card stands, so that it can be brought up to date. Only the newest of a place
-- is the module's card; the others are old. A `form` is what somebody approves with, a `notice` what
-- tells of a report, `remark_id`; used or decided, both are `done`. `moved`: it says that a source has.
create table review.posted (
    ref        text primary key,
    module_id  bigint not null references review.module (id),
    number     integer not null,
    place      text not null,
    kind       text not null default 'card' check (kind in ('card', 'form', 'notice', 'done')),
    remark_id  bigint references review.remark (id),
    moved      boolean not null default false,
    posted_at  timestamptz not null,
    check (kind <> 'notice' or remark_id is not null)
);
create index on review.posted (module_id);

-- Who was reminded on which day of theirs.
create table review.reminded (
    person_id  bigint not null references learning.person (id),
    day        date not null,
    primary key (person_id, day)
);

-- What a learner can be shown. Nothing gets in but a published module's approved content.
create table learning.published_module (
    module_id     bigint primary key references review.module (id),
    kind          text not null,
    role          text not null,
    competency    text not null,
    title         text not null,
    hash          text not null,
    body          text not null,
    published_at  timestamptz not null,
    check (hash = encode(sha256(convert_to(body, 'UTF8')), 'hex'))
);
create index on learning.published_module (competency, role);

-- Whether a stored press decided something, so that it has to be kept as it was.
create function review.is_record(press bigint) returns boolean
language sql stable
as $$
    select exists (select from review.approval a where a.press = is_record.press)
        or exists (select from review.remark r where r.press = is_record.press)
        or exists (select from review.minutes m where m.press = is_record.press)
$$;

-- Whether a card is a module's.
create function review.is_card(ref text) returns boolean
language sql stable
as $$
    select exists (select from review.posted p where p.ref = is_card.ref)
$$;

-- Whether somebody may stand for a seat in a module: holds it, is there, and wrote none of it.
create function review.may_approve(m review.module, person bigint, seat text) returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select from learning.person p
        where p.id = person and p.active
          and case seat when 'sme' then 'sme:' || m.domain when 'ld' then 'ld' end = any (p.seats))
      and person <> m.requested_by
      and not exists (
        select from review.content c where c.module_id = m.id and c.edited_by = person)
$$;

-- The seats that have approved exactly what the module says now and may still stand for it.
create function review.approved_seats(m review.module) returns text[]
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(a.seat order by a.seat), '{}')
    from review.approval a
    where a.module_id = m.id and a.round = m.round and a.number = m.number and a.hash = m.hash
      and review.may_approve(m, a.person_id, a.seat)
$$;

create function review.guard_module() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    may_change constant text[] := '{state,round,number,hash,moved_at,moved_by,due_at}';
begin
    if tg_op = 'INSERT' then
        if new.state <> 'draft' or new.number <> 0 or new.round <> 1 then
            raise exception 'a module begins as a draft without content';
        end if;
        -- Its SMEs are those of its competency; a revision's are those of what it revises.
        if new.revises is null and not exists (
            select from analytics.gap g join learning.competency c on c.id = g.competency
            where g.id = new.gap
              and (g.competency, g.role, c.domain) = (new.competency, new.role, new.domain)) then
            raise exception 'the gap % does not ask for this module', new.gap;
        end if;
        if new.revises is not null and not exists (
            select from review.module stood
            where stood.id = new.revises
              and (stood.kind, stood.competency, stood.role, stood.domain)
                  = (new.kind, new.competency, new.role, new.domain)) then
            raise exception 'module % is revised by its like alone', new.revises;
        end if;
        return new;
    end if;
    if tg_op <> 'UPDATE' then
        raise exception 'a module is never removed';
    end if;
    -- In an older snapshot somebody may hold a seat that was taken from them since.
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'modules move on what is known now: in read committed transactions';
    end if;
    if (to_jsonb(old) - may_change) is distinct from (to_jsonb(new) - may_change) then
        raise exception 'what module % is for cannot be changed', old.id;
    end if;
    if new.round < old.round or new.number < old.number then
        raise exception 'module % cannot go back to an earlier content or round', old.id;
    end if;
    if new.state <> old.state and not exists (
        select from review.move where before = old.state and after = new.state) then
        raise exception 'module % cannot go from % to %', old.id, old.state, new.state;
    end if;
    if (new.moved_at, new.moved_by) is distinct from (old.moved_at, old.moved_by)
        and (new.state, new.number, new.round) = (old.state, old.number, old.round) then
        raise exception 'module % has not moved', old.id;
    end if;
    if new.number <> old.number or new.hash <> old.hash then
        if old.state not in ('draft', 'in_review', 'changes_requested', 'approved_by_one')
            or new.state not in ('draft', 'in_review')
            or (old.number > 0 and new.round = old.round) then
            raise exception 'the content of module % is fixed in state %', old.id, old.state;
        end if;
        if not exists (select from review.content
                       where module_id = new.id and number = new.number and hash = new.hash) then
            raise exception 'module % has no such content', old.id;
        end if;
    end if;
    if new.state = 'in_review' and old.state = 'suspended' and new.round = old.round then
        raise exception 'module % needs two new approvals', old.id;
    end if;
    if new.state = 'approved_by_one' and cardinality(review.approved_seats(new)) < 1 then
        raise exception 'nobody has approved module %', old.id;
    end if;
    if new.state = 'published' and review.approved_seats(new) <> array['ld', 'sme'] then
        raise exception 'module % needs an SME''s and an L&D professional''s approval', old.id;
    end if;
    return new;
end $$;
create trigger guard before insert or update or delete on review.module
    for each row execute function review.guard_module();
create trigger guard_all before truncate on review.module
    for each statement execute function review.guard_module();

-- No module moves and nobody approves without a line in the audit log, whoever writes the SQL.
create function review.log_move() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    insert into audit.event (actor, act, subject, detail)
    values (new.moved_by, 'module.' || new.state, 'module:' || new.id,
            jsonb_build_object('kind', new.kind, 'gap', new.gap, 'number', new.number,
                               'hash', new.hash, 'round', new.round,
                               'before', case when tg_op = 'UPDATE' then old.state end));
    return null;
end $$;
create trigger log_insert after insert on review.module
    for each row execute function review.log_move();
create trigger log_update after update on review.module
    for each row when ((old.state, old.number, old.round)
                       is distinct from (new.state, new.number, new.round))
    execute function review.log_move();

create function review.log_approval() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    insert into audit.event (actor, act, subject, detail)
    select p.email, 'module.approval', 'module:' || new.module_id,
           jsonb_build_object('seat', new.seat, 'number', new.number, 'hash', new.hash,
                              'round', new.round, 'ticks', new.ticks, 'press', new.press,
                              'seconds', new.seconds, 'just_competent', new.just_competent,
                              'parts', new.parts, 'opened', new.opened)
    from learning.person p where p.id = new.person_id;
    return null;
end $$;

-- What is published comes within learners' reach in the same statement, what no longer is goes out of
-- it; nobody else writes there.
create function review.put_out() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    insert into learning.published_module
        (module_id, kind, role, competency, title, hash, body, published_at)
    select new.id, new.kind, new.role, new.competency, c.title, c.hash, c.body, new.moved_at
    from review.content c where c.module_id = new.id and c.number = new.number;
    return null;
end $$;
create trigger put_out after update of state on review.module
    for each row when (old.state <> 'published' and new.state = 'published')
    execute function review.put_out();

create function review.take_back() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    delete from learning.published_module where module_id = new.id;
    return null;
end $$;
create trigger take_back after update of state on review.module
    for each row when (old.state = 'published' and new.state <> 'published')
    execute function review.take_back();

create function review.guard_approval() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    m review.module;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'approvals rest on what is known now: in read committed transactions';
    end if;
    select * into m from review.module where id = new.module_id for update;
    if m.state not in ('in_review', 'approved_by_one') or m.round <> new.round
        or m.number <> new.number or m.hash <> new.hash then
        raise exception 'module % does not stand for review with this content', new.module_id;
    end if;
    if exists (select from review.content
               where module_id = m.id and number = m.number and blocked) then
        raise exception 'module % is blocked by its checks', m.id;
    end if;
    if not review.may_approve(m, new.person_id, new.seat) then
        raise exception 'person % may not approve module % as %', new.person_id, m.id, new.seat;
    end if;
    if not exists (select from bot.inbox where id = new.press and state = 'waiting') then
        raise exception 'press % was for something else', new.press;
    end if;
    return new;
end $$;
create trigger guard before insert on review.approval
    for each row execute function review.guard_approval();
create trigger log after insert on review.approval
    for each row execute function review.log_approval();

create function review.keep() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception '% is a record: nothing in it is changed or removed', tg_table_name;
end $$;
create trigger keep before update or delete on review.content
    for each row execute function review.keep();
create trigger keep_all before truncate on review.content
    for each statement execute function review.keep();
create trigger keep before update or delete on review.approval
    for each row execute function review.keep();
create trigger keep_all before truncate on review.approval
    for each statement execute function review.keep();

-- Once a content is before its reviewers, what it rests on stands.
create function review.guard_cited() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from review.module where id = new.module_id and number >= new.number) then
        raise exception 'content % of module % rests on what it was stored with', new.number,
            new.module_id;
    end if;
    return new;
end $$;
create trigger guard before insert on review.cited
    for each row execute function review.guard_cited();

-- A press is handled once, and one that decided something stays as it came.
create function review.keep_press() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    if new.state = 'waiting' and old.state <> 'waiting' then
        raise exception 'event % has been handled', old.id;
    end if;
    if (old.key, old.platform, old.payload, old.received_at, old.person_id)
            is distinct from (new.key, new.platform, new.payload, new.received_at, new.person_id)
        and review.is_record(old.id) then
        raise exception 'event % is a record', old.id;
    end if;
    return new;
end $$;
create trigger keep before update on bot.inbox
    for each row execute function review.keep_press();

create function review.guard_published() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    m review.module;
    c review.content;
begin
    select * into m from review.module where id = new.module_id;
    select * into c from review.content where module_id = m.id and number = m.number;
    if m.state is distinct from 'published'
        or review.approved_seats(m) <> array['ld', 'sme']
        or (new.kind, new.role, new.competency, new.title, new.hash, new.body)
            is distinct from (m.kind, m.role, m.competency, c.title, m.hash, c.body) then
        raise exception 'module % is not published with this content', new.module_id;
    end if;
    return new;
end $$;
create trigger guard before insert or update on learning.published_module
    for each row execute function review.guard_published();
"""


def upgrade() -> None:
    run(SQL)
