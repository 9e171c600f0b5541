#!/bin/sh
# Runs PostgreSQL 18 with DocumentDB from its own root, in namespaces of its own: mounts and processes end with it.
# postgres.sh HOME DBPATH PORT; DBPATH is filled from HOME/template first. PostgreSQL refuses to run as root.
set -eu
home=$1 dbpath=$2 port=$3
cp -a "$home/template/." "$dbpath/"
exec unshare --mount --pid --fork --kill-child=KILL sh -eu -c '
    root=$1/root dbpath=$2 port=$3
    mount --rbind /dev "$root/dev"
    mount -t proc proc "$root/proc"
    mkdir -p "$root/data"
    mount --bind "$dbpath" "$root/data"
    exec chroot --userspec=postgres "$root" /usr/lib/postgresql/18/bin/postgres -D /data -p "$port" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp
' sh "$home" "$dbpath" "$port"
