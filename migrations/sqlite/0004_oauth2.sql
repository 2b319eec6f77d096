-- OAuth 2.0: apps, client secrets, consents, codes, tokens and signing keys.

create table oauth_apps (
    -- As text, the client ID.
    id                    blob    not null primary key,
    account_id            blob    not null references accounts (id) on delete cascade,
    name                  text    not null,
    name_key              text    not null,
    grant_code            text    not null,
    -- The user that it acts for, with client credentials only.
    user_id               blob    references users (id),
    scopes                text    not null,
    -- Whether refresh tokens rotate; those of public clients always do.
    rotate_refresh_tokens integer not null default 0,
    -- The signing algorithm of its access tokens: ES256 or RS256.
    signing_algorithm     text    not null default 'ES256',
    -- Whether it may introspect access tokens of the account's other apps.
    allow_introspection   integer not null default 0,
    created_by            blob    references users (id),
    created_at            integer not null,
    last_used_at          integer
) strict;

create unique index oauth_apps_name_unique on oauth_apps (account_id, name_key);
create index oauth_apps_by_user on oauth_apps (user_id);

create table oauth_redirect_uris (
    app_id   blob    not null references oauth_apps (id) on delete cascade,
    position integer not null,
    uri      text    not null,
    primary key (app_id, position)
) strict, without rowid;

-- The scopes that an app has used in calls.
create table oauth_used_scopes (
    app_id blob not null references oauth_apps (id) on delete cascade,
    scope  text not null,
    primary key (app_id, scope)
) strict, without rowid;

create table client_secrets (
    id           blob    not null primary key,
    app_id       blob    not null references oauth_apps (id) on delete cascade,
    digest       blob    not null,
    note         text    not null,
    created_by   blob    references users (id),
    created_at   integer not null,
    expires_at   integer,
    last_used_at integer
) strict;

create index client_secrets_by_app on client_secrets (app_id, created_at);

-- The scopes that a user has allowed an app.
create table oauth_consents (
    user_id      blob    not null references users (id) on delete cascade,
    app_id       blob    not null references oauth_apps (id) on delete cascade,
    scopes       text    not null,
    allowed_at   integer not null,
    last_used_at integer,
    primary key (user_id, app_id)
) strict, without rowid;

create index oauth_consents_by_app on oauth_consents (app_id);

-- A token family: one row for each exchanged authorization code.
create table oauth_grants (
    id         blob    not null primary key,
    app_id     blob    not null references oauth_apps (id) on delete cascade,
    user_id    blob    not null references users (id) on delete cascade,
    scopes     text    not null,
    created_at integer not null,
    revoked_at integer
) strict;

create index oauth_grants_by_app on oauth_grants (app_id, user_id);
create index oauth_grants_by_user on oauth_grants (user_id);

create table authorization_codes (
    digest         blob    not null primary key,
    app_id         blob    not null references oauth_apps (id) on delete cascade,
    user_id        blob    not null references users (id) on delete cascade,
    redirect_uri   text    not null,
    -- Whether the request contained it, so that the token request must contain it too.
    uri_given      integer not null,
    scopes         text    not null,
    -- PKCE S256. NULL if the client sent none.
    code_challenge text,
    created_at     integer not null,
    expires_at     integer not null,
    used_at        integer,
    -- The tokens issued for it, which are revoked if it is used again.
    grant_id       blob    references oauth_grants (id) on delete cascade
) strict, without rowid;

create index authorization_codes_by_expiry on authorization_codes (expires_at);

create table refresh_tokens (
    digest              blob    not null primary key,
    grant_id            blob    not null references oauth_grants (id) on delete cascade,
    created_at          integer not null,
    expires_at          integer not null,
    -- When it was replaced by its successor.
    used_at             integer,
    -- When it was last exchanged for an access token, whether rotated or not.
    last_used_at        integer,
    -- For a client that lost the response. Cleared when the retry period ends.
    encrypted_successor blob
) strict, without rowid;

create index refresh_tokens_by_grant on refresh_tokens (grant_id);
create index refresh_tokens_by_expiry on refresh_tokens (expires_at);

create table access_tokens (
    -- The claim jti.
    id         blob    not null primary key,
    app_id     blob    not null references oauth_apps (id) on delete cascade,
    user_id    blob    not null references users (id) on delete cascade,
    -- NULL with client credentials.
    grant_id   blob    references oauth_grants (id) on delete cascade,
    scopes     text    not null,
    issued_at  integer not null,
    expires_at integer not null,
    revoked_at integer
) strict, without rowid;

create index access_tokens_by_app on access_tokens (app_id, expires_at);
create index access_tokens_by_grant on access_tokens (grant_id);
create index access_tokens_by_expiry on access_tokens (expires_at);

-- The keys for ES256.
create table signing_keys (
    kid           text    not null primary key,
    -- The private key, PKCS #8.
    encrypted_key blob    not null,
    -- The public key's coordinates x and y, concatenated.
    public        blob    not null,
    created_at    integer not null,
    -- When it starts signing. It is published earlier.
    signs_from    integer not null
) strict;

create index signing_keys_by_start on signing_keys (signs_from);

-- The keys for RS256.
create table rsa_signing_keys (
    kid           text    not null primary key,
    -- The private key, PKCS #8.
    encrypted_key blob    not null,
    -- The public key, PKCS #1.
    public        blob    not null,
    created_at    integer not null,
    -- When it starts signing. It is published earlier.
    signs_from    integer not null
) strict;

create index rsa_signing_keys_by_start on rsa_signing_keys (signs_from);
