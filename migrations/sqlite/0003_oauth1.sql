-- OAuth 1.0a: consumers, tokens, request tokens and nonces.

create table consumers (
    id               blob    not null primary key,
    account_id       blob    not null references accounts (id) on delete cascade,
    name             text    not null,
    name_key         text    not null,
    consumer_key     text    not null,
    encrypted_secret blob    not null,
    rsa_public_key   text,
    legacy_flow      integer not null default 0,
    created_by       blob    references users (id),
    created_at       integer not null
) strict;

create unique index consumers_name_unique on consumers (account_id, name_key);
create unique index consumers_key_unique on consumers (consumer_key);

create table tokens (
    id               blob    not null primary key,
    account_id       blob    not null references accounts (id) on delete cascade,
    consumer_id      blob    not null references consumers (id) on delete cascade,
    user_id          blob    not null references users (id),
    token            text    not null,
    -- NULL once the token is revoked.
    encrypted_secret blob,
    integration      text    not null,
    integration_key  text    not null,
    created_by       blob    references users (id),
    created_at       integer not null,
    expires_at       integer,
    revoked_at       integer,
    revoked_by       blob    references users (id),
    last_used_at     integer,
    last_used_from   text,
    -- The last use for sorting, because SQLite does not find the start of a page by an expression.
    last_used_key    integer not null generated always as (coalesce(last_used_at, 0)) stored
) strict;

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
    account_id       blob    not null references accounts (id) on delete cascade,
    consumer_id      blob    not null references consumers (id) on delete cascade,
    encrypted_secret blob    not null,
    -- `oob` or a URL. NULL if the legacy flow names it later.
    callback         text,
    -- Whether it belongs to the legacy flow without verifier.
    legacy           integer not null,
    user_id          blob    references users (id) on delete cascade,
    verifier_digest  blob,
    created_at       integer not null,
    expires_at       integer not null,
    exchanged_at     integer,
    refused_at       integer
) strict;

create index request_tokens_by_expiry on request_tokens (expires_at);

-- Nonces in batches: one row for those written together, in order of arrival.
create table nonce_batches (
    -- The clients' timestamp in seconds, times 2^20, plus the number of the batch within that second, from 0 without gaps.
    id      integer not null primary key,
    -- Concatenated 16-byte digests of consumer, token and nonce.
    digests blob    not null
) strict;
