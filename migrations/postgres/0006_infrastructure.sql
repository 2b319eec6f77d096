-- What the server needs for itself: messages between nodes, the master key's check and the readiness check.

-- Cache invalidation messages between nodes.
create table changes (
    seq        bigint not null generated always as identity primary key,
    at         bigint not null,
    -- NULL if any account may have changed.
    account_id uuid
);

-- A value encrypted with the current master key, to detect a start with another key.
create table master_key_checks (
    id              bigint not null primary key check (id = 1),
    encrypted_value bytea  not null
);

-- Written by the readiness check to test that the database is writable.
create table readiness (
    id     bigint not null primary key,
    filler bytea  not null
);
