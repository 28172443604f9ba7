-- What people decide: every review with what became of it, where the machine was wrong, and second looks. Their words
-- are sealed under the case's key and go with it; accounts, actions and digests stay.
create table amends.person_review (
    merchant text not null,
    case_id text not null,
    review_id text not null,
    account text not null,
    decision_id text not null,
    action text not null,
    state text not null check (state in
        ('proposed', 'sent', 'taken', 'refused', 'undone', 'confirmed', 'replaced')),
    seconds_spent integer not null check (seconds_spent >= 0),
    at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    sealed bytea not null,
    primary key (merchant, case_id, review_id),
    foreign key (merchant, case_id) references amends.dispute_case
);
create unique index person_review_proposed on amends.person_review (merchant, case_id) where state = 'proposed';
grant select, insert, update (state, sealed, changed_at) on amends.person_review to amends_app;

create table amends.override (
    merchant text not null,
    case_id text not null,
    review_id text not null,
    place text not null,
    fact_name text,
    rule text not null,
    evidence text[] not null,
    at timestamptz not null default clock_timestamp(),
    sealed_words bytea,
    primary key (merchant, case_id, review_id),
    foreign key (merchant, case_id, review_id) references amends.person_review
);
create index override_by_time on amends.override (merchant, at);
grant select, insert on amends.override to amends_app;

create table amends.second_look (
    merchant text not null,
    case_id text not null,
    review_id text not null,
    offered_at timestamptz not null default clock_timestamp(),
    second_account text,
    looked_at timestamptz,
    agrees boolean,
    sealed bytea,
    primary key (merchant, case_id, review_id),
    foreign key (merchant, case_id, review_id) references amends.person_review
);
create index second_look_open on amends.second_look (merchant, offered_at) where second_account is null;
grant select, insert, update (second_account, looked_at, agrees, sealed) on amends.second_look to amends_app;

select amends_private.keep_apart(variadic array[
    'amends.person_review', 'amends.override', 'amends.second_look'
]::regclass[]);
