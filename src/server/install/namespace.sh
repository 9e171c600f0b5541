# Read by the other scripts. Runs a command in namespaces of its own, so that mounts, processes, shared memory and what
# the command left behind all end with it. Without root it becomes root of a user namespace first.
inside() {
    if [ "$(id -u)" = 0 ]; then
        exec unshare --mount --pid --ipc --fork --kill-child=KILL "$@"
    fi
    exec unshare --user --map-root-user --map-auto --mount --pid --ipc --fork --kill-child=KILL "$@"
}
