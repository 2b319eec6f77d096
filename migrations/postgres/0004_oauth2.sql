-- OAuth 2.0: apps, client secrets, consents, codes, tokens and signing keys.

create table oauth_apps (
    -- As text, the client ID.
    id                    uuid    not null primary key,
    account_id            uuid    not null references accounts (id) on delete cascade,
    name                  text    not null,
    name_key              text collate "C" not null,
    grant_code            text    not null,
    -- The user that it acts for, with client credentials only.
    user_id               uuid    references users (id),
    scopes                text    not null,
    -- Whether refresh tokens rotate; those of public clients always do.
    rotate_refresh_tokens boolean not null default false,
    -- The signing algorithm of its access tokens: ES256 or RS256.
    signing_algorithm     text    not null default 'ES256',
    -- Whether it may introspect access tokens of the account's other apps.
    allow_introspection   boolean not null default false,
    created_by            uuid    references users (id),
    created_at            bigint  not null,
    last_used_at          bigint
);

create unique index oauth_apps_name_unique on oauth_apps (account_id, name_key);
create index oauth_apps_by_user on oauth_apps (user_id);

create table oauth_redirect_uris (
    app_id   uuid   not null references oauth_apps (id) on delete cascade,
    position bigint not null,
    uri      text   not null,
    primary key (app_id, position)
);

-- The scopes that an app has used in calls.
create table oauth_used_scopes (
    app_id uuid not null references oauth_apps (id) on delete cascade,
    scope  text not null,
    primary key (app_id, scope)
);

create table client_secrets (
    id           uuid   not null primary key,
    app_id       uuid   not null references oauth_apps (id) on delete cascade,
    digest       bytea  not null,
    note         text   not null,
    created_by   uuid   references users (id),
    created_at   bigint not null,
    expires_at   bigint,
    last_used_at bigint
);

create index client_secrets_by_app on client_secrets (app_id, created_at);

-- The scopes that a user has allowed an app.
create table oauth_consents (
    user_id      uuid   not null references users (id) on delete cascade,
    app_id       uuid   not null references oauth_apps (id) on delete cascade,
    scopes       text   not null,
    allowed_at   bigint not null,
    last_used_at bigint,
    primary key (user_id, app_id)
);

create index oauth_consents_by_app on oauth_consents (app_id);

-- A token family: one row for each exchanged authorization code.
create table oauth_grants (
    id         uuid   not null primary key,
    app_id     uuid   not null references oauth_apps (id) on delete cascade,
    user_id    uuid   not null references users (id) on delete cascade,
    scopes     text   not null,
    created_at bigint not null,
    revoked_at bigint
);

create index oauth_grants_by_app on oauth_grants (app_id, user_id);
create index oauth_grants_by_user on oauth_grants (user_id);

create table authorization_codes (
    digest         bytea   not null primary key,
    app_id         uuid    not null references oauth_apps (id) on delete cascade,
    user_id        uuid    not null references users (id) on delete cascade,
    redirect_uri   text    not null,
    -- Whether the request contained it, so that the token request must contain it too.
    uri_given      boolean not null,
    scopes         text    not null,
    -- PKCE S256. NULL if the client sent none.
    code_challenge text,
    created_at     bigint  not null,
    expires_at     bigint  not null,
    used_at        bigint,
    -- The tokens issued for it, which are revoked if it is used again.
    grant_id       uuid    references oauth_grants (id) on delete cascade
);

create index authorization_codes_by_expiry on authorization_codes (expires_at);

create table refresh_tokens (
    digest              bytea  not null primary key,
    grant_id            uuid   not null references oauth_grants (id) on delete cascade,
    created_at          bigint not null,
    expires_at          bigint not null,
    -- When it was replaced by its successor.
    used_at             bigint,
    -- When it was last exchanged for an access token, whether rotated or not.
    last_used_at        bigint,
    -- For a client that lost the response. Cleared when the retry period ends.
    encrypted_successor bytea
);

create index refresh_tokens_by_grant on refresh_tokens (grant_id);
create index refresh_tokens_by_expiry on refresh_tokens (expires_at);

create table access_tokens (
    -- The claim jti.
    id         uuid   not null primary key,
    app_id     uuid   not null references oauth_apps (id) on delete cascade,
    user_id    uuid   not null references users (id) on delete cascade,
    -- NULL with client credentials.
    grant_id   uuid   references oauth_grants (id) on delete cascade,
    scopes     text   not null,
    issued_at  bigint not null,
    expires_at bigint not null,
    revoked_at bigint
);

create index access_tokens_by_app on access_tokens (app_id, expires_at);
create index access_tokens_by_grant on access_tokens (grant_id);
create index access_tokens_by_expiry on access_tokens (expires_at);

-- The keys for ES256.
create table signing_keys (
    kid           text   not null primary key,
    -- The private key, PKCS #8.
    encrypted_key bytea  not null,
    -- The public key's coordinates x and y, concatenated.
    public        bytea  not null,
    created_at    bigint not null,
    -- When it starts signing. It is published earlier.
    signs_from    bigint not null
);

create index signing_keys_by_start on signing_keys (signs_from);

-- The keys for RS256.
create table rsa_signing_keys (
    kid           text   not null primary key,
    -- The private key, PKCS #8.
    encrypted_key bytea  not null,
    -- The public key, PKCS #1.
    public        bytea  not null,
    created_at    bigint not null,
    -- When it starts signing. It is published earlier.
    signs_from    bigint not null
);

create index rsa_signing_keys_by_start on rsa_signing_keys (signs_from);
