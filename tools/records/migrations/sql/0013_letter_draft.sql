-- Versions of the wording people give a composed letter. The words are sealed under the case's key; `composed_sha256`
-- names the composed letter they are a wording of, and a version is never changed or taken away.
create table amends.letter_draft (
    merchant text not null,
    case_id text not null,
    version integer not null check (version > 0),
    composed_sha256 text not null,
    author text not null,
    digest text not null,
    saved_at timestamptz not null default clock_timestamp(),
    sealed bytea not null,
    primary key (merchant, case_id, version),
    foreign key (merchant, case_id) references amends.dispute_case
);
grant select, insert on amends.letter_draft to amends_app;

select amends_private.keep_apart(variadic array['amends.letter_draft']::regclass[]);
