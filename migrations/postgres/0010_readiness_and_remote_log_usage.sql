-- Written by the readiness check to test that the database is writable.
create table readiness (
    id     bigint  not null primary key,
    filler bytea   not null
);

-- The size of an account's remote logs, which is limited.
create table remote_log_usage (
    account_id uuid    not null primary key references accounts (id) on delete cascade,
    records    bigint  not null,
    bytes      bigint  not null
);

insert into remote_log_usage (account_id, records, bytes)
select account_id, count(*), sum(octet_length(message) + octet_length(message_key) + octet_length(implementation) + 200)
from remote_logs group by account_id;
