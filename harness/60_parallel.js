// Threads and other programs. They are not there yet, and say so: to run a thread's code in line would change what a
// test means, most of all where it waits for the thread.

function notProvided(name) {
    return function () {
        throw new Error(name + " is not provided by this shell yet");
    };
}

const THREADS_AND_PROGRAMS = [
    "startParallelShell", "ScopedThread", "Thread", "CountDownLatch", "fork", "benchRun", "benchRunSync", "benchStart",
    "benchFinish", "run", "runProgram", "runNonMongoProgram", "runMongoProgram", "startMongoProgram",
    "startMongoProgramNoConnect", "startMongod", "waitProgram", "waitMongoProgramOnPort"
];
for (const name of THREADS_AND_PROGRAMS) {
    expose({ [name]: notProvided(name) });
}

// Ends of programs that never began.
for (const name of ["stopMongod", "_stopMongoProgram", "stopMongoProgram", "stopMongoProgramByPid"]) {
    expose({ [name]: () => 0 });
}
expose({
    clearRawMongoProgramOutput() {}, rawMongoProgramOutput: () => "", checkProgram: () => ({ alive: false, exitCode: 0 })
});
