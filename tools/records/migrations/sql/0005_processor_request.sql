-- What was asked of a processor that acknowledges at once and tells later: kept before the asking, so that after a
-- crash it is known what may have arrived. References, keys and amounts only; nothing personal.
create table amends.processor_request (
    merchant text not null,
    processor text not null,
    about text not null,
    kind text not null,
    key text not null check (length(key) between 1 and 64),
    body jsonb not null,
    asked_at timestamptz not null default clock_timestamp(),
    primary key (merchant, processor, about, kind, key)
);
alter table amends.processor_request enable row level security;
alter table amends.processor_request force row level security;
create policy own_merchant on amends.processor_request using (merchant = (select amends.current_merchant()))
    with check (merchant = (select amends.current_merchant()));
grant select, insert on amends.processor_request to amends_app;
grant update (body) on amends.processor_request to amends_app;
-- As for every table: no planner statistics, because EXPLAIN's estimates are made over all merchants.
alter table amends.processor_request
    alter column merchant set statistics 0, alter column processor set statistics 0,
    alter column about set statistics 0, alter column kind set statistics 0, alter column key set statistics 0,
    alter column body set statistics 0, alter column asked_at set statistics 0;

-- Adyen tells by webhook alone: what it told is read back by the payment and by the reference that begins every event id.
create index webhook_inbox_by_charge on amends.webhook_inbox (merchant, charge);
create index webhook_inbox_by_reference on amends.webhook_inbox (merchant, split_part(event_id, ':', 1))
    where processor = 'adyen';
