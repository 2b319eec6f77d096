-- Links that are mailed, and let their reader do one thing once.

create table email_links (
    id          blob    not null primary key,
    kind        text    not null,
    -- SHA-256 of the 256 random bits in the link.
    digest      blob    not null,
    account_id  blob    references accounts (id) on delete cascade,
    user_id     blob    references users (id) on delete cascade,
    -- The address that it was mailed to.
    email       text    not null,
    -- The email in the outbox.
    outbox_id   blob    not null,
    created_at  integer not null,
    expires_at  integer not null,
    used_at     integer,
    -- When a newer link took its place.
    replaced_at integer
) strict;

create unique index email_links_digest_unique on email_links (digest);
create index email_links_by_user on email_links (user_id, kind, created_at);
create index email_links_by_expiry on email_links (expires_at);
