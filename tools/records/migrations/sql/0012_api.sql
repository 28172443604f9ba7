-- What the API keeps for systems that use it: answers to repeat, addresses to tell news to, and what was told.

-- An answer to repeat when a request comes again under the same Idempotency-Key. Of key and request only digests are
-- kept; the answer may hold personal data and is sealed. Without an answer the request is being worked on, until
-- `claim_ends_at`: a process that died gives its claim up by being silent.
create table amends.remembered_answer (
    merchant text not null,
    key_sha256 text not null check (key_sha256 ~ '^[0-9a-f]{64}$'),
    request_sha256 text not null check (request_sha256 ~ '^[0-9a-f]{64}$'),
    claim text not null,
    claimed_at timestamptz not null default clock_timestamp(),
    claim_ends_at timestamptz not null,
    sealed_answer bytea,
    primary key (merchant, key_sha256)
);
create index remembered_answer_by_age on amends.remembered_answer (merchant, claimed_at);
grant select, insert, update (request_sha256, claim, claimed_at, claim_ends_at, sealed_answer), delete
    on amends.remembered_answer to amends_app;

-- Merchants that have, or had, an endpoint: rows of the house, so that whoever sends finds the merchants to look at.
create table amends.webhook_merchant (
    merchant text not null,
    at_merchant text not null,
    primary key (merchant, at_merchant)
);
grant select, insert on amends.webhook_merchant to amends_app;

-- Where a merchant wants to be told. `after_seq` is how far into the merchant's audit chain deliveries were made of it:
-- entries of one chain are committed strictly in their order, so that a cursor over them misses none.
create table amends.webhook_endpoint (
    merchant text not null,
    endpoint_id text not null,
    url text not null,
    events text[] not null,
    sealed_secrets bytea not null,
    made_by text not null,
    made_at timestamptz not null default clock_timestamp(),
    after_seq bigint not null,
    removed_at timestamptz,
    primary key (merchant, endpoint_id)
);
grant select, insert, update (sealed_secrets, after_seq, removed_at) on amends.webhook_endpoint to amends_app;

-- One event for one endpoint. It holds ids alone; the event is made anew from the audit entry `seq` each time it is sent.
create table amends.webhook_delivery (
    merchant text not null,
    endpoint_id text not null,
    seq bigint not null,
    event_type text not null,
    case_id text not null,
    state text not null check (state in ('pending', 'delivered', 'given_up')),
    attempts integer not null default 0,
    made_at timestamptz not null default clock_timestamp(),
    first_due_at timestamptz not null default clock_timestamp(),
    due_at timestamptz not null default clock_timestamp(),
    claim text,
    claim_ends_at timestamptz,
    done_at timestamptz,
    primary key (merchant, endpoint_id, seq),
    foreign key (merchant, endpoint_id) references amends.webhook_endpoint,
    foreign key (merchant, seq) references amends.audit_entry
);
create index webhook_delivery_due on amends.webhook_delivery (merchant, due_at) where state = 'pending';
create index webhook_delivery_of_case on amends.webhook_delivery (merchant, endpoint_id, case_id, seq)
    where state = 'pending';
grant select, insert, update (state, attempts, first_due_at, due_at, claim, claim_ends_at, done_at)
    on amends.webhook_delivery to amends_app;

-- The delivery log.
create table amends.webhook_attempt (
    merchant text not null,
    endpoint_id text not null,
    seq bigint not null,
    attempt integer not null,
    at timestamptz not null default clock_timestamp(),
    status integer,
    failure text not null,
    primary key (merchant, endpoint_id, seq, attempt),
    foreign key (merchant, endpoint_id, seq) references amends.webhook_delivery
);
grant select, insert on amends.webhook_attempt to amends_app;

-- Pages of cases by when they were recorded, which never changes, so that no page misses a case or shows it twice.
create index dispute_case_by_recording on amends.dispute_case (merchant, recorded_at desc, case_id desc);

select amends_private.keep_apart(variadic array[
    'amends.remembered_answer', 'amends.webhook_merchant', 'amends.webhook_endpoint', 'amends.webhook_delivery', 'amends.webhook_attempt'
]::regclass[]);
