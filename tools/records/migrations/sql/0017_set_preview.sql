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

select amends_private.keep_apart('amends.set_preview');
