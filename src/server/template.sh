#!/bin/sh
# Makes HOME/template: a PostgreSQL data folder with the DocumentDB extension, copied for every fresh start.
# template.sh HOME
set -eu
home=$1
mkdir -p "$home/template" "$home/root/data"
uid=$(chroot "$home/root" id -u postgres) gid=$(chroot "$home/root" id -g postgres)
chown "$uid:$gid" "$home/template"
chmod 700 "$home/template"
exec unshare --mount --pid --fork --kill-child=KILL sh -eu -c '
    root=$1/root
    mount --rbind /dev "$root/dev"
    mount -t proc proc "$root/proc"
    mount --bind "$1/template" "$root/data"
    as="chroot --userspec=postgres $root /usr/bin/env HOME=/tmp"
    bin=/usr/lib/postgresql/18/bin
    $as $bin/initdb -A trust --locale=C.UTF-8 -E UTF8 -D /data
    cat >> "$root/data/postgresql.conf" <<END
shared_preload_libraries = '"'"'pg_cron, pg_documentdb_core, pg_documentdb'"'"'
cron.database_name = '"'"'postgres'"'"'
fsync = off
synchronous_commit = off
full_page_writes = off
END
    $as $bin/pg_ctl -D /data -w -o "-c listen_addresses= -c unix_socket_directories=/tmp" -l /tmp/template.log start
    $as $bin/psql -h /tmp -d postgres -c "CREATE EXTENSION documentdb CASCADE"
    $as $bin/pg_ctl -D /data -w stop
' sh "$home"
