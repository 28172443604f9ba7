-- What processors' webhooks say, stored before they are answered; and the dispute of a chargeback case, so that the
-- news of a dispute finds its case.

alter table amends.dispute_case add column dispute text;
create index dispute_case_by_dispute on amends.dispute_case (merchant, dispute) where dispute is not null;

-- Cases of before: bundles are sealed, but the ledger knows which dispute a case entered. The policies are forced on
-- the owner too, who belongs to no merchant, so they are lifted for this statement.
alter table amends.dispute_case no force row level security;
alter table amends.ledger_entry no force row level security;
update amends.dispute_case c set dispute = e.reference
from amends.ledger_entry e
where e.kind = 'chargeback' and e.merchant = c.merchant and e.case_id = c.case_id and c.kind = 'chargeback';
alter table amends.ledger_entry force row level security;
alter table amends.dispute_case force row level security;

-- One row per event of a processor, however often and in whatever order it is told. due_at is when it may be worked
-- on: now, at the end of a worker's lease, or after a pause. A row told with newer content is waiting again, under a
-- higher revision, so that whoever works on the older content cannot settle it.
create table amends.webhook_inbox (
    merchant text not null,
    processor text not null check (processor in ('stripe', 'paypal', 'adyen')),
    event_id text not null,
    account text not null,
    event_type text not null,
    kind text not null,
    happened_at timestamptz not null,
    dispute text,
    charge text,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    wrapped bytea,
    sealed bytea not null,
    revision integer not null default 1,
    state text not null default 'waiting' check (state in ('waiting', 'done', 'unmatched', 'stuck')),
    attempts integer not null default 0,
    said text not null default '',
    due_at timestamptz not null default clock_timestamp(),
    received_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    primary key (merchant, processor, event_id)
);
create index webhook_inbox_by_state on amends.webhook_inbox (merchant, state, due_at);
create index webhook_inbox_by_dispute on amends.webhook_inbox (merchant, dispute);
grant select on amends.webhook_inbox to amends_app;
grant insert (merchant, processor, event_id, account, event_type, kind, happened_at, dispute, charge, sha256, wrapped,
    sealed) on amends.webhook_inbox to amends_app;
grant update (account, event_type, kind, happened_at, dispute, charge, sha256, wrapped, sealed, revision, state,
    attempts, said, due_at, changed_at) on amends.webhook_inbox to amends_app;

alter table amends.webhook_inbox enable row level security;
alter table amends.webhook_inbox force row level security;
create policy own_merchant on amends.webhook_inbox using (merchant = (select amends.current_merchant()))
    with check (merchant = (select amends.current_merchant()));

-- No planner statistics of these columns either: EXPLAIN's estimates are made from values over all merchants.
alter table amends.dispute_case alter column dispute set statistics 0;
do $$
declare
    one record;
begin
    for one in select attname as field from pg_attribute
               where attrelid = 'amends.webhook_inbox'::regclass and attnum > 0 and not attisdropped loop
        execute format('alter table amends.webhook_inbox alter column %I set statistics 0', one.field);
    end loop;
end
$$;
