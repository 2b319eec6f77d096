-- Accounts, users, profiles and sessions. Times are Unix milliseconds, 0 for never. IDs are UUIDv7.

create table accounts (
    id         uuid not null primary key,
    name       text not null,
    language   text not null default 'en_US',
    time_zone  text not null default 'UTC',
    created_at bigint not null
);

create table account_features (
    account_id uuid not null references accounts (id) on delete cascade,
    feature    text not null,
    primary key (account_id, feature)
);

create table profiles (
    id         uuid not null primary key,
    account_id uuid not null references accounts (id) on delete cascade,
    name       text not null,
    name_key   text collate "C" not null,
    created_at bigint not null,
    unique (account_id, name_key)
);

create table profile_rights (
    profile_id  uuid not null references profiles (id) on delete cascade,
    right_code text not null,
    primary key (profile_id, right_code)
);

create table users (
    id              uuid not null primary key,
    account_id      uuid not null references accounts (id) on delete cascade,
    profile_id      uuid not null references profiles (id),
    name            text not null,
    name_key        text collate "C" not null,
    email           text not null,
    -- Unique across accounts, because users sign in with the email alone.
    email_key       text not null unique,
    password_hash   text not null,
    active          boolean not null default true,
    last_sign_in_at bigint not null default 0,
    created_at      bigint not null
);

-- Unique because of the id. Declaring it unique saves SQLite a sort.
create unique index users_by_name on users (account_id, name_key, id);

create table sessions (
    id           uuid not null primary key,
    user_id      uuid not null references users (id) on delete cascade,
    -- SHA-256 of the cookie's 256 random bits.
    digest       bytea not null unique,
    user_agent   text not null,
    address      text not null,
    created_at   bigint not null,
    last_seen_at bigint not null,
    expires_at   bigint not null
);

create index sessions_by_user on sessions (user_id, last_seen_at);
create index sessions_by_expiry on sessions (expires_at);

-- Failed sign-ins, by a digest of the key that they are counted by.
create table sign_in_failures (
    digest   bytea not null primary key,
    failures bigint not null,
    last_at  bigint not null
);

create index sign_in_failures_by_time on sign_in_failures (last_at);

-- Setup codes that the server printed to the console.
create table setup_codes (
    digest     bytea not null primary key,
    created_at bigint not null
);

create table audit_records (
    id         uuid not null primary key,
    account_id uuid not null references accounts (id) on delete cascade,
    at         bigint not null,
    -- Null for the command line.
    user_id    uuid,
    via        text not null,
    action     text not null,
    subject_id uuid,
    detail     text not null
);

create index audit_records_by_time on audit_records (account_id, at, id);

-- Cache invalidation messages between nodes.
create table changes (
    seq        bigint generated always as identity primary key,
    at         bigint not null,
    -- NULL if any account may have changed.
    account_id uuid
);

-- A value encrypted with the current master key, to detect a start with another key.
create table master_key_checks (
    id     smallint not null primary key check (id = 1),
    sealed bytea    not null
);
