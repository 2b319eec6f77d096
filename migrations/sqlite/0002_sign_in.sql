-- Sessions, the throttling of sign-in attempts, and secrets to show once.

create table sessions (
    id           blob    not null primary key,
    user_id      blob    not null references users (id) on delete cascade,
    -- SHA-256 of the cookie's 256 random bits.
    digest       blob    not null,
    user_agent   text    not null,
    address      text    not null,
    created_at   integer not null,
    last_seen_at integer not null,
    expires_at   integer not null
) strict;

create unique index sessions_digest_unique on sessions (digest);
create index sessions_by_user on sessions (user_id, last_seen_at);
create index sessions_by_expiry on sessions (expires_at);

-- Failed sign-ins, by a digest of the key that they are counted by.
create table sign_in_failures (
    digest       blob    not null primary key,
    failures     integer not null,
    last_at      integer not null,
    -- Failures are cleared by it. NULL if they aren't counted by email.
    email_digest blob
) strict;

create index sign_in_failures_by_time on sign_in_failures (last_at);
create index sign_in_failures_by_email on sign_in_failures (email_digest);

-- Browsers that signed in before.
create table known_browsers (
    -- SHA-256 of the cookie's 256 random bits.
    digest     blob    not null,
    -- Several users may sign in with one browser.
    user_id    blob    not null references users (id) on delete cascade,
    -- Failed sign-ins since the last successful one.
    failures   integer not null default 0,
    expires_at integer not null,
    primary key (digest, user_id)
) strict;

create index known_browsers_by_user on known_browsers (user_id, expires_at);
create index known_browsers_by_expiry on known_browsers (expires_at);

-- Setup codes that the server printed to the console.
create table setup_codes (
    digest     blob    not null primary key,
    created_at integer not null
) strict;

create table one_time_secrets (
    id                blob    not null primary key,
    session_id        blob    not null references sessions (id) on delete cascade,
    kind              text    not null,
    encrypted_content blob    not null,
    created_at        integer not null,
    expires_at        integer not null
) strict;

create index one_time_secrets_by_session on one_time_secrets (session_id, created_at);
create index one_time_secrets_by_expiry on one_time_secrets (expires_at);
