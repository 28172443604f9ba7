-- What a review pays or contests, beside its sealed content: the queue shows it of a decision that waits for a second
-- person. An amount and a currency name nobody; they stand on the case's line of the queue in clear as well.
alter table amends.person_review add column amount_minor bigint, add column currency text;
alter table amends.person_review add constraint person_review_amount_whole
    check ((amount_minor is null) = (currency is null));
-- No planner statistics of any column: EXPLAIN's estimates would tell of other merchants' values.
alter table amends.person_review alter column amount_minor set statistics 0;
alter table amends.person_review alter column currency set statistics 0;
