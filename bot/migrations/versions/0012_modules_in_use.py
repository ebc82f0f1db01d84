"""Published modules in use: what is answered from them, on what they rest, who wants which level.

Whatever is written under the application's role: a document of kind `module` says what is published
in its words alone, while it is, and nobody reads it who may not read all that it rests on.
"""

from bot.migrations.sql import run

revision = "0012"
down_revision = "0011"

SQL = """
-- How much of a guide somebody wants to read.
create table learning.preference (
    person_id  bigint primary key references learning.person (id),
    level      text not null check (level in ('novice', 'standard', 'expert')),
    at         timestamptz not null
);

-- What is published of a module is found under `modules:module/ID`. Withdrawn as soon as it is no
-- longer published, and back when it is again.
alter table indexing.document
    add column module_id bigint unique references review.module (id),
    add check ((kind = 'module') = (module_id is not null)),
    add check (kind = 'sop' or (source = 'modules' and uri = 'module/' || module_id));
create index on indexing.document (withdrawn_on) where kind = 'module';

-- The SOPs that a module rests on, the one it cites most first, and the sections that it cites of
-- each: written by the trigger below alone.
-- No foreign key to them: its check would wait for whoever is storing such an SOP, and they for us.
create table indexing.rests_on (
    document_id     bigint not null references indexing.document (id),
    position        integer not null,
    on_document_id  bigint not null,
    sections        text[] not null,
    primary key (document_id, position),
    unique (document_id, on_document_id)
);
create index on indexing.rests_on (on_document_id);

-- Modules have readerships of their own, so that SOPs are searched as if there were none.
alter table indexing.readership
    add column kind text not null default 'sop' check (kind in ('sop', 'module')),
    drop constraint readership_audience_roles_key,
    add unique (kind, audience, roles);

-- In how many passages of modules a term stands; `df` counts those of SOPs alone, and so do the sums
-- behind BM25: a word of an SOP is as rare as before, whatever is published from it.
alter table indexing.term add column of_modules integer not null default 0;

-- Who may read a module today: those who may read every SOP it rests on. Where their audiences have
-- nobody in common, the owner, if all have the same one.
create function indexing.common_audience(module_document bigint) returns text[]
language sql stable
as $$
    with resting as (
        select o.position, r.audience, r.owner
        from indexing.rests_on o
        join indexing.document d on d.id = o.on_document_id
        join indexing.revision r on r.id = coalesce(d.in_force_revision_id, d.newest_revision_id)
        where o.document_id = module_document
    ), restricted as (
        select position, audience from resting where 'everyone' <> all (audience)
    ), common as (
        select token from restricted, unnest(audience) token
        group by token having count(distinct position) = (select count(*) from restricted)
    )
    select case
        when not exists (select from resting) then '{}'::text[]
        when not exists (select from restricted) then array['everyone']
        when exists (select from common) then array(select token from common order by token)
        when (select count(distinct owner) from resting) = 1
            then array(select owner from resting limit 1)
        else '{}'::text[]
    end
$$;

-- Whether a module may be answered from on a day: its very words are published, and all that it
-- rests on may be answered from.
create function indexing.module_stands(d indexing.document, today date) returns boolean
language sql stable
as $$
    select d.withdrawn_on is null
        and exists (
            select from learning.published_module p
            join indexing.revision r on r.id = d.in_force_revision_id and r.content_sha256 = p.hash
            where p.module_id = d.module_id)
        and exists (select from indexing.rests_on o where o.document_id = d.id)
        and not exists (
            select from indexing.rests_on o
            left join indexing.document s on s.id = o.on_document_id
            where o.document_id = d.id
              and (s.id is null or indexing.block_reason(s, today) is not null))
$$;

-- Retrieval and drafting read these functions of a day, never the tables.
create function indexing.answerable_revision(today date)
returns table (revision_id bigint, document_id bigint)
language sql stable
as $$
    select r.id, d.id
    from indexing.revision r
    join indexing.document d on d.id = r.document_id and d.in_force_revision_id = r.id
    where case d.kind
        when 'sop' then indexing.block_reason(d, today) is null
        else indexing.module_stands(d, today)
    end
$$;

create function indexing.answerable_passage(today date)
returns table (
    passage_id bigint, document_id bigint, revision_id bigint, source text, uri text, kind text,
    title text, section text, headings text[], text text, version text, version_on date,
    owner text, url text, roles text[], audience text[],
    embedding extensions.halfvec, ordinal integer, competencies text[]
)
language sql stable
as $$
    select p.id, d.id, r.id, d.source, d.uri, d.kind, r.title, p.section, p.headings, p.text,
           r.version, r.version_on, r.owner, r.url, r.roles,
           case d.kind when 'sop' then r.audience else indexing.common_audience(d.id) end,
           p.embedding, p.ordinal, r.competencies
    from indexing.passage p
    join indexing.document d on d.id = p.document_id and d.in_force_revision_id = p.revision_id
    join indexing.revision r on r.id = p.revision_id
    where case d.kind
        when 'sop' then indexing.block_reason(d, today) is null
        else indexing.module_stands(d, today)
    end
$$;

-- What may not be answered from, without its text: for a document with no revision in force, its
-- newest one. A module whose SOP is out is found as that SOP: it is what has to be put right. A
-- module that is not published is silent.
create function indexing.blocked_passage(today date)
returns table (
    passage_id bigint, document_id bigint, revision_id bigint, source text, uri text, title text,
    section text, owner text, urgent text, reason text, since date, audience text[],
    embedding extensions.halfvec
)
language sql stable
as $$
    select p.id, d.id, r.id, d.source, d.uri, r.title, p.section, r.owner, r.urgent,
           indexing.block_reason(d, today),
           case indexing.block_reason(d, today)
               when 'expired' then d.expires_on
               when 'withdrawn' then d.withdrawn_on
           end,
           r.audience, p.embedding
    from indexing.document d
    join indexing.revision r on r.id = coalesce(d.in_force_revision_id, d.newest_revision_id)
    join indexing.passage p on p.revision_id = r.id
    -- A duplicate is silent: the document with the same text speaks for both.
    where d.kind = 'sop' and indexing.block_reason(d, today) is not null and d.duplicate_of is null
    union all
    select p.id, s.id, p.revision_id, s.source, s.uri, r.title, r.title, r.owner, r.urgent,
           s.reason,
           case s.reason when 'expired' then s.expires_on when 'withdrawn' then s.withdrawn_on end,
           indexing.common_audience(d.id), p.embedding
    from indexing.document d
    join indexing.passage p on p.revision_id = d.in_force_revision_id
    cross join lateral (
        select sop.id, sop.source, sop.uri, sop.expires_on, sop.withdrawn_on,
               coalesce(sop.in_force_revision_id, sop.newest_revision_id) revision_id,
               indexing.block_reason(sop, today) reason
        from indexing.rests_on o join indexing.document sop on sop.id = o.on_document_id
        where o.document_id = d.id and indexing.block_reason(sop, today) is not null
        order by o.position
        limit 1
    ) s
    join indexing.revision r on r.id = s.revision_id
    where d.kind = 'module' and d.withdrawn_on is null
$$;

-- An SOP never becomes a module, nor a module an SOP: drafts rest on SOPs, and SOPs are imported.
create function indexing.keep_kind() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'document % stays what it is', old.id;
end $$;
create trigger keep_kind before update on indexing.document
    for each row
    when ((old.kind, old.module_id) is distinct from (new.kind, new.module_id))
    execute function indexing.keep_kind();

-- A module's document is in use while the module is published, with the published words.
create function indexing.guard_module_document() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    published learning.published_module;
begin
    select * into published from learning.published_module where module_id = new.module_id;
    if new.withdrawn_on is not null then
        if found and tg_op = 'UPDATE' then
            raise exception 'module % is published', new.module_id;
        end if;
        return new;
    end if;
    if not found then
        raise exception 'module % is not published', new.module_id;
    end if;
    if tg_op = 'UPDATE' and old.withdrawn_on is null
        and old.in_force_revision_id <> new.in_force_revision_id then
        raise exception 'module % is in use as it was published', new.module_id;
    end if;
    if new.in_force_revision_id is not null and not exists (
        select from indexing.revision r
        where r.id = new.in_force_revision_id
          and (r.content_sha256, r.body, r.title)
              = (published.hash, published.body, published.title)) then
        raise exception 'module % is not published with this content', new.module_id;
    end if;
    return new;
end $$;
create trigger guard_module before insert or update on indexing.document
    for each row when (new.kind = 'module') execute function indexing.guard_module_document();

-- Definer's rights: nobody else says on what a module rests.
create function indexing.note_what_it_rests_on() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    delete from indexing.rests_on where document_id = new.id;
    insert into indexing.rests_on (document_id, position, on_document_id, sections)
    select new.id, row_number() over (order by count(*) desc, c.document_id), c.document_id,
           array_agg(distinct c.section)
    from review.module m
    join review.cited c on c.module_id = m.id and c.number = m.number
    where m.id = new.module_id
    group by c.document_id;
    return null;
end $$;
create trigger rests_on after update of in_force_revision_id on indexing.document
    for each row
    when (new.kind = 'module' and new.withdrawn_on is null and new.in_force_revision_id is not null)
    execute function indexing.note_what_it_rests_on();

-- Every line and heading of a module's passage stands in what is published.
create function indexing.guard_module_passage() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    module bigint;
    newest bigint;
    published learning.published_module;
begin
    select module_id, newest_revision_id into module, newest
    from indexing.document where id = new.document_id;
    if module is null then
        return new;
    end if;
    if new.revision_id <= newest then
        raise exception 'the passages of module % are complete', module;
    end if;
    select * into published from learning.published_module where module_id = module;
    if not found
        or exists (
            select from unnest(new.headings || new.section) heading
            where heading <> published.title and heading not in (
                select value #>> '{}'
                from jsonb_path_query(published.body::jsonb, 'strict $.content.**.section') value))
        or exists (
            select from string_to_table(new.text, E'\\n') line
            where btrim(line) <> ''
              and not array[btrim(line), btrim(regexp_replace(line, '^ *\\d+\\. ', ''))] && array(
                select btrim(said)
                from jsonb_path_query(published.body::jsonb, 'strict $.content.**.text') value,
                     string_to_table(value #>> '{}', E'\\n') said)) then
        raise exception 'module % does not say this', module;
    end if;
    return new;
end $$;
create trigger guard_module
    before insert or update of document_id, revision_id, section, headings, text on indexing.passage
    for each row execute function indexing.guard_module_passage();

-- What is no longer published is out of answers in the same statement.
create function indexing.withdraw_module() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    update indexing.document d
    set withdrawn_on = (select (m.moved_at at time zone 'UTC')::date
                        from review.module m where m.id = old.module_id)
    where d.module_id = old.module_id and d.withdrawn_on is null;
    return null;
end $$;
create trigger withdraw after delete on learning.published_module
    for each row execute function indexing.withdraw_module();
"""


def upgrade() -> None:
    run(SQL)
