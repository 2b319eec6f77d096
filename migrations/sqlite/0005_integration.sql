-- The Integration section: API keys, settings and their history, the DAM connection, implementations and remote logs.

create table api_keys (
    id            blob    not null primary key,
    account_id    blob    not null references accounts (id) on delete cascade,
    digest        blob    not null,
    encrypted_key blob    not null,
    -- NULL for the key created with the account.
    created_by    blob    references users (id),
    created_at    integer not null,
    -- NULL for the current one.
    ends_at       integer,
    last_used_at  integer,
    last_used_by  text
) strict;

create unique index api_keys_digest_unique on api_keys (digest);
create unique index api_keys_current_unique on api_keys (account_id) where ends_at is null;
create index api_keys_by_account on api_keys (account_id, ends_at);

create table settings (
    account_id blob    not null primary key references accounts (id) on delete cascade,
    revision   integer not null,
    -- JSON, with the member names of the connector API.
    document   text    not null,
    saved_at   integer not null
) strict;

-- The changes of each revision. Applied backward from the newest settings, they give any earlier revision.
create table settings_revisions (
    account_id  blob    not null references accounts (id) on delete cascade,
    revision    integer not null,
    at          integer not null,
    user_id     blob    references users (id),
    note        text    not null,
    -- JSON.
    differences text    not null,
    primary key (account_id, revision)
) strict, without rowid;

-- Uploaded settings files to preview, until they are applied or an hour has passed.
create table settings_uploads (
    id         blob    not null primary key,
    account_id blob    not null references accounts (id) on delete cascade,
    user_id    blob    not null references users (id) on delete cascade,
    -- The file name, whose extension gives the format; may be empty.
    file_name  text    not null,
    content    text    not null,
    created_at integer not null
) strict;

create index settings_uploads_by_user on settings_uploads (user_id, id);
create index settings_uploads_by_age on settings_uploads (created_at);

create table dam_secrets (
    account_id       blob    not null primary key references accounts (id) on delete cascade,
    encrypted_secret blob    not null,
    set_by           blob    references users (id),
    set_at           integer not null
) strict;

-- The result of the last connection test.
create table connection_tests (
    account_id blob    not null primary key references accounts (id) on delete cascade,
    at         integer not null,
    user_id    blob    references users (id),
    -- JSON.
    steps      text    not null
) strict;

create table implementations (
    id            blob    not null primary key,
    account_id    blob    not null references accounts (id) on delete cascade,
    kind          text    not null,
    instance      text    not null,
    version       text    not null,
    environment   text    not null,
    -- The name given by users. NULL until it is renamed.
    name          text,
    first_seen_at integer not null,
    last_seen_at  integer not null,
    -- The newest revision that it has fetched. NULL for none.
    revision      integer
) strict;

create unique index implementations_instance_unique on implementations (account_id, kind, instance);

-- Fields that connectors requested and that are not configured.
create table requested_fields (
    account_id   blob    not null references accounts (id) on delete cascade,
    name_key     text    not null,
    field        text    not null,
    requested_at integer not null,
    primary key (account_id, name_key)
) strict, without rowid;

create table remote_logs (
    id             blob    not null primary key,
    account_id     blob    not null references accounts (id) on delete cascade,
    at             integer not null,
    received_at    integer not null,
    level          integer not null,
    -- The name that it sent.
    implementation text    not null,
    message        text    not null,
    -- In lower case, for searching.
    message_key    text    not null
) strict;

create index remote_logs_by_account on remote_logs (account_id, id);
create index remote_logs_by_arrival on remote_logs (received_at);

-- The size of an account's remote logs, which is limited.
create table remote_log_usage (
    account_id blob    not null primary key references accounts (id) on delete cascade,
    records    integer not null,
    bytes      integer not null
) strict;

-- Results of requests with an Idempotency-Key, returned for repeated requests.
create table idempotency_keys (
    account_id blob    not null references accounts (id) on delete cascade,
    key        text    not null,
    -- Digest of method, path and body.
    digest     blob    not null,
    -- JSON: the operation's result. NULL only within the transaction that performs it.
    outcome    text,
    created_at integer not null,
    primary key (account_id, key)
) strict, without rowid;

create index idempotency_keys_by_age on idempotency_keys (created_at);
