// CPU of pings by mongosh:  mongosh --quiet --norc URI --file pings.js
// Prints microseconds of CPU time a ping, all threads of the process, the MiB that it took at most, and those of them that
// are no file's.
const PINGS = 2000;
for (let at = 0; at < 200; at++) db.runCommand({ping: 1});
const before = process.cpuUsage();
for (let at = 0; at < PINGS; at++) db.runCommand({ping: 1});
const used = process.cpuUsage(before);
print('microseconds ' + (used.user + used.system) / PINGS);
print('mebibytes ' + process.resourceUsage().maxRSS / 1024);
const status = require('fs').readFileSync('/proc/self/status', 'utf8');
print('own ' + /RssAnon:\s*(\d+)/.exec(status)[1] / 1024);
