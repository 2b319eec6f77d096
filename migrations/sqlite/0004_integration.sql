-- The Integration section: API keys, settings and their history, the DAM connection, implementations and remote logs.

create table api_keys (
    id           blob    not null primary key,
    account_id   blob    not null references accounts (id) on delete cascade,
    digest       blob    not null unique,
    sealed       blob    not null,
    -- Null for the key created with the account.
    created_by   blob references users (id),
    created_at   integer not null,
    -- 0 for the current one.
    ends_at      integer not null default 0,
    last_used_at integer not null default 0,
    last_used_by text    not null default ''
) strict;

create unique index api_keys_current on api_keys (account_id) where ends_at = 0;
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
    user_id     blob references users (id),
    note        text    not null,
    -- JSON.
    differences text    not null,
    primary key (account_id, revision)
) strict, without rowid;

create table dam_secrets (
    account_id blob    not null primary key references accounts (id) on delete cascade,
    sealed     blob    not null,
    set_by     blob references users (id),
    set_at     integer not null
) strict;

-- The result of the last connection test.
create table connection_tests (
    account_id blob    not null primary key references accounts (id) on delete cascade,
    at         integer not null,
    user_id    blob references users (id),
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
    -- The name given by users; empty until it is renamed.
    name          text    not null default '',
    first_seen_at integer not null,
    last_seen_at  integer not null,
    -- The newest revision that it has fetched; -1 for none.
    revision      integer not null,
    unique (account_id, kind, instance)
) strict;

-- Fields that connectors requested and that are not configured.
create table asked_fields (
    account_id blob    not null references accounts (id) on delete cascade,
    name_key   text    not null,
    field      text    not null,
    asked_at   integer not null,
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
