-- Links by which buyers open the page of their own case without signing in. They are found by the token alone, before
-- anybody knows whose case it is, so the rows carry the house's own name as merchant, and whose case it is beside it.
-- Of the token itself only the digest is kept; it is made of `seed` under a secret derived from the master key, so that
-- every mail of a case carries the same link, and who reads the table can open no page.
create table amends.buyer_link (
    merchant text not null,
    token_sha256 text not null check (token_sha256 ~ '^[0-9a-f]{64}$'),
    seed text not null,
    at_merchant text not null,
    case_id text not null,
    made_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null,
    revoked_at timestamptz,
    primary key (merchant, token_sha256),
    foreign key (at_merchant, case_id) references amends.dispute_case
);
-- One link of a case holds at a time.
create unique index buyer_link_of_case on amends.buyer_link (merchant, at_merchant, case_id) where revoked_at is null;
grant select, insert, update (revoked_at) on amends.buyer_link to amends_app;

select amends_private.keep_apart(variadic array['amends.buyer_link']::regclass[]);
