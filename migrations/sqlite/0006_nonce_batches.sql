-- Nonces in batches: one row for those written together, in order of arrival.

create table nonce_batches (
    -- The clients' timestamp in seconds, times 2^20, plus the number of the batch within that second, from 0 without gaps.
    id      integer not null primary key,
    -- Concatenated 16-byte digests of consumer, token and nonce.
    digests blob    not null
) strict;

insert into nonce_batches (id, digests)
select timestamp * 1048576 + row_number() over (partition by timestamp order by digest) - 1, digest from nonces;

drop table nonces;
