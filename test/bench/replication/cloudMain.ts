import { StandInCloud } from "./cloud";
import type { CloudMessage, CloudOrder } from "./messages";

/** The process of the stand-in: `start` it, have it `load`, and ask for a `sample` every second. */
let cloud: StandInCloud | undefined;
let timer: NodeJS.Timeout | undefined;
const tickMs = 10;

// A bench that is killed takes its processes along.
process.on("disconnect", () => process.exit());
process.on("message", (order: CloudOrder) => {
    handle(order).catch((error: unknown) => {
        console.error(error);
        process.exit(1);
    });
});

async function handle(order: CloudOrder): Promise<void> {
    switch (order.kind) {
        case "start": {
            cloud = new StandInCloud(order.shards);
            send({ kind: "started", url: await cloud.start() });
            return;
        }
        case "load": {
            const started = performance.now();
            clearInterval(timer);
            // By the clock, so that a timer that is late leaves nothing out.
            timer = setInterval(() => {
                const due = ((performance.now() - started) / 1000) * order.eventsPerSecond;
                const events = Math.min(Math.floor(due), order.mostEvents ?? Infinity);
                cloud?.emit(events - cloud.emitted);
            }, tickMs);
            return;
        }
        case "rest":
            clearInterval(timer);
            return;
        case "sample": {
            if (cloud === undefined) {
                throw new Error("nothing was started");
            }
            const { emitted, applied, lagsMs } = cloud;
            cloud.lagsMs = [];
            send({
                kind: "sample",
                emitted,
                applied,
                orders: cloud.table.orders.size,
                most: cloud.table.most,
                lagsMs,
                cpuMs: cpuMs(),
            });
            return;
        }
    }
}

function send(message: CloudMessage): void {
    process.send?.(message);
}

function cpuMs(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
}
