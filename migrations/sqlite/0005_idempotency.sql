-- Results of requests with an Idempotency-Key, returned for repeated requests.

create table idempotency_keys (
    account_id blob    not null references accounts (id) on delete cascade,
    key        text    not null,
    -- Digest of method, path and body.
    digest     blob    not null,
    -- JSON: the operation's result; null only within the transaction that performs it.
    outcome    text,
    created_at integer not null,
    primary key (account_id, key)
) strict, without rowid;

create index idempotency_keys_by_age on idempotency_keys (created_at);
