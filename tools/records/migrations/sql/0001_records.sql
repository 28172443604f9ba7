-- The records of the house: cases, their evidence and findings, the ledger of each payment, the audit chain.
-- Run as the owner inside one transaction; the schema amends_private and the role amends_app exist already.
-- Every table of the schema amends carries its merchant, leads every key with it and forces row-level security.

create schema amends;
grant usage on schema amends to amends_app;
revoke all on schema amends_private from public;

-- HMAC-SHA256 needs no extension: the two padded halves of the key are kept, RFC 2104 section 2.
create table amends_private.tenancy_secret (
    only_one boolean primary key default true check (only_one),
    inner_pad bytea not null check (length(inner_pad) = 64),
    outer_pad bytea not null check (length(outer_pad) = 64)
);

-- The merchant of this transaction, if the pass beside the name is right; null otherwise, which shows no rows.
-- Whoever runs SQL as the application can name any merchant, but cannot make the pass for another.
create function amends.current_merchant() returns text
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select current_setting('amends.merchant', true)
    from amends_private.tenancy_secret
    where current_setting('amends.merchant', true) <> ''
      and current_setting('amends.pass', true) = encode(
          sha256(outer_pad || sha256(inner_pad || convert_to(current_setting('amends.merchant', true), 'UTF8'))), 'hex')
$$;
revoke all on function amends.current_merchant() from public;
grant execute on function amends.current_merchant() to amends_app;

create table amends.dispute_case (
    merchant text not null,
    case_id text not null,
    kind text not null check (kind in ('refund', 'chargeback')),
    digest text not null check (digest ~ '^[0-9a-f]{64}$'),
    order_id text not null,
    charge text not null,
    opened_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    sealed_bundle bytea not null,
    status text not null,
    sealed_detail bytea,
    changed_at timestamptz not null default clock_timestamp(),
    latest_decision text,
    primary key (merchant, case_id)
);
create index dispute_case_by_charge on amends.dispute_case (merchant, charge);
create index dispute_case_by_status on amends.dispute_case (merchant, status, changed_at desc);
create index dispute_case_by_change on amends.dispute_case (merchant, changed_at desc);
grant select on amends.dispute_case to amends_app;
grant insert on amends.dispute_case to amends_app;
grant update (status, sealed_detail, changed_at, latest_decision) on amends.dispute_case to amends_app;

-- The one table whose rows the application may delete: without its key a case is erased, its digests stay.
create table amends.case_key (
    merchant text not null,
    case_id text not null,
    wrapped bytea not null,
    made_at timestamptz not null default clock_timestamp(),
    primary key (merchant, case_id),
    foreign key (merchant, case_id) references amends.dispute_case
);
grant select, insert, delete on amends.case_key to amends_app;

create table amends.evidence (
    merchant text not null,
    case_id text not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    size bigint not null check (size >= 0),
    sealed bytea not null,
    added_at timestamptz not null default clock_timestamp(),
    primary key (merchant, case_id, sha256),
    foreign key (merchant, case_id) references amends.dispute_case
);
create index evidence_by_digest on amends.evidence (merchant, sha256);
grant select, insert on amends.evidence to amends_app;

create table amends.evidence_addition (
    merchant text not null,
    case_id text not null,
    seq integer not null,
    digest text not null,
    sealed bytea not null,
    added_at timestamptz not null default clock_timestamp(),
    primary key (merchant, case_id, seq),
    unique (merchant, case_id, digest),
    foreign key (merchant, case_id) references amends.dispute_case
);
grant select, insert on amends.evidence_addition to amends_app;

create table amends.case_reading (
    merchant text not null,
    case_id text not null,
    seq integer not null,
    reader text not null,
    digest text not null,
    sealed bytea not null,
    read_at timestamptz not null default clock_timestamp(),
    primary key (merchant, case_id, seq),
    foreign key (merchant, case_id) references amends.dispute_case
);
create index case_reading_by_reader on amends.case_reading (merchant, case_id, reader, seq desc);
grant select, insert on amends.case_reading to amends_app;

create table amends.fact_amendment (
    merchant text not null,
    case_id text not null,
    seq integer not null,
    fact_name text not null,
    digest text not null,
    sealed bytea not null,
    amended_at timestamptz not null default clock_timestamp(),
    primary key (merchant, case_id, seq),
    foreign key (merchant, case_id) references amends.dispute_case
);
grant select, insert on amends.fact_amendment to amends_app;

create table amends.case_decision (
    merchant text not null,
    case_id text not null,
    seq integer not null,
    decision_id text not null,
    kind text not null check (kind in ('refund', 'defence')),
    content_sha256 text not null,
    inputs_sha256 text not null,
    sealed bytea not null,
    decided_at timestamptz not null default clock_timestamp(),
    primary key (merchant, case_id, seq),
    unique (merchant, case_id, decision_id),
    unique (merchant, case_id, content_sha256, inputs_sha256),
    foreign key (merchant, case_id) references amends.dispute_case
);
alter table amends.dispute_case add foreign key (merchant, case_id, latest_decision)
    references amends.case_decision (merchant, case_id, decision_id);
grant select, insert on amends.case_decision to amends_app;

create table amends.artifact (
    merchant text not null,
    case_id text not null,
    seq integer not null,
    kind text not null,
    name text not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    size bigint not null,
    sealed bytea not null,
    saved_at timestamptz not null default clock_timestamp(),
    primary key (merchant, case_id, seq),
    unique (merchant, case_id, sha256, kind, name),
    foreign key (merchant, case_id) references amends.dispute_case
);
grant select, insert on amends.artifact to amends_app;

create table amends.case_event (
    merchant text not null,
    case_id text not null,
    seq integer not null,
    key text,
    actor text not null,
    what text not null,
    digest text not null,
    sealed bytea not null,
    at timestamptz not null default clock_timestamp(),
    primary key (merchant, case_id, seq),
    unique (merchant, case_id, key),
    foreign key (merchant, case_id) references amends.dispute_case
);
grant select, insert on amends.case_event to amends_app;

create table amends.case_outcome (
    merchant text not null,
    case_id text not null,
    seq integer not null,
    outcome text not null,
    amount_minor bigint,
    currency text,
    at timestamptz not null default clock_timestamp(),
    primary key (merchant, case_id, seq),
    check ((amount_minor is null) = (currency is null)),
    foreign key (merchant, case_id) references amends.dispute_case
);
grant select, insert on amends.case_outcome to amends_app;

-- The ledger of a payment. given: refunds and credits reserved, pending or succeeded; contested: the face of open and
-- lost chargebacks. Only the trigger below writes these two, so the application's role cannot make room for itself.
create table amends.payment (
    merchant text not null,
    charge text not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    captured_minor bigint not null check (captured_minor >= 0),
    given_minor bigint not null default 0 check (given_minor >= 0),
    contested_minor bigint not null default 0 check (contested_minor >= 0),
    registered_at timestamptz not null default clock_timestamp(),
    primary key (merchant, charge)
);
grant select on amends.payment to amends_app;
grant insert (merchant, charge, currency, captured_minor) on amends.payment to amends_app;

-- Locking a row takes the right to change it, which the application's role does not have on payments.
create function amends.lock_payment(charge text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform from amends.payment p
    where p.merchant = amends.current_merchant() and p.charge = lock_payment.charge for update;
    return found;
end
$$;
revoke all on function amends.lock_payment(text) from public;
grant execute on function amends.lock_payment(text) to amends_app;

create table amends.ledger_entry (
    merchant text not null,
    key text not null,
    charge text not null,
    case_id text,
    kind text not null check (kind in ('refund', 'credit', 'chargeback')),
    origin text not null check (origin in ('ours', 'foreign')),
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    state text not null check (state in ('reserved', 'pending', 'succeeded', 'failed', 'reversed', 'released')),
    reference text,
    failure text,
    made_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    primary key (merchant, key),
    unique (merchant, charge, reference),
    foreign key (merchant, charge) references amends.payment,
    -- What others did can be pending or done, never still ours to pay.
    check (origin = 'ours' or state <> 'reserved')
);
create index ledger_entry_by_charge on amends.ledger_entry (merchant, charge, made_at);
grant select on amends.ledger_entry to amends_app;
grant insert (merchant, key, charge, case_id, kind, origin, amount_minor, currency, state, reference, failure)
    on amends.ledger_entry to amends_app;
grant update (state, origin, reference, failure, changed_at) on amends.ledger_entry to amends_app;

-- Keeps the totals of a payment and refuses what would exceed it. It runs after the row passed row-level security, as
-- the owner; the totals live on the payment's row, so that concurrent changes queue on its lock and a repeatable-read
-- transaction with an old snapshot fails instead of overdrawing.
create function amends.hold_entry() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    live constant text[] := array['reserved', 'pending', 'succeeded'];
    was bigint := 0;
    held bigint := 0;
    paid amends.payment%rowtype;
begin
    if tg_op = 'INSERT' then
        if new.origin = 'ours' and (new.state <> 'reserved' or new.kind = 'chargeback') then
            raise exception using errcode = 'AM002',
                message = 'an entry of ours begins as a reserved refund or credit';
        end if;
    else
        if old.origin = 'foreign' and new.origin = 'ours' then
            raise exception using errcode = 'AM002', message = 'a foreign entry cannot become ours';
        end if;
        if old.state <> new.state and not (
            (old.state = 'reserved' and new.state in ('pending', 'succeeded', 'failed', 'released'))
            or (old.state = 'pending' and new.state in ('succeeded', 'failed'))
            or (old.state = 'succeeded' and new.state = 'reversed')
            -- A chargeback won before it was ever lost.
            or (old.state = 'pending' and new.state = 'reversed' and new.kind = 'chargeback')
            -- Given up by us, but made by the processor: the money is gone, so it is recorded as foreign.
            or (old.state in ('failed', 'released', 'reversed') and new.state in ('pending', 'succeeded')
                and new.origin = 'foreign')
        ) then
            raise exception using errcode = 'AM002',
                message = format('a ledger entry cannot go from %s to %s', old.state, new.state);
        end if;
        was := case when old.state = any(live) then old.amount_minor else 0 end;
    end if;
    held := case when new.state = any(live) then new.amount_minor else 0 end;
    update amends.payment p set
        given_minor = given_minor + case when new.kind = 'chargeback' then 0 else held - was end,
        contested_minor = contested_minor + case when new.kind = 'chargeback' then held - was else 0 end
    where p.merchant = new.merchant and p.charge = new.charge
    returning p.* into strict paid;
    if new.currency <> paid.currency then
        raise exception using errcode = 'AM002',
            message = format('the payment is in %s, the entry in %s', paid.currency, new.currency);
    end if;
    if new.origin = 'ours' and held > was and paid.given_minor + paid.contested_minor > paid.captured_minor then
        raise exception using errcode = 'AM001',
            message = 'the entry would give back more than was captured',
            detail = greatest(0, paid.captured_minor - paid.given_minor - paid.contested_minor + held - was)::text;
    end if;
    return null;
end
$$;
revoke all on function amends.hold_entry() from public;
create trigger hold_entry after insert or update on amends.ledger_entry
    for each row execute function amends.hold_entry();

-- The audit chain: digests only. Its rows are written by append_audit alone, which stamps the time and the hash itself.
create table amends.audit_head (
    merchant text not null primary key,
    seq bigint not null,
    hash text not null
);
create table amends.audit_entry (
    merchant text not null,
    seq bigint not null,
    at timestamptz not null,
    actor text not null,
    action text not null,
    case_id text not null,
    digest text not null,
    prev text not null,
    hash text not null,
    primary key (merchant, seq)
);
create index audit_entry_by_case on amends.audit_entry (merchant, case_id, seq);
grant select on amends.audit_head, amends.audit_entry to amends_app;

create function amends.append_audit(actor text, action text, case_id text, digest text)
returns table (seq bigint, hash text)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    tenant constant text := amends.current_merchant();
    last amends.audit_head%rowtype;
    stamp constant timestamptz := clock_timestamp();
    canonical text;
    link text;
begin
    if tenant is null then
        raise exception using errcode = 'AM003', message = 'no merchant is set for this transaction';
    end if;
    insert into amends.audit_head values (tenant, 0, repeat('0', 64)) on conflict do nothing;
    select * into strict last from amends.audit_head h where h.merchant = tenant for update;
    -- The same text as canonical JSON in the verifier: keys sorted, no blanks, only what JSON demands escaped.
    canonical := format('{"action":%s,"actor":%s,"at":%s,"case_id":%s,"digest":%s,"prev":%s,"seq":%s}',
        to_json(append_audit.action), to_json(append_audit.actor),
        to_json(to_char(stamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
        to_json(append_audit.case_id), to_json(append_audit.digest), to_json(last.hash), last.seq + 1);
    link := encode(sha256(convert_to(canonical, 'UTF8')), 'hex');
    insert into amends.audit_entry values (tenant, last.seq + 1, stamp, append_audit.actor, append_audit.action,
        append_audit.case_id, append_audit.digest, last.hash, link);
    update amends.audit_head h set seq = last.seq + 1, hash = link where h.merchant = tenant;
    return query select last.seq + 1, link;
end
$$;
revoke all on function amends.append_audit(text, text, text, text) from public;
grant execute on function amends.append_audit(text, text, text, text) to amends_app;

-- Row-level security on every table; and no planner statistics of any column, because EXPLAIN's estimates are made
-- from most-common values over all merchants.
do $$
declare
    one record;
begin
    for one in select c.oid::regclass as name from pg_class c
               where c.relnamespace = 'amends'::regnamespace and c.relkind = 'r' loop
        execute format('alter table %s enable row level security', one.name);
        execute format('alter table %s force row level security', one.name);
        execute format('create policy own_merchant on %s using (merchant = (select amends.current_merchant()))'
                       ' with check (merchant = (select amends.current_merchant()))', one.name);
    end loop;
    for one in select a.attrelid::regclass as name, a.attname as field from pg_attribute a
               join pg_class c on c.oid = a.attrelid
               where c.relnamespace = 'amends'::regnamespace and c.relkind = 'r'
                 and a.attnum > 0 and not a.attisdropped loop
        execute format('alter table %s alter column %I set statistics 0', one.name, one.field);
    end loop;
end
$$;
