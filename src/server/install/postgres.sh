#!/bin/sh
# Runs PostgreSQL 18 with DocumentDB from its own root.
# postgres.sh HOME DBPATH PORT
set -eu
home=$1 dbpath=$2 port=$3
. "$home/namespace.sh"
where=disk
# Files of a user namespace's other users could not be removed by us afterwards: they live in memory.
[ "$(id -u)" = 0 ] || where=memory
inside sh -eu -c '
    home=$1 root=$1/root dbpath=$2 port=$3 where=$4
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/dev/shm"
    mount -t tmpfs tmpfs "$root/tmp"
    mount -t proc proc "$root/proc"
    case $where in
        disk) mount --bind "$dbpath" "$root/data" ;;
        memory) mount -t tmpfs tmpfs "$root/data" ;;
    esac
    cp -a "$home/template/." "$root/data/"
    # PostgreSQL refuses to run as root.
    exec chroot --userspec=postgres "$root" /usr/lib/postgresql/18/bin/postgres -D /data -p "$port" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp
' sh "$home" "$dbpath" "$port" "$where"
