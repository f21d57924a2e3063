import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { WorldClock } from "../../../sandbox/world/clock";
import { Faults } from "../../../sandbox/world/faults";
import { Journal } from "../../../sandbox/world/journal";
import { Network, type NetworkPorts } from "../../../sandbox/world/network";
import { Store, type StoredResource } from "../../../sandbox/world/store";
import type { World } from "../../../sandbox/world/world";

export const accountId = "111122223333";

/** A world with a real clock and nothing running in it; `close` stops the clock and removes its folder. */
export function fakeWorld(
    resources: readonly StoredResource[] = [],
    ports?: NetworkPorts,
): World & { readonly clock: WorldClock; close(): void } {
    const clock = new WorldClock();
    const faults = new Faults();
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "world-"));
    return {
        accountId,
        home,
        clock,
        faults,
        journal: new Journal(),
        store: new Store(resources),
        network: new Network(clock, faults, ports),
        random: () => 0.5,
        close: () => {
            clock.stop();
            fs.rmSync(home, { recursive: true, force: true });
        },
    };
}
