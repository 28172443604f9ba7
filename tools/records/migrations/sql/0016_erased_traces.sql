-- What an erasure takes away that no case's key seals: the case's line of the queue, and answers of the API that are
-- remembered for a day. `about` is the case (`case/…`) or order (`order/…`) an answer tells of; null for other answers.
grant delete on amends.queue_entry to amends_app;

alter table amends.remembered_answer add column about text;
alter table amends.remembered_answer alter column about set statistics 0;
create index remembered_answer_about on amends.remembered_answer (merchant, about) where about is not null;
grant update (about) on amends.remembered_answer to amends_app;
