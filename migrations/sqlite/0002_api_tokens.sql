-- OAuth 1.0a: consumers, tokens, request tokens, nonces, and secrets to show once.

create table consumers (
    id             blob    not null primary key,
    account_id     blob    not null references accounts (id) on delete cascade,
    name           text    not null,
    name_key       text    not null,
    consumer_key   text    not null unique,
    sealed_secret  blob    not null,
    rsa_public_key text,
    legacy_flow    integer not null default 0,
    created_by     blob references users (id),
    created_at     integer not null,
    unique (account_id, name_key)
) strict;

create table tokens (
    id               blob    not null primary key,
    account_id       blob    not null references accounts (id) on delete cascade,
    consumer_id      blob    not null references consumers (id) on delete cascade,
    user_id          blob    not null references users (id),
    token            text    not null unique,
    -- Cleared when the token is revoked.
    sealed_secret    blob    not null,
    integration      text    not null,
    integration_key  text    not null,
    created_by       blob references users (id),
    created_at       integer not null,
    expires_at       integer not null default 0,
    revoked_at       integer not null default 0,
    revoked_by       blob references users (id),
    last_used_at     integer not null default 0,
    last_used_from   text    not null default ''
) strict;

-- One index for each sort order of the list.
create index tokens_by_creation on tokens (account_id, created_at, id);
create index tokens_by_use on tokens (account_id, last_used_at, id);
create index tokens_by_integration on tokens (account_id, integration_key, id);
create index tokens_by_consumer on tokens (consumer_id, id);
create index tokens_by_user on tokens (user_id, id);

-- Counts a consumer's active tokens from the index alone.
create index tokens_by_state on tokens (consumer_id, revoked_at, expires_at);

create table request_tokens (
    token           text    not null primary key,
    account_id      blob    not null references accounts (id) on delete cascade,
    consumer_id     blob    not null references consumers (id) on delete cascade,
    sealed_secret   blob    not null,
    -- `oob`, a URL, or empty if the legacy flow names it later.
    callback        text    not null,
    -- Whether it belongs to the legacy flow without verifier.
    legacy          integer not null,
    user_id         blob references users (id) on delete cascade,
    verifier_digest blob,
    created_at      integer not null,
    expires_at      integer not null,
    exchanged_at    integer not null default 0,
    refused_at      integer not null default 0
) strict;

create index request_tokens_by_expiry on request_tokens (expires_at);

create table nonces (
    -- Seconds, as the client sent them.
    timestamp integer not null,
    -- Digest of consumer, token and nonce.
    digest    blob    not null,
    primary key (timestamp, digest)
) strict, without rowid;

create table reveals (
    id         blob    not null primary key,
    session_id blob    not null references sessions (id) on delete cascade,
    kind       text    not null,
    sealed     blob    not null,
    created_at integer not null,
    expires_at integer not null
) strict;

create index reveals_by_session on reveals (session_id, created_at);
create index reveals_by_expiry on reveals (expires_at);
