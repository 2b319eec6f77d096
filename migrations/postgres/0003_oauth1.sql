-- OAuth 1.0a: consumers, tokens, request tokens and nonces.

create table consumers (
    id               uuid    not null primary key,
    account_id       uuid    not null references accounts (id) on delete cascade,
    name             text    not null,
    name_key         text collate "C" not null,
    consumer_key     text    not null,
    encrypted_secret bytea   not null,
    rsa_public_key   text,
    legacy_flow      boolean not null default false,
    created_by       uuid    references users (id),
    created_at       bigint  not null
);

create unique index consumers_name_unique on consumers (account_id, name_key);
create unique index consumers_key_unique on consumers (consumer_key);

create table tokens (
    id               uuid   not null primary key,
    account_id       uuid   not null references accounts (id) on delete cascade,
    consumer_id      uuid   not null references consumers (id) on delete cascade,
    user_id          uuid   not null references users (id),
    token            text   not null,
    -- NULL once the token is revoked.
    encrypted_secret bytea,
    integration      text   not null,
    integration_key  text collate "C" not null,
    created_by       uuid   references users (id),
    created_at       bigint not null,
    expires_at       bigint,
    revoked_at       bigint,
    revoked_by       uuid   references users (id),
    last_used_at     bigint,
    last_used_from   text,
    -- The last use for sorting, because SQLite does not find the start of a page by an expression.
    last_used_key    bigint  not null generated always as (coalesce(last_used_at, 0)) stored
);

create unique index tokens_token_unique on tokens (token);

-- One index for each sort order of the list.
create index tokens_by_creation on tokens (account_id, created_at, id);
create index tokens_by_use on tokens (account_id, last_used_key, id);
create index tokens_by_integration on tokens (account_id, integration_key, id);
create index tokens_by_consumer on tokens (consumer_id, id);
create index tokens_by_user on tokens (user_id, id);

-- Counts a consumer's active tokens from the index alone.
create index tokens_by_state on tokens (consumer_id, revoked_at, expires_at);

create table request_tokens (
    token            text    not null primary key,
    account_id       uuid    not null references accounts (id) on delete cascade,
    consumer_id      uuid    not null references consumers (id) on delete cascade,
    encrypted_secret bytea   not null,
    -- `oob` or a URL. NULL if the legacy flow names it later.
    callback         text,
    -- Whether it belongs to the legacy flow without verifier.
    legacy           boolean not null,
    user_id          uuid    references users (id) on delete cascade,
    verifier_digest  bytea,
    created_at       bigint  not null,
    expires_at       bigint  not null,
    exchanged_at     bigint,
    refused_at       bigint
);

create index request_tokens_by_expiry on request_tokens (expires_at);

-- Nonces in batches: one row for those written together, in order of arrival.
create table nonce_batches (
    -- The clients' timestamp in seconds, times 2^20, plus the number of the batch within that second, from 0 without gaps.
    id      bigint not null primary key,
    -- Concatenated 16-byte digests of consumer, token and nonce.
    digests bytea  not null
);
