-- Results of requests with an Idempotency-Key, returned for repeated requests.

create table idempotency_keys (
    account_id uuid   not null references accounts (id) on delete cascade,
    key        text   not null,
    -- Digest of method, path and body.
    digest     bytea  not null,
    -- JSON: the operation's result; null only within the transaction that performs it.
    outcome    text,
    created_at bigint not null,
    primary key (account_id, key)
);

create index idempotency_keys_by_age on idempotency_keys (created_at);
