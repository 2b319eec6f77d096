-- Accounts, users, profiles and the audit log. Times are Unix milliseconds, NULL for never. IDs are UUIDv7. Unique keys are
-- indexes, because SQLite doesn't store the names of constraints.

create table accounts (
    id         uuid   not null primary key,
    name       text   not null,
    language   text   not null default 'en_US',
    time_zone  text   not null default 'UTC',
    created_at bigint not null
);

create table account_features (
    account_id uuid not null references accounts (id) on delete cascade,
    feature    text not null,
    primary key (account_id, feature)
);

create table profiles (
    id         uuid   not null primary key,
    account_id uuid   not null references accounts (id) on delete cascade,
    name       text   not null,
    name_key   text collate "C" not null,
    created_at bigint not null
);

create unique index profiles_name_unique on profiles (account_id, name_key);

create table profile_rights (
    profile_id uuid not null references profiles (id) on delete cascade,
    right_code text not null,
    primary key (profile_id, right_code)
);

create table users (
    id              uuid    not null primary key,
    account_id      uuid    not null references accounts (id) on delete cascade,
    profile_id      uuid    not null references profiles (id),
    name            text    not null,
    name_key        text collate "C" not null,
    email           text    not null,
    email_key       text    not null,
    password_hash   text    not null,
    active          boolean not null default true,
    last_sign_in_at bigint,
    created_at      bigint  not null
);

-- Across accounts, because users sign in with the email alone.
create unique index users_email_unique on users (email_key);

-- Unique because of the id. Declaring it unique saves SQLite a sort.
create unique index users_by_name on users (account_id, name_key, id);

create table audit_records (
    id         uuid   not null primary key,
    account_id uuid   not null references accounts (id) on delete cascade,
    at         bigint not null,
    -- NULL for the command line.
    user_id    uuid,
    via        text   not null,
    action     text   not null,
    subject_id uuid,
    detail     text   not null
);

create index audit_records_by_time on audit_records (account_id, at, id);
