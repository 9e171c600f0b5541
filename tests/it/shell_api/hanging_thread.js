// A thread that never ends does not hold its file up.
const endless = new Thread(function () { while (true) { } });
endless.start();
const waiting = new Thread(function (latch) { latch.await(); }, new CountDownLatch(1));
waiting.start();
db.adminCommand({ ping: 1 });
print("all as it should be");
