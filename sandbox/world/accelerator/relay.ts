import net from "node:net";

import type { World } from "../world";

/** Idle time of a TCP connection, fixed by AWS: https://docs.aws.amazon.com/global-accelerator/latest/dg/introduction-how-it-works.html */
export const idleMs = 340_000;

export interface RelayOptions {
    readonly client: net.Socket;
    /** Loopback address and port of the endpoint. */
    readonly to: { readonly host: string; readonly port: number };
    /** Address that the endpoint sees. */
    readonly from: string;
    /** Told once: whether the connection to the endpoint stands. */
    readonly onConnected: (connected: boolean) => void;
}

/**
 * Joins a client's connection to one of the endpoint's: bytes go both ways as they come, TLS and all,
 * and the end of one side is the end of the other. Nothing moves an established connection, not even
 * the loss of its region.
 */
export function relay(world: World, options: RelayOptions): void {
    const { client, to, from, onConnected } = options;
    const endpoint = net.connect({ ...to, localAddress: from, allowHalfOpen: true });
    let usedMs = world.clock.now();
    const use = (): void => {
        usedMs = world.clock.now();
    };
    let cancel = world.clock.after(idleMs, lookWhetherIdle);
    function lookWhetherIdle(): void {
        const idleForMs = world.clock.now() - usedMs;
        if (idleForMs >= idleMs) {
            client.destroy();
        } else {
            cancel = world.clock.after(idleMs - idleForMs, lookWhetherIdle);
        }
    }
    let told = false;
    const tell = (connected: boolean): void => {
        if (!told) {
            told = true;
            onConnected(connected);
        }
    };
    endpoint.once("connect", () => {
        tell(true);
        for (const [source, sink] of [
            [client, endpoint],
            [endpoint, client],
        ] as const) {
            source.on("data", use);
            source.pipe(sink);
        }
    });
    endpoint.on("error", () => {
        tell(false);
        client.resetAndDestroy();
    });
    endpoint.on("close", () => client.destroy());
    client.on("error", () => endpoint.destroy());
    client.on("close", () => {
        cancel();
        endpoint.destroy();
    });
}
