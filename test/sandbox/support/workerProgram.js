// What a function does in its worker: resolves, fetches, and says what time it is.
"use strict";

const { parentPort, workerData } = require("node:worker_threads");

(async () => {
    const first = await fetch(workerData.url);
    const second = await fetch(workerData.url);
    parentPort.postMessage({
        statuses: [first.status, second.status],
        bodies: [await first.text(), await second.text()],
        variables: Object.keys(process.env).sort(),
        now: Date.now(),
    });
})().catch((error) => parentPort.postMessage({ error: String(error), cause: String(error.cause) }));
