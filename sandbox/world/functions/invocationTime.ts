import type net from "node:net";

import { ProgramTime } from "../inside/time";
import type { WorkerMessage } from "./protocol";

/**
 * A worker's time, which passes while it runs an invocation. Tells the world when the invocation only
 * waits for time to pass, for a timer or for an answer that will not come: then the world need not wait
 * for it. Whatever else the event loop is kept for counts as work.
 */
export class InvocationTime {
    readonly #time: ProgramTime;
    readonly #open: ReadonlySet<net.Socket>;
    readonly #swallowed = new Set<net.Socket>();
    #waiting = false;

    /**
     * @param offsetMs the world's time minus the machine's
     * @param program the program's connections, and how many names it waits for
     */
    constructor(
        offsetMs: number,
        private readonly program: {
            readonly sockets: ReadonlySet<net.Socket>;
            readonly pendingLookups: () => number;
        },
        private readonly tell: (message: WorkerMessage) => void,
    ) {
        this.#time = new ProgramTime(offsetMs);
        this.#open = program.sockets;
    }

    /** An invocation begins. */
    begin(offsetMs: number): void {
        this.#time.wake(offsetMs);
        this.#run();
    }

    /** It has ended; what it left behind sleeps until the next one. */
    end(): void {
        this.#waiting = false;
        this.#time.stop();
    }

    /** The world goes on. */
    follow(offsetMs: number): void {
        this.#waiting = false;
        this.#time.follow(offsetMs);
        this.#run();
    }

    /** Nobody answers the connection from this port. */
    swallow(port: number): void {
        for (const socket of this.#open) {
            if (socket.localPort === port && !this.#swallowed.has(socket)) {
                this.#swallowed.add(socket);
                socket.once("close", () => {
                    this.#swallowed.delete(socket);
                    this.#resume();
                });
            }
        }
    }

    #run(): void {
        this.#time.run(() => {
            if (this.#onlyWaits()) {
                this.#waiting = true;
                this.#time.stop();
                this.tell({ kind: "waiting", dueMs: this.#time.nextDueMs });
            }
        });
    }

    #resume(): void {
        if (this.#waiting) {
            this.#waiting = false;
            this.tell({ kind: "active" });
            this.#run();
        }
    }

    #onlyWaits(): boolean {
        const silent = [...this.#swallowed].filter((socket) => !socket.timeout).length;
        const busy = process.getActiveResourcesInfo().filter((kind) => kind !== "MessagePort");
        return (
            (silent > 0 || this.#time.nextDueMs !== undefined) &&
            this.program.pendingLookups() === 0 &&
            busy.length === silent &&
            busy.every((kind) => kind === "TCPSocketWrap")
        );
    }
}
