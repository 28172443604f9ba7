-- The queue: one row for every case that waits for a person, with what the queue shows and sorts by. Written in the
-- transaction that records the stage, derived from the records, and rebuilt from them by `amends queue rebuild`. No
-- personal data. A row whose case has moved on stays with the moment it left, so that open pages hear of it.

-- What every table of merchants' rows needs: row-level security that binds the owner too, and no planner statistics of
-- any column, because EXPLAIN's estimates are made from most-common values over all merchants.
create function amends_private.keep_apart(variadic tables regclass[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    held regclass;
    field name;
begin
    foreach held in array tables loop
        execute format('alter table %s enable row level security', held);
        execute format('alter table %s force row level security', held);
        execute format('create policy own_merchant on %s using (merchant = (select amends.current_merchant()))'
            ' with check (merchant = (select amends.current_merchant()))', held);
        for field in select attname from pg_attribute where attrelid = held and attnum > 0 and not attisdropped loop
            execute format('alter table %s alter column %I set statistics 0', held, field);
        end loop;
    end loop;
end
$$;
revoke all on function amends_private.keep_apart(regclass[]) from public;

create table amends.queue_entry (
    merchant text not null,
    case_id text collate "C" not null,
    kind text not null,
    stage text not null,
    causes text[] not null,
    proposal text not null,
    decision_id text,
    currency text not null,
    amount_minor bigint,
    fair_low_minor bigint,
    fair_high_minor bigint,
    win_chance double precision,
    stake_minor bigint not null,
    worth_cents bigint not null,
    respond_by timestamptz,
    house_due timestamptz,
    due timestamptz not null,
    band text not null,
    reason text not null,
    reason_code text,
    network text,
    carrier text,
    language text,
    destination text not null,
    flags text[] not null,
    policy_version text not null,
    chance_wrong double precision not null,
    minutes double precision not null,
    rank double precision not null,
    opened_at timestamptz not null,
    order_id text collate "C" not null,
    payment_reference text collate "C" not null,
    waits_since timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    version bigint not null default 1,
    left_at timestamptz,
    primary key (merchant, case_id),
    foreign key (merchant, case_id) references amends.dispute_case
);
create index queue_entry_by_rank on amends.queue_entry (merchant, rank desc, case_id) where left_at is null;
create index queue_entry_by_due on amends.queue_entry (merchant, due, case_id) where left_at is null;
create index queue_entry_by_worth on amends.queue_entry (merchant, worth_cents desc, case_id) where left_at is null;
create index queue_entry_by_age on amends.queue_entry (merchant, opened_at, case_id) where left_at is null;
create index queue_entry_by_order on amends.queue_entry (merchant, order_id) where left_at is null;
create index queue_entry_by_payment on amends.queue_entry (merchant, payment_reference) where left_at is null;
create index queue_entry_by_change on amends.queue_entry (merchant, changed_at);
-- The rare ones: without an index of their own a view of them would read the whole queue to find a few.
create index queue_entry_reuse on amends.queue_entry (merchant, rank desc, case_id)
    where left_at is null and flags @> array['image_reuse'];
create index queue_entry_appeals on amends.queue_entry (merchant, rank desc, case_id)
    where left_at is null and flags @> array['appeal'];
create index queue_entry_letters on amends.queue_entry (merchant, rank desc, case_id)
    where left_at is null and flags @> array['letter_to_sign'];
-- What the views' counts are counted from, without touching the rows.
create index queue_entry_counts on amends.queue_entry (merchant, due, band, flags) where left_at is null;
grant select, insert, update on amends.queue_entry to amends_app;

-- A person passed over a case: why, and until when it is not served to them again. Their own words are sealed.
create table amends.queue_skip (
    merchant text not null,
    case_id text not null,
    account_id text not null,
    skipped_at timestamptz not null default clock_timestamp(),
    until timestamptz not null,
    reason text not null,
    sealed_words bytea,
    primary key (merchant, case_id, account_id, skipped_at),
    foreign key (merchant, case_id) references amends.dispute_case
);
grant select, insert on amends.queue_skip to amends_app;

select amends_private.keep_apart(variadic array['amends.queue_entry', 'amends.queue_skip']::regclass[]);
