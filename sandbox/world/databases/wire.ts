import fs from "node:fs";
import net from "node:net";

import type { World } from "../world";

/** How long the log usually takes to another region, world milliseconds; AWS says typically below a second. */
const propagationMs = { least: 80, most: 250 };

interface Chunk {
    readonly sentMs: number;
    readonly readyMs: number;
    readonly bytes: Buffer;
    readonly to: net.Socket;
}

/** Where a wire leads: the region and the socket of the server that sends the log. */
export interface WireSource {
    readonly region: string;
    readonly socket: string;
}

/**
 * What a standby finds its primary behind: it carries the log from region to region late, by the
 * usual propagation and by what a lag fault adds, and not at all while the two cannot reach each
 * other. The standby connects anew by itself, as it does on a real network.
 */
export class ReplicationWire {
    readonly #server: net.Server;
    readonly #connections = new Set<net.Socket>();
    readonly #waiting: Chunk[] = [];
    #source: WireSource | undefined;
    #cancel: (() => void) | undefined;
    #cutSinceMs: number | undefined;
    /** How long parts of the log took, of those that took longer than any after them. */
    #delays: { readonly atMs: number; readonly tookMs: number }[] = [];

    constructor(
        private readonly world: World,
        /** Region of the standby. */
        readonly region: string,
        private readonly path: string,
    ) {
        this.#server = net.createServer((socket) => this.#accept(socket));
    }

    async start(): Promise<void> {
        await new Promise<void>((resolve, reject) => {
            this.#server.once("error", reject);
            this.#server.listen(this.path, () => resolve());
        });
        await fs.promises.chmod(this.path, 0o777);
        this.world.faults.on("change", this.#onFault);
    }

    async stop(): Promise<void> {
        this.world.faults.off("change", this.#onFault);
        this.lead(undefined);
        await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    }

    /** Leads to another server from now on, or nowhere. What is on its way is lost. */
    lead(source: WireSource | undefined): void {
        this.#source = source;
        this.#break();
        this.#onFault();
    }

    get open(): boolean {
        return (
            this.#source !== undefined &&
            this.world.faults.reachable(this.#source.region, this.region)
        );
    }

    /** How far the standby is behind, world milliseconds: the age of the oldest part of the log that has not arrived. */
    get lagMs(): number {
        const nowMs = this.world.clock.now();
        const oldestMs = Math.min(this.#waiting[0]?.sentMs ?? nowMs, this.#cutSinceMs ?? nowMs);
        return nowMs - oldestMs;
    }

    /** The furthest the standby was behind since then, world milliseconds. */
    worstLagMs(sinceMs: number): number {
        const [longest] = this.#delays.filter(({ atMs }) => atMs >= sinceMs);
        return Math.max(this.lagMs, longest?.tookMs ?? 0);
    }

    #accept(standby: net.Socket): void {
        standby.on("error", () => standby.destroy());
        const source = this.#source;
        if (source === undefined || !this.open) {
            standby.destroy();
            return;
        }
        const primary = net.connect(source.socket);
        for (const [end, other] of [
            [standby, primary],
            [primary, standby],
        ] as const) {
            this.#connections.add(end);
            end.on("error", () => end.destroy());
            end.on("close", () => {
                this.#connections.delete(end);
                // What was sent before an orderly end still arrives.
                if (end === primary) {
                    this.#whenSent(standby, () => standby.end());
                } else {
                    other.destroy();
                }
            });
        }
        standby.on("data", (bytes) => primary.write(bytes));
        primary.on("data", (bytes) => this.#send(bytes, standby));
    }

    #send(bytes: Buffer, to: net.Socket): void {
        const { clock, random } = this.world;
        const { least, most } = propagationMs;
        const sentMs = clock.now();
        this.#waiting.push({
            sentMs,
            readyMs: sentMs + least + (most - least) * random(),
            bytes,
            to,
        });
        this.#schedule();
    }

    #whenSent(to: net.Socket, then: () => void): void {
        if (this.#waiting.some((chunk) => chunk.to === to)) {
            this.world.clock.after(50, () => this.#whenSent(to, then));
        } else {
            then();
        }
    }

    #schedule(): void {
        this.#cancel?.();
        this.#cancel = undefined;
        const head = this.#waiting[0];
        if (head === undefined) {
            return;
        }
        const { clock } = this.world;
        this.#cancel = clock.after(head.readyMs + this.#lagFaultMs() - clock.now(), () => {
            this.#waiting.shift();
            const atMs = clock.now();
            const tookMs = atMs - head.sentMs;
            this.#delays = this.#delays.filter((delay) => delay.tookMs > tookMs);
            this.#delays.push({ atMs, tookMs });
            head.to.write(head.bytes);
            this.#schedule();
        });
    }

    #lagFaultMs(): number {
        const { faults } = this.world;
        return (
            1000 *
            Math.max(faults.lagSeconds(this.region), faults.lagSeconds(this.#source?.region ?? ""))
        );
    }

    #break(): void {
        this.#cancel?.();
        this.#cancel = undefined;
        this.#waiting.length = 0;
        for (const connection of this.#connections) {
            connection.destroy();
        }
        this.#connections.clear();
    }

    readonly #onFault = (): void => {
        if (this.open) {
            this.#cutSinceMs = undefined;
            this.#schedule();
            return;
        }
        if (this.#source !== undefined) {
            this.#cutSinceMs ??= this.#waiting[0]?.sentMs ?? this.world.clock.now();
        }
        this.#break();
    };
}
