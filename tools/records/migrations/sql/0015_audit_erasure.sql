-- What the audit page, an erasure and retention need: the policy a decision was made under, each status a case ever
-- had, legal holds, what was erased and why, when retention ran; invitations of staff, and who they are elsewhere.

-- The version of the policy is a name of the merchant's own and tells nothing of anybody. Null for decisions of before.
alter table amends.case_decision add column policy_version text;
create index case_decision_by_content on amends.case_decision (merchant, content_sha256);
create index audit_entry_by_time on amends.audit_entry (merchant, at);

-- Append-only: the case's own row keeps the latest status alone.
create table amends.case_status (
    merchant text not null,
    case_id text not null,
    seq integer not null,
    status text not null,
    digest text not null check (digest ~ '^[0-9a-f]{64}$'),
    sealed bytea not null,
    set_at timestamptz not null default clock_timestamp(),
    primary key (merchant, case_id, seq),
    foreign key (merchant, case_id) references amends.dispute_case
);
grant select, insert on amends.case_status to amends_app;

-- Why a case must not be erased. The reason is sealed under the case's key; holds that were lifted stay as history.
create table amends.legal_hold (
    merchant text not null,
    case_id text not null,
    seq integer not null,
    sealed bytea not null,
    held_by text not null,
    held_at timestamptz not null default clock_timestamp(),
    lifted_by text,
    lifted_at timestamptz,
    primary key (merchant, case_id, seq),
    check ((lifted_by is null) = (lifted_at is null)),
    foreign key (merchant, case_id) references amends.dispute_case
);
create unique index legal_hold_open on amends.legal_hold (merchant, case_id) where lifted_at is null;
grant select, insert, update (lifted_by, lifted_at) on amends.legal_hold to amends_app;

-- What an erasure is to remove outside this database too, so that one that was interrupted is taken up again: by then
-- nothing tells any more whose the cases were. No personal data: ids of cases and disputes, and counts.
create table amends.erasure (
    merchant text not null,
    erasure_id text not null,
    why text not null check (why in ('person', 'retention')),
    record jsonb not null,
    digest text not null check (digest ~ '^[0-9a-f]{64}$'),
    asked_by text not null,
    begun_at timestamptz not null default clock_timestamp(),
    done_at timestamptz,
    primary key (merchant, erasure_id)
);
create index erasure_unfinished on amends.erasure (merchant, begun_at) where done_at is null;
grant select, insert, update (done_at) on amends.erasure to amends_app;

create table amends.retention_run (
    merchant text not null,
    ran_at timestamptz not null default clock_timestamp(),
    ran_by text not null,
    primary key (merchant, ran_at)
);
grant select, insert on amends.retention_run to amends_app;

-- What a buyer's orders are found by ends with the snapshot's key.
grant update (buyer) on amends.order_snapshot to amends_app;

-- Who an account is at the identity provider: digest of issuer and subject, set at the first sign-in there.
alter table amends.account add column identity_sha256 text check (identity_sha256 ~ '^[0-9a-f]{64}$');
create unique index account_by_identity on amends.account (merchant, identity_sha256);
grant update (identity_sha256) on amends.account to amends_app;

-- Links with which somebody sets their first password: once, and not for long.
create table amends.invitation (
    merchant text not null,
    token_sha256 text not null check (token_sha256 ~ '^[0-9a-f]{64}$'),
    account_id text not null,
    made_by text not null,
    made_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null,
    primary key (merchant, token_sha256),
    foreign key (merchant, account_id) references amends.account
);
create index invitation_by_account on amends.invitation (merchant, account_id);
grant select, insert, delete on amends.invitation to amends_app;

alter table amends.case_decision alter column policy_version set statistics 0;
alter table amends.account alter column identity_sha256 set statistics 0;
select amends_private.keep_apart(variadic array[
    'amends.case_status', 'amends.legal_hold', 'amends.erasure', 'amends.retention_run', 'amends.invitation'
]::regclass[]);
