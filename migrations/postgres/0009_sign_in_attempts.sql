-- Throttling of sign-in attempts: failures can be cleared by account, and browsers that signed in before are known.

alter table sign_in_failures add column email_digest bytea;

create index sign_in_failures_by_email on sign_in_failures (email_digest);

create table known_browsers (
    -- SHA-256 of the cookie's 256 random bits.
    digest     bytea   not null,
    -- Several users may sign in with one browser.
    user_id    uuid    not null references users (id) on delete cascade,
    -- Failed sign-ins since the last successful one.
    failures   bigint  not null default 0,
    expires_at bigint  not null,
    primary key (digest, user_id)
);

create index known_browsers_by_user on known_browsers (user_id, expires_at);
create index known_browsers_by_expiry on known_browsers (expires_at);
