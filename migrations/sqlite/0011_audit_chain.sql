-- Makes the audit log tamper-evident: the records of an account are a chain of HMACs with a sealed head.

-- The number of the record in its account, from 1 without gaps. NULL for records that are older than the chain.
alter table audit_records add column seq integer;
-- The client's IP address. NULL for the command line and background work.
alter table audit_records add column address text;
-- The session, token or OAuth app that authenticated the actor.
alter table audit_records add column credential_id blob;
-- HMAC-SHA256 of the record and of the previous record's HMAC.
alter table audit_records add column mac blob;

create unique index audit_records_by_seq on audit_records (account_id, seq);

create table audit_heads (
    account_id     blob    not null primary key references accounts (id) on delete cascade,
    -- Incremented to lock the row while a record is added.
    writes         integer not null,
    -- JSON: the first and the last record. NULL before the first record.
    encrypted_head blob
) strict;

-- The key of the HMACs. It stays the same when the master key is rotated, which encrypts it.
create table audit_keys (
    name          text not null primary key,
    encrypted_key blob not null
) strict;
