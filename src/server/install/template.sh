#!/bin/sh
# Makes HOME/template: a PostgreSQL data folder with the DocumentDB extension, which every start copies.
# template.sh HOME
set -eu
home=$1
. "$home/namespace.sh"
mkdir -p "$home/template" "$home/root/data"
inside sh -eu -c '
    home=$1 root=$1/root
    bin=/usr/lib/postgresql/18/bin
    as_postgres() { chroot --userspec=postgres "$root" /usr/bin/env HOME=/tmp "$@"; }
    chown "$(chroot "$root" id -u postgres):$(chroot "$root" id -g postgres)" "$home/template"
    chmod 700 "$home/template"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/dev/shm"
    mount -t tmpfs tmpfs "$root/tmp"
    mount -t proc proc "$root/proc"
    mount --bind "$home/template" "$root/data"
    as_postgres $bin/initdb -A trust --locale=C.UTF-8 -E UTF8 -D /data
    cat "$home/settings.conf" >> "$root/data/postgresql.conf"
    as_postgres $bin/pg_ctl -D /data -w -o "-c listen_addresses= -c unix_socket_directories=/tmp" -l /tmp/log start ||
        { cat "$root/tmp/log"; exit 1; }
    as_postgres $bin/psql -h /tmp -d postgres -v ON_ERROR_STOP=1 -c "CREATE EXTENSION documentdb CASCADE"
    as_postgres $bin/pg_ctl -D /data -w stop
' sh "$home"
