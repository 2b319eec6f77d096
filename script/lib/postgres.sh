# shellcheck shell=bash
# A temporary PostgreSQL server for a test run.

# postgres_programs: prints the folder with initdb and pg_ctl, which Debian does not put on the PATH.
postgres_programs() {
    local folder
    for folder in $(compgen -G '/usr/lib/postgresql/*/bin' | sort --version-sort --reverse) $(dirname "$(command -v pg_ctl || true)"); do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
            printf '%s\n' "$folder"
            return
        fi
    done
    return 1
}

has_postgres() { postgres_programs; }
add_postgres() { debian_packages postgresql; }

# start_postgres: starts a server and sets postgres_url. The data folder has a short path, because socket paths are limited in
# length. Its data is temporary, so durability is off.
start_postgres() {
    local programs port
    programs=$(postgres_programs) || die "PostgreSQL is missing. Install it (package postgresql on Debian), then run this command again."
    port=$(free_port) || die "No TCP port is free on 127.0.0.1 for PostgreSQL."
    postgres_folder=$(mktemp -d /tmp/gatehouse-postgres.XXXXXX) || return
    postgres_user=()
    if [ "$EUID" = 0 ]; then
        id postgres >/dev/null 2>&1 || die "PostgreSQL can't run as root, and there is no user postgres to run it as."
        chown postgres "$postgres_folder" && postgres_user=(setpriv --reuid=postgres --regid=postgres --clear-groups) || return
    fi
    postgres_command "$programs/initdb" --pgdata="$postgres_folder/data" --username=postgres --auth=trust --encoding=UTF8 \
        --locale=C.UTF-8 --no-sync >/dev/null || die "initdb failed. Its output is above."
    postgres_command "$programs/pg_ctl" start --silent --wait --pgdata="$postgres_folder/data" --log="$postgres_folder/log" \
        --options="-h 127.0.0.1 -p $port -k $postgres_folder -c max_connections=300 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=128MB" || {
        cat "$postgres_folder/log" >&2
        die "PostgreSQL didn't start. Its log is above."
    }
    postgres_url=postgres://postgres@127.0.0.1:$port/postgres
}

# stop_postgres: stops the server through its PID file and deletes its folder.
stop_postgres() {
    [ -n "${postgres_folder-}" ] || return 0
    if [ -f "$postgres_folder/data/postmaster.pid" ]; then
        postgres_command "$(postgres_programs)/pg_ctl" stop --silent --wait --mode=immediate --pgdata="$postgres_folder/data" || true
    fi
    rm -rf "$postgres_folder"
    postgres_folder=
}

# Changes the folder first: the user postgres may not have access to the current one.
postgres_command() { (cd "$postgres_folder" && exec "${postgres_user[@]}" "$@"); }
