-- Accounts, users, profiles and sessions. Times are Unix milliseconds, 0 for never. IDs are UUIDv7.

create table accounts (
    id         blob    not null primary key,
    name       text    not null,
    language   text    not null default 'en_US',
    time_zone  text    not null default 'UTC',
    created_at integer not null
) strict;

create table account_features (
    account_id blob not null references accounts (id) on delete cascade,
    feature    text not null,
    primary key (account_id, feature)
) strict;

create table profiles (
    id         blob    not null primary key,
    account_id blob    not null references accounts (id) on delete cascade,
    name       text    not null,
    name_key   text    not null,
    created_at integer not null,
    unique (account_id, name_key)
) strict;

create table profile_rights (
    profile_id  blob not null references profiles (id) on delete cascade,
    right_code text not null,
    primary key (profile_id, right_code)
) strict;

create table users (
    id              blob    not null primary key,
    account_id      blob    not null references accounts (id) on delete cascade,
    profile_id      blob    not null references profiles (id),
    name            text    not null,
    name_key        text    not null,
    email           text    not null,
    -- Unique across accounts, because users sign in with the email alone.
    email_key       text    not null unique,
    password_hash   text    not null,
    active          integer not null default 1,
    last_sign_in_at integer not null default 0,
    created_at      integer not null
) strict;

-- Unique because of the id. Declaring it unique saves SQLite a sort.
create unique index users_by_name on users (account_id, name_key, id);

create table sessions (
    id           blob    not null primary key,
    user_id      blob    not null references users (id) on delete cascade,
    -- SHA-256 of the cookie's 256 random bits.
    digest       blob    not null unique,
    user_agent   text    not null,
    address      text    not null,
    created_at   integer not null,
    last_seen_at integer not null,
    expires_at   integer not null
) strict;

create index sessions_by_user on sessions (user_id, last_seen_at);
create index sessions_by_expiry on sessions (expires_at);

-- Failed sign-ins, by a digest of the key that they are counted by.
create table sign_in_failures (
    digest   blob    not null primary key,
    failures integer not null,
    last_at  integer not null
) strict;

create index sign_in_failures_by_time on sign_in_failures (last_at);

-- Setup codes that the server printed to the console.
create table setup_codes (
    digest     blob    not null primary key,
    created_at integer not null
) strict;

create table audit_records (
    id         blob    not null primary key,
    account_id blob    not null references accounts (id) on delete cascade,
    at         integer not null,
    -- Null for the command line.
    user_id    blob,
    via        text    not null,
    action     text    not null,
    subject_id blob,
    detail     text    not null
) strict;

create index audit_records_by_time on audit_records (account_id, at, id);

-- Cache invalidation messages between nodes.
create table changes (
    seq        integer primary key autoincrement,
    at         integer not null,
    -- NULL if any account may have changed.
    account_id blob
) strict;

-- A value encrypted with the current master key, to detect a start with another key.
create table master_key_checks (
    id     integer not null primary key check (id = 1),
    sealed blob    not null
) strict;
