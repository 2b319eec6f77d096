-- Emails that wait for being sent, and for a while those that were.

create table outbox (
    id                  blob    not null primary key,
    -- NULL if the email belongs to no account.
    account_id          blob    references accounts (id) on delete cascade,
    job_id              blob    not null,
    kind                text    not null,
    recipient           text    not null,
    subject             text    not null,
    -- The same in each attempt, so that the recipient's server can tell a repeated email.
    message_id          text    not null,
    -- JSON: name of the recipient, text, HTML and link. NULL once the email was sent or has expired.
    encrypted_content   blob,
    created_at          integer not null,
    -- Isn't sent later.
    expires_at          integer not null,
    -- When the whole email was last handed to the mail server, whose answer isn't known yet.
    delivery_started_at integer,
    -- Whether a mail server whose answer was lost may have accepted it before another attempt.
    possibly_sent_twice integer not null default 0,
    sent_at             integer
) strict;

create index outbox_by_time on outbox (created_at, id);
create index outbox_by_expiry on outbox (expires_at) where encrypted_content is not null;
