-- Uploaded settings files to preview, until they are applied or an hour has passed.

create table settings_uploads (
    id         blob    not null primary key,
    account_id blob    not null references accounts (id) on delete cascade,
    user_id    blob    not null references users (id) on delete cascade,
    -- The file name, whose extension gives the format; may be empty.
    file_name  text    not null,
    content    text    not null,
    created_at integer not null
) strict;

create index settings_uploads_by_user on settings_uploads (user_id, id);
create index settings_uploads_by_age on settings_uploads (created_at);
