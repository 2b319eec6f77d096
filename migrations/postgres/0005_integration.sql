-- The Integration section: API keys, settings and their history, the DAM connection, implementations and remote logs.

create table api_keys (
    id            uuid   not null primary key,
    account_id    uuid   not null references accounts (id) on delete cascade,
    digest        bytea  not null,
    encrypted_key bytea  not null,
    -- NULL for the key created with the account.
    created_by    uuid   references users (id),
    created_at    bigint not null,
    -- NULL for the current one.
    ends_at       bigint,
    last_used_at  bigint,
    last_used_by  text
);

create unique index api_keys_digest_unique on api_keys (digest);
create unique index api_keys_current_unique on api_keys (account_id) where ends_at is null;
create index api_keys_by_account on api_keys (account_id, ends_at);

create table settings (
    account_id uuid   not null primary key references accounts (id) on delete cascade,
    revision   bigint not null,
    -- JSON, with the member names of the connector API.
    document   text   not null,
    saved_at   bigint not null
);

-- The changes of each revision. Applied backward from the newest settings, they give any earlier revision.
create table settings_revisions (
    account_id  uuid   not null references accounts (id) on delete cascade,
    revision    bigint not null,
    at          bigint not null,
    user_id     uuid   references users (id),
    note        text   not null,
    -- JSON.
    differences text   not null,
    primary key (account_id, revision)
);

-- Uploaded settings files to preview, until they are applied or an hour has passed.
create table settings_uploads (
    id         uuid   not null primary key,
    account_id uuid   not null references accounts (id) on delete cascade,
    user_id    uuid   not null references users (id) on delete cascade,
    -- The file name, whose extension gives the format; may be empty.
    file_name  text   not null,
    content    text   not null,
    created_at bigint not null
);

create index settings_uploads_by_user on settings_uploads (user_id, id);
create index settings_uploads_by_age on settings_uploads (created_at);

create table dam_secrets (
    account_id       uuid   not null primary key references accounts (id) on delete cascade,
    encrypted_secret bytea  not null,
    set_by           uuid   references users (id),
    set_at           bigint not null
);

-- The result of the last connection test.
create table connection_tests (
    account_id uuid   not null primary key references accounts (id) on delete cascade,
    at         bigint not null,
    user_id    uuid   references users (id),
    -- JSON.
    steps      text   not null
);

create table implementations (
    id            uuid   not null primary key,
    account_id    uuid   not null references accounts (id) on delete cascade,
    kind          text   not null,
    instance      text   not null,
    version       text   not null,
    environment   text   not null,
    -- The name given by users. NULL until it is renamed.
    name          text,
    first_seen_at bigint not null,
    last_seen_at  bigint not null,
    -- The newest revision that it has fetched. NULL for none.
    revision      bigint
);

create unique index implementations_instance_unique on implementations (account_id, kind, instance);

-- Fields that connectors requested and that are not configured.
create table requested_fields (
    account_id   uuid   not null references accounts (id) on delete cascade,
    name_key     text collate "C" not null,
    field        text   not null,
    requested_at bigint not null,
    primary key (account_id, name_key)
);

create table remote_logs (
    id             uuid   not null primary key,
    account_id     uuid   not null references accounts (id) on delete cascade,
    at             bigint not null,
    received_at    bigint not null,
    level          bigint not null,
    -- The name that it sent.
    implementation text   not null,
    message        text   not null,
    -- In lower case, for searching.
    message_key    text   not null
);

create index remote_logs_by_account on remote_logs (account_id, id);
create index remote_logs_by_arrival on remote_logs (received_at);

-- The size of an account's remote logs, which is limited.
create table remote_log_usage (
    account_id uuid   not null primary key references accounts (id) on delete cascade,
    records    bigint not null,
    bytes      bigint not null
);

-- Results of requests with an Idempotency-Key, returned for repeated requests.
create table idempotency_keys (
    account_id uuid   not null references accounts (id) on delete cascade,
    key        text   not null,
    -- Digest of method, path and body.
    digest     bytea  not null,
    -- JSON: the operation's result. NULL only within the transaction that performs it.
    outcome    text,
    created_at bigint not null,
    primary key (account_id, key)
);

create index idempotency_keys_by_age on idempotency_keys (created_at);
