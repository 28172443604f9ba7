-- What somebody saw before they decided many like cases together: which cases, each as it stood then, and the ones they
-- were to open first. Ids, versions and amounts; no personal data. Never changed: a new look is a new preview.
create table amends.set_preview (
    merchant text not null,
    preview_id text not null check (preview_id ~ '^[0-9a-f]{32}$'),
    account_id text not null,
    previewed_at timestamptz not null default clock_timestamp(),
    content jsonb not null,
    primary key (merchant, preview_id)
);
grant select, insert on amends.set_preview to amends_app;

alter table amends.set_preview enable row level security;
alter table amends.set_preview force row level security;
create policy own_merchant on amends.set_preview using (merchant = (select amends.current_merchant()))
    with check (merchant = (select amends.current_merchant()));
do $$
declare
    field name;
begin
    for field in select attname from pg_attribute
                 where attrelid = 'amends.set_preview'::regclass and attnum > 0 and not attisdropped loop
        execute format('alter table amends.set_preview alter column %I set statistics 0', field);
    end loop;
end
$$;
