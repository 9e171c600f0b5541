// CPU of pings by mongosh:  mongosh --quiet --norc URI --file pings.js
// Prints microseconds of CPU time a ping, all threads of the process, and the MiB that it took at most.
const PINGS = 2000;
for (let at = 0; at < 200; at++) db.runCommand({ping: 1});
const before = process.cpuUsage();
for (let at = 0; at < PINGS; at++) db.runCommand({ping: 1});
const used = process.cpuUsage(before);
print('microseconds ' + (used.user + used.system) / PINGS);
print('mebibytes ' + process.resourceUsage().maxRSS / 1024);
