-- What the application's role may do; run after every migration. What is not listed, it cannot:
-- it owns nothing, alters no trigger, and neither changes nor removes an audit event.
do $$
declare
    app text := current_setting('jobaid.app_role');
    place text;
begin
    if app = current_user then
        return;  -- one role for both: `doctor` says that the database no longer protects the gate
    end if;
    foreach place in array array['bot', 'audit', 'learning', 'analytics', 'review', 'indexing', 'queue', 'extensions'] loop
        execute format('grant usage on schema %I to %I', place, app);
    end loop;
    foreach place in array array['bot', 'learning', 'analytics', 'indexing', 'queue'] loop
        execute format('grant select, insert, update, delete on all tables in schema %I to %I', place, app);
        execute format('grant usage on all sequences in schema %I to %I', place, app);
    end loop;
    -- Whether this is a demo database is settled at its creation, by the owner.
    execute format('revoke insert, update, delete on bot.this_database from %I', app);
    -- Events come in through `bot.take_in`; handling one says how far it is and whose it was.
    execute format('revoke insert, update, delete on bot.intake from %I', app);
    execute format('revoke insert, update, delete on bot.inbox from %I', app);
    execute format('grant update (state, handled_at, person_id, attempts, reference, error, payload, sender, turn) on bot.inbox to %I', app);
    -- Modules move along the gate's table only; approvals, contents and remarks are records.
    execute format('grant select, insert on all tables in schema review to %I', app);
    execute format('revoke insert on review.move from %I', app);
    execute format('grant usage on all sequences in schema review to %I', app);
    execute format('grant update (state, round, number, hash, moved_at, moved_by, due_at) on review.module to %I', app);
    execute format('grant update (number, kind, moved, posted_at) on review.posted to %I', app);
    execute format('grant update (basis, pieces, card, shown_at, left_out, given_up, ended_at) on review.drafting to %I', app);
    execute format('revoke insert, update, delete on learning.published_module from %I', app);
    execute format('revoke delete on learning.person from %I', app);
    -- What is searched is replaced, never reworded.
    execute format('revoke update, delete on indexing.passage from %I', app);
    execute format('grant update (embedding) on indexing.passage to %I', app);
    execute format('revoke insert, update, delete on indexing.rests_on from %I', app);
    execute format('grant select, insert on audit.event to %I', app);
    execute format('grant select on public.alembic_version to %I', app);
    execute format('grant usage on schema public to %I', app);
end $$;
