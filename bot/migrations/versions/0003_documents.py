"""The governed index: documents, their revisions, and what may be answered from."""

from bot.migrations.sql import run

revision = "0003"
down_revision = "0002"

SQL = """
create schema indexing;

-- Where documents come from: a folder, under a name. Documents vanish within their source only.
-- `root` is the folder as last given; `begun` the first run's start, `complete` whether it ended.
create table indexing.source (
    name      text primary key check (name <> ''),
    root      text not null,
    begun     timestamptz not null,
    complete  boolean not null default false
);

-- What the first run of a source saw but refused, by its text: mended and unchanged, it still
-- counts as seen then. `text_sha256` is empty where the text could not be read.
create table indexing.seen_at_first (
    source       text not null references indexing.source (name),
    uri          text not null,
    text_sha256  text not null,
    primary key (source, uri)
);

-- `newest_revision_id` is what the file says now; another revision may still be in force.
-- `fingerprint` is of the file's bytes and of what its folder says about it: unchanged, no work.
-- `duplicate_of`: the same text stands there. Until `duplicate_settled` the newest revision is
-- refused; once somebody chose, the document is withdrawn in favour of the other.
create table indexing.document (
    id                    bigint generated always as identity primary key,
    source                text not null,
    uri                   text not null,
    kind                  text not null default 'sop' check (kind in ('sop', 'module')),
    fingerprint           text not null default '',
    newest_revision_id    bigint,
    in_force_revision_id  bigint,
    expires_on            date,
    withdrawn_on          date,
    duplicate_of          bigint references indexing.document (id) check (duplicate_of <> id),
    duplicate_settled     boolean not null default false,
    in_conflict           boolean not null default false,
    owner_gone            boolean not null default false,
    unique (source, uri),
    check (in_force_revision_id is null or expires_on is not null),
    check (duplicate_of is not null or not duplicate_settled)
);
create index on indexing.document (uri);
create index on indexing.document (duplicate_of) where duplicate_of is not null;

-- What a document said, with who answers for it. Never changed, except that a validation is added
-- where there was none. `content_sha256` is of title and text as they stand, `text_sha256` of the
-- words alone. `validated_*` holds; `claimed_*` is what the file said about it, `written` the
-- wording of its dates. `from_start`: the first run of its source brought this content.
create table indexing.revision (
    id              bigint generated always as identity primary key,
    document_id     bigint not null references indexing.document (id),
    content_sha256  text not null,
    text_sha256     text not null,
    body            text not null,
    format          text not null,
    title           text not null check (title <> ''),
    scope           text not null check (scope <> ''),
    version         text not null check (version <> ''),
    version_on      date not null,
    owner           text not null check (owner <> ''),
    roles           text[] not null check (cardinality(roles) > 0),
    competencies    text[] not null check (cardinality(competencies) > 0),
    audience        text[] not null check (cardinality(audience) > 0),
    validated_by    text not null default '',
    validated_on    date,
    review_every    integer not null check (review_every > 0),
    url             text not null default '',
    urgent          text not null default '',
    claimed_by      text not null default '',
    claimed_on      date,
    written         jsonb not null default '{}',
    from_start      boolean not null default false,
    stored_at       timestamptz not null,
    unique (document_id, id),
    check ((validated_by = '') = (validated_on is null))
);
create index on indexing.revision (text_sha256);
alter table indexing.document
    add foreign key (id, in_force_revision_id) references indexing.revision (document_id, id),
    add foreign key (id, newest_revision_id) references indexing.revision (document_id, id);

-- A revision is a record: its text and governance stand, and a validation once given stands too.
create function indexing.keep_revision() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'UPDATE' then
        raise exception 'a revision is never removed';
    end if;
    if old.validated_on is not null
        or (to_jsonb(old) - 'validated_on' - 'validated_by')
            is distinct from (to_jsonb(new) - 'validated_on' - 'validated_by') then
        raise exception 'revision % is a record; store a new one', old.id;
    end if;
    return new;
end $$;
create trigger keep before update or delete on indexing.revision
    for each row execute function indexing.keep_revision();
create trigger keep_all before truncate on indexing.revision
    for each statement execute function indexing.keep_revision();

-- Nothing comes into force unvalidated, whatever the code says.
create function indexing.only_validated_in_force() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from indexing.revision
                   where id = new.in_force_revision_id and validated_on is not null) then
        raise exception 'revision % is not validated', new.in_force_revision_id;
    end if;
    return new;
end $$;
create trigger only_validated before insert or update of in_force_revision_id on indexing.document
    for each row when (new.in_force_revision_id is not null)
    execute function indexing.only_validated_in_force();

-- Owners who left. Documents they own are out until somebody else answers for them.
create table indexing.gone_owner (
    email  text primary key
);

create table indexing.conflict (
    document_id  bigint not null references indexing.document (id),
    with_id      bigint not null references indexing.document (id),
    marked_by    text not null,
    marked_at    timestamptz not null,
    check (document_id < with_id),
    primary key (document_id, with_id)
);
create index on indexing.conflict (with_id);

-- Who may read and for whom it is written, each combination once: search filters by a small number
-- instead of comparing lists passage by passage.
create table indexing.readership (
    id        integer generated always as identity primary key,
    audience  text[] not null,
    roles     text[] not null,
    unique (audience, roles)
);

create table indexing.passage (
    id             bigint generated always as identity primary key,
    document_id    bigint not null references indexing.document (id),
    revision_id    bigint not null references indexing.revision (id),
    readership_id  integer not null references indexing.readership (id),
    ordinal        integer not null,
    section        text not null,
    headings       text[] not null,
    text           text not null,
    length         integer not null default 0,
    embedding      extensions.halfvec(384),
    unique (revision_id, ordinal)
);
create index on indexing.passage (document_id);
create index on indexing.passage (readership_id);

-- Why a document may not be answered from on a day; null when it may. The one place that decides.
create function indexing.block_reason(d indexing.document, today date) returns text
language sql immutable
as $$
    select case
        when d.withdrawn_on is not null or d.duplicate_settled then 'withdrawn'
        when d.in_conflict then 'conflict'
        when d.owner_gone then 'owner_gone'
        when d.in_force_revision_id is null then 'unvalidated'
        when d.expires_on < today then 'expired'
    end
$$;
"""


def upgrade() -> None:
    run(SQL)
