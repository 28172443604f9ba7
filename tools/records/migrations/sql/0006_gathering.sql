-- Order snapshots frozen at purchase, and what is fetched for a dispute before its case can open. Both hold personal
-- data: sealed under a key of each row's own, which an erasure destroys.
create table amends.order_snapshot (
    merchant text not null,
    order_id text not null,
    charge text not null,
    buyer text not null,
    placed_at timestamptz not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    wrapped bytea,
    sealed bytea not null,
    imported_at timestamptz not null default clock_timestamp(),
    primary key (merchant, order_id)
);
create unique index order_snapshot_by_charge on amends.order_snapshot (merchant, charge);
create index order_snapshot_by_buyer on amends.order_snapshot (merchant, buyer, placed_at);
grant select, insert, update (wrapped) on amends.order_snapshot to amends_app;

-- Where the gathering for a dispute stands, for people: why no case is open yet, what to supply. No personal data.
create table amends.gathering (
    merchant text not null,
    processor text not null check (processor in ('stripe', 'paypal', 'adyen')),
    dispute text not null,
    state text not null check (state in ('gathering', 'waiting', 'opened', 'over')),
    why text not null default '',
    case_id text,
    changed_at timestamptz not null default clock_timestamp(),
    primary key (merchant, processor, dispute)
);
grant select, insert, update (state, why, case_id, changed_at) on amends.gathering to amends_app;

create table amends.gathered_piece (
    merchant text not null,
    processor text not null,
    dispute text not null,
    source text not null check (source in ('shop', 'carrier', 'helpdesk')),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    wrapped bytea,
    sealed bytea not null,
    fetched_at timestamptz not null default clock_timestamp(),
    primary key (merchant, processor, dispute, source),
    foreign key (merchant, processor, dispute) references amends.gathering
);
grant select, insert, update (sha256, wrapped, sealed, fetched_at) on amends.gathered_piece to amends_app;

do $$
declare
    held text;
    field name;
begin
    foreach held in array array['amends.order_snapshot', 'amends.gathering', 'amends.gathered_piece'] loop
        execute format('alter table %s enable row level security', held);
        execute format('alter table %s force row level security', held);
        execute format('create policy own_merchant on %s using (merchant = (select amends.current_merchant()))'
            ' with check (merchant = (select amends.current_merchant()))', held);
        for field in select attname from pg_attribute
                     where attrelid = held::regclass and attnum > 0 and not attisdropped loop
            execute format('alter table %s alter column %I set statistics 0', held, field);
        end loop;
    end loop;
end
$$;
