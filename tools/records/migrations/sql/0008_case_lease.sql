-- Who works on a case now. A lease ends by itself when its holder's browser is silent: sleep, a lost network, a closed
-- lid leave no case behind. No personal data: the holder is an account's id.
create table amends.case_lease (
    merchant text not null,
    case_id text not null,
    holder text not null,
    token text not null,
    taken_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null,
    primary key (merchant, case_id),
    foreign key (merchant, case_id) references amends.dispute_case
);
create index case_lease_by_holder on amends.case_lease (merchant, holder, ends_at);
grant select, insert, update (holder, token, taken_at, ends_at), delete on amends.case_lease to amends_app;

alter table amends.case_lease enable row level security;
alter table amends.case_lease force row level security;
create policy own_merchant on amends.case_lease using (merchant = (select amends.current_merchant()))
    with check (merchant = (select amends.current_merchant()));
do $$
declare
    field name;
begin
    for field in select attname from pg_attribute
                 where attrelid = 'amends.case_lease'::regclass and attnum > 0 and not attisdropped loop
        execute format('alter table amends.case_lease alter column %I set statistics 0', field);
    end loop;
end
$$;
