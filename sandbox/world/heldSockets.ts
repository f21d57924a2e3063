import type { Socket } from "node:net";

import type { Faults } from "./faults";

/**
 * Connections into a black hole: accepted, never answered, and broken once the fault is over, so
 * that the client's next attempt starts afresh.
 */
export class HeldSockets {
    readonly #held = new Map<Socket, () => boolean>();

    constructor(private readonly faults: Faults) {
        faults.on("change", this.#release);
    }

    /** Keeps the connection silent as long as `isCut` says so. */
    hold(socket: Socket, isCut: () => boolean): void {
        this.#held.set(socket, isCut);
        socket.once("close", () => this.#held.delete(socket));
        socket.on("error", () => socket.destroy());
        // Read on and drop what comes, or the client's own close would go unnoticed.
        socket.resume();
        const { remoteAddress, remotePort } = socket;
        if (remoteAddress !== undefined && remotePort !== undefined) {
            this.faults.emit("swallow", remoteAddress, remotePort);
        }
    }

    /** Breaks every held connection. */
    stop(): void {
        this.faults.off("change", this.#release);
        for (const socket of this.#held.keys()) {
            socket.destroy();
        }
        this.#held.clear();
    }

    readonly #release = (): void => {
        for (const [socket, isCut] of this.#held) {
            if (!isCut()) {
                this.#held.delete(socket);
                socket.destroy();
            }
        }
    };
}
