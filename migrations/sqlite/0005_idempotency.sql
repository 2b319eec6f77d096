-- What requests with an Idempotency-Key have done, so that a repeated one is answered the same and does nothing.

create table idempotency_keys (
    account_id blob    not null references accounts (id) on delete cascade,
    key        text    not null,
    -- Of method, path and body.
    digest     blob    not null,
    -- JSON: what the operation came to; null only within the transaction that does the work.
    outcome    text,
    created_at integer not null,
    primary key (account_id, key)
) strict, without rowid;

create index idempotency_keys_by_age on idempotency_keys (created_at);
