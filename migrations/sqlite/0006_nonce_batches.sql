-- Nonces in batches: a row for those that were written together, in the order in which they came.

create table nonce_batches (
    -- The second that clients gave, times 2^20, and the number of the batch within that second, from 0 without a gap.
    id      integer not null primary key,
    -- One after the other, 16 bytes each: of consumer, token and nonce.
    digests blob    not null
) strict;

insert into nonce_batches (id, digests)
select timestamp * 1048576 + row_number() over (partition by timestamp order by digest) - 1, digest from nonces;

drop table nonces;
