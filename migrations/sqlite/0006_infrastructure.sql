-- What the server needs for itself: messages between nodes, the master key's check and the readiness check.

-- Cache invalidation messages between nodes.
create table changes (
    seq        integer not null primary key autoincrement,
    at         integer not null,
    -- NULL if any account may have changed.
    account_id blob
) strict;

-- A value encrypted with the current master key, to detect a start with another key.
create table master_key_checks (
    id              integer not null primary key check (id = 1),
    encrypted_value blob    not null
) strict;

-- Written by the readiness check to test that the database is writable.
create table readiness (
    id     integer not null primary key,
    filler blob    not null
) strict;
