-- The Integration section: API keys, settings and their history, the DAM connection, implementations and remote logs.

create table api_keys (
    id           uuid   not null primary key,
    account_id   uuid   not null references accounts (id) on delete cascade,
    digest       bytea  not null unique,
    sealed       bytea  not null,
    -- Null for the key created with the account.
    created_by   uuid references users (id),
    created_at   bigint not null,
    -- 0 for the current one.
    ends_at      bigint not null default 0,
    last_used_at bigint not null default 0,
    last_used_by text    not null default ''
);

create unique index api_keys_current on api_keys (account_id) where ends_at = 0;
create index api_keys_by_account on api_keys (account_id, ends_at);

create table settings (
    account_id uuid   not null primary key references accounts (id) on delete cascade,
    revision   bigint not null,
    -- JSON, with the member names of the connector API.
    document   text    not null,
    saved_at   bigint not null
);

-- The changes of each revision. Applied backward from the newest settings, they give any earlier revision.
create table settings_revisions (
    account_id  uuid   not null references accounts (id) on delete cascade,
    revision    bigint not null,
    at          bigint not null,
    user_id     uuid references users (id),
    note        text    not null,
    -- JSON.
    differences text    not null,
    primary key (account_id, revision)
);

create table dam_secrets (
    account_id uuid   not null primary key references accounts (id) on delete cascade,
    sealed     bytea  not null,
    set_by     uuid references users (id),
    set_at     bigint not null
);

-- The result of the last connection test.
create table connection_tests (
    account_id uuid   not null primary key references accounts (id) on delete cascade,
    at         bigint not null,
    user_id    uuid references users (id),
    -- JSON.
    steps      text    not null
);

create table implementations (
    id            uuid   not null primary key,
    account_id    uuid   not null references accounts (id) on delete cascade,
    kind          text    not null,
    instance      text    not null,
    version       text    not null,
    environment   text    not null,
    -- The name given by users; empty until it is renamed.
    name          text    not null default '',
    first_seen_at bigint not null,
    last_seen_at  bigint not null,
    -- The newest revision that it has fetched; -1 for none.
    revision      bigint not null,
    unique (account_id, kind, instance)
);

-- Fields that connectors requested and that are not configured.
create table asked_fields (
    account_id uuid   not null references accounts (id) on delete cascade,
    name_key   text collate "C" not null,
    field      text    not null,
    asked_at   bigint not null,
    primary key (account_id, name_key)
);

create table remote_logs (
    id             uuid   not null primary key,
    account_id     uuid   not null references accounts (id) on delete cascade,
    at             bigint not null,
    received_at    bigint not null,
    level          bigint not null,
    -- The name that it sent.
    implementation text    not null,
    message        text    not null,
    -- In lower case, for searching.
    message_key    text    not null
);

create index remote_logs_by_account on remote_logs (account_id, id);
create index remote_logs_by_arrival on remote_logs (received_at);
