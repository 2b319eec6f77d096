-- Background work, queued in the transaction of the change that causes it. A finished job is deleted.

create table jobs (
    id             uuid   not null primary key,
    kind           text   not null,
    -- NULL if the job belongs to no account.
    account_id     uuid   references accounts (id) on delete cascade,
    -- JSON, without secrets. Each kind has its own.
    payload        text   not null,
    created_at     bigint not null,
    -- The job isn't started earlier.
    run_at         bigint not null,
    failures       bigint not null default 0,
    last_error     text,
    -- When the job was given up.
    failed_at      bigint,
    -- Random for each claim, so that a worker that lost its lease can't finish the job. NULL if no worker has it.
    lease          bytea,
    -- Grows while the worker that has the lease is alive.
    lease_renewals bigint not null default 0
);

create index jobs_due on jobs (kind, run_at, id) where lease is null and failed_at is null;
create index jobs_leased on jobs (id) where lease is not null;
