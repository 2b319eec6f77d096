-- Token settings of OAuth 2.0 apps, the last use of refresh tokens, and RS256 signing keys.

-- Whether refresh tokens rotate; those of public clients always do.
alter table oauth_apps add column rotate_refresh_tokens integer not null default 0;

-- The signing algorithm of its access tokens: ES256 or RS256.
alter table oauth_apps add column signing_algorithm text not null default 'ES256';

-- Whether it may introspect access tokens of the account's other apps.
alter table oauth_apps add column allow_introspection integer not null default 0;

-- When it was last exchanged for an access token, whether rotated or not.
alter table refresh_tokens add column last_used_at integer;

-- Separate from signing_keys, because nodes before this migration read all of its rows as ES256.
create table rsa_signing_keys (
    kid        text    not null primary key,
    -- The private key, PKCS #8.
    sealed     blob    not null,
    -- The public key, PKCS #1.
    public     blob    not null,
    created_at integer not null,
    -- When it starts signing. It is published earlier.
    signs_from integer not null
) strict;

create index rsa_signing_keys_by_start on rsa_signing_keys (signs_from);
