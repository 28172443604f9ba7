-- People who use the console and keys that use the API. They belong to the house and not to one merchant: their rows
-- carry the house's own name as merchant, and what they may do at a merchant is a row of its own.
create table amends.account (
    merchant text not null,
    account_id text not null,
    email text not null check (email = lower(email)),
    name text not null,
    -- Argon2id in PHC form; null for people who sign in through the identity provider alone.
    password_hash text,
    disabled boolean not null default false,
    failures integer not null default 0,
    locked_until timestamptz,
    made_at timestamptz not null default clock_timestamp(),
    primary key (merchant, account_id),
    unique (merchant, email)
);
grant select, insert, update (email, name, password_hash, disabled, failures, locked_until) on amends.account
    to amends_app;

create table amends.membership (
    merchant text not null,
    account_id text not null,
    at_merchant text not null,
    role text not null check (role in ('reviewer', 'lead', 'finance', 'admin', 'auditor')),
    given_at timestamptz not null default clock_timestamp(),
    primary key (merchant, account_id, at_merchant),
    foreign key (merchant, account_id) references amends.account
);
grant select, insert, update (role, given_at), delete on amends.membership to amends_app;

-- Only digests of tokens are kept: who reads the table can sign in as nobody.
create table amends.session (
    merchant text not null,
    token_sha256 text not null check (token_sha256 ~ '^[0-9a-f]{64}$'),
    account_id text not null,
    at_merchant text not null,
    begun_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null,
    primary key (merchant, token_sha256),
    foreign key (merchant, account_id) references amends.account
);
create index session_by_account on amends.session (merchant, account_id);
grant select, insert, update (at_merchant, seen_at), delete on amends.session to amends_app;

create table amends.api_key (
    merchant text not null,
    key_id text not null,
    secret_sha256 text not null check (secret_sha256 ~ '^[0-9a-f]{64}$'),
    at_merchant text not null,
    name text not null,
    scopes text[] not null,
    made_by text not null,
    made_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz,
    used_at timestamptz,
    revoked_at timestamptz,
    primary key (merchant, key_id)
);
create index api_key_by_merchant on amends.api_key (merchant, at_merchant, made_at);
grant select, insert, update (ends_at, used_at, revoked_at) on amends.api_key to amends_app;

do $$
declare
    held text;
    field name;
begin
    foreach held in array array['amends.account', 'amends.membership', 'amends.session', 'amends.api_key'] loop
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
