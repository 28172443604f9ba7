-- The books: every movement of the ledger with its time, months that are closed with their lines, and what a merchant
-- tells of its sales for the schemes' ratios. Nothing here is personal: it outlives an erasure.

-- The processor of a payment, so that the ledger can be read by it. Unknown for payments of before.
alter table amends.payment add column processor text;
alter table amends.payment alter column processor set statistics 0;
grant insert (processor) on amends.payment to amends_app;
create index ledger_entry_by_time on amends.ledger_entry (merchant, made_at desc, key desc);

-- The ledger keeps where an entry stands; the books need when it moved. Written by the trigger alone, append-only.
create table amends.ledger_movement (
    merchant text not null,
    key text not null,
    number int not null,
    kind text not null,
    charge text not null,
    case_id text,
    amount_minor bigint not null,
    currency text not null,
    was text,
    state text not null,
    at timestamptz not null default clock_timestamp(),
    primary key (merchant, key, number),
    foreign key (merchant, key) references amends.ledger_entry
);
create index ledger_movement_by_time on amends.ledger_movement (merchant, at);
grant select on amends.ledger_movement to amends_app;

-- Entries of before tell their last state only: a dispute was opened when it was entered, whatever became of it.
alter table amends.ledger_entry no force row level security;
insert into amends.ledger_movement (merchant, key, number, kind, charge, case_id, amount_minor, currency, was, state, at)
select merchant, key, 1, kind, charge, case_id, amount_minor, currency, null,
       case when kind = 'chargeback' then 'pending' when state = 'reversed' then 'succeeded' else state end, made_at
from amends.ledger_entry;
insert into amends.ledger_movement (merchant, key, number, kind, charge, case_id, amount_minor, currency, was, state, at)
select merchant, key, 2, kind, charge, case_id, amount_minor, currency,
       case when kind = 'chargeback' then 'pending' else 'succeeded' end, state, changed_at
from amends.ledger_entry
where state = 'reversed' or (kind = 'chargeback' and state <> 'pending');
alter table amends.ledger_entry force row level security;

create function amends.note_movement() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'UPDATE' and old.state = new.state then
        return null;
    end if;
    insert into amends.ledger_movement (merchant, key, number, kind, charge, case_id, amount_minor, currency, was, state)
    select new.merchant, new.key, coalesce(max(m.number), 0) + 1, new.kind, new.charge, new.case_id, new.amount_minor,
           new.currency, case when tg_op = 'UPDATE' then old.state end, new.state
    from amends.ledger_movement m where m.merchant = new.merchant and m.key = new.key;
    return null;
end
$$;
revoke all on function amends.note_movement() from public;
create trigger note_movement after insert or update on amends.ledger_entry
    for each row execute function amends.note_movement();

-- A month as a person closed it. A month that is opened again keeps its row, and its next closing is another revision.
create table amends.month_close (
    merchant text not null,
    month text not null check (month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
    revision int not null,
    closed_by text not null,
    closed_at timestamptz not null default clock_timestamp(),
    lines int not null,
    digest text not null check (digest ~ '^[0-9a-f]{64}$'),
    previous text not null,
    reopened_by text,
    reopened_at timestamptz,
    sealed_reason bytea,
    primary key (merchant, month, revision),
    check ((reopened_by is null) = (reopened_at is null) and (reopened_at is null) = (sealed_reason is null))
);
create unique index month_close_once on amends.month_close (merchant, month) where reopened_at is null;
grant select, insert (merchant, month, revision, closed_by, lines, digest, previous),
    update (reopened_by, reopened_at, sealed_reason) on amends.month_close to amends_app;

create table amends.month_line (
    merchant text not null,
    month text not null,
    revision int not null,
    number int not null,
    source text not null,
    kind text not null,
    back boolean not null,
    amount_minor bigint not null check (amount_minor >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    at timestamptz not null,
    ended text,
    case_id text,
    charge text not null,
    dispute text,
    reference text,
    processor text,
    letter_sha256 text,
    packet_sha256 text,
    corrects text,
    primary key (merchant, month, revision, number),
    foreign key (merchant, month, revision) references amends.month_close
);
create index month_line_by_source on amends.month_line (merchant, source);
grant select, insert on amends.month_line to amends_app;

-- A month's sales and fraud reports of a network, as a person gave them; the newest row counts.
create table amends.scheme_count (
    merchant text not null,
    network text not null,
    month text not null check (month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
    seq int not null,
    sales bigint not null check (sales > 0),
    fraud_reports bigint check (fraud_reports >= 0),
    given_by text not null,
    given_at timestamptz not null default clock_timestamp(),
    primary key (merchant, network, month, seq)
);
grant select, insert on amends.scheme_count to amends_app;

select amends_private.keep_apart(variadic array[
    'amends.ledger_movement', 'amends.month_close', 'amends.month_line', 'amends.scheme_count'
]::regclass[]);
