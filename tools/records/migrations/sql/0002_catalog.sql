-- What the server's own catalogues tell everybody about the whole house: sizes, row counts, activity, query texts.
-- Only a superuser may close these; where the owner is none (managed databases) the totals of the house, never one
-- merchant's, stay visible to whoever can run SQL as the application.
do $$
declare
    one record;
    shown text;
begin
    execute format('revoke create, temporary on database %I from public', current_database());
    if not (select rolsuper from pg_roles where rolname = current_user) then
        return;
    end if;
    for one in
        select p.oid::regprocedure as name from pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
          and (p.proname like 'pg\_stat\_get\_%'
               or p.proname in ('pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size',
                                'pg_database_size', 'pg_tablespace_size', 'lo_create', 'lo_creat', 'lo_from_bytea'))
    loop
        execute format('revoke execute on function %s from public', one.name);
        execute format('grant execute on function %s to pg_monitor', one.name);
    end loop;
    for one in
        select c.oid::regclass as name from pg_class c
        where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'v' and c.relname ~ '^pg_stat(io)?_'
    loop
        execute format('revoke select on %s from public', one.name);
        execute format('grant select on %s to pg_monitor', one.name);
    end loop;
    select string_agg(format('%I', attname), ', ') into shown from pg_attribute
    where attrelid = 'pg_class'::regclass and attnum > 0 and not attisdropped
      and attname not in ('reltuples', 'relpages', 'relallvisible', 'relallfrozen');
    revoke select on pg_catalog.pg_class from public;
    execute format('grant select (%s) on pg_catalog.pg_class to public', shown);
    grant select on pg_catalog.pg_class to pg_monitor;
end
$$;
