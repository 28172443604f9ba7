-- Disputes that have ended, for win rates and the merchant's report. Nothing here is personal: it outlives an erasure.
-- Append-only; the newest row of a dispute counts, because a second cycle may turn a win round.
create table amends.closed_dispute (
    merchant text not null,
    dispute text not null,
    seq int not null,
    case_id text not null,
    processor text not null,
    network text not null,
    reason_code text not null,
    family text not null,
    ended text not null check (ended in ('won', 'partial', 'lost', 'accepted', 'unanswered', 'closed')),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    disputed_minor bigint not null check (disputed_minor > 0),
    contested_minor bigint not null check (contested_minor between 0 and disputed_minor),
    recovered_minor bigint check (recovered_minor >= 0),
    recovered_currency text check (recovered_currency ~ '^[A-Z]{3}$'),
    costs_minor bigint check (costs_minor >= 0),
    policy_version text not null,
    closed_at timestamptz not null,
    primary key (merchant, dispute, seq),
    check ((recovered_minor is null) = (recovered_currency is null)),
    foreign key (merchant, case_id) references amends.dispute_case
);
create index closed_dispute_by_time on amends.closed_dispute (merchant, closed_at);
grant select, insert on amends.closed_dispute to amends_app;

alter table amends.closed_dispute enable row level security;
alter table amends.closed_dispute force row level security;
create policy own_merchant on amends.closed_dispute using (merchant = (select amends.current_merchant()))
    with check (merchant = (select amends.current_merchant()));
do $$
declare
    field name;
begin
    for field in select attname from pg_attribute
                 where attrelid = 'amends.closed_dispute'::regclass and attnum > 0 and not attisdropped loop
        execute format('alter table amends.closed_dispute alter column %I set statistics 0', field);
    end loop;
end
$$;
