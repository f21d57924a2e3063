import type { World } from "../world";
import type { Entry } from "./replica";

/** Shortest and longest time a write usually takes to a replica, world milliseconds. */
const propagationMs = { least: 300, most: 1000 };

/** One write on its way to another region. */
export interface ReplicatedWrite {
    readonly table: string;
    readonly generation: number;
    readonly entry: Entry;
    /** Part of what fills a new replica. */
    readonly seed?: boolean;
}

interface Waiting extends ReplicatedWrite {
    readonly readyMs: number;
}

/**
 * The stream of writes from one region to another: in order, late by the usual propagation and by
 * what a lag fault adds, and stopped while the two cannot reach each other.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
 */
export class ReplicationLink {
    #queue: Waiting[] = [];
    #cancel: (() => void) | undefined;
    #draining = false;

    constructor(
        private readonly world: World,
        readonly from: string,
        readonly to: string,
        private readonly apply: (write: ReplicatedWrite) => Promise<void>,
    ) {
        world.faults.on("change", this.#schedule);
    }

    /** Writes that have not arrived. */
    get pending(): number {
        return this.#queue.length;
    }

    /** When the oldest write that has not arrived was made, world milliseconds. */
    get oldestMs(): number | undefined {
        return this.#queue[0]?.entry.version.atMs;
    }

    send(write: ReplicatedWrite): void {
        const { least, most } = propagationMs;
        const delayMs = least + (most - least) * this.world.random();
        this.#queue.push({ ...write, readyMs: this.world.clock.now() + delayMs });
        this.#schedule();
    }

    /** Loses what has not arrived, for good: what replication is never to do. */
    forget(): void {
        this.#queue = [];
    }

    stop(): void {
        this.world.faults.off("change", this.#schedule);
        this.#cancel?.();
        this.#queue = [];
    }

    readonly #schedule = (): void => {
        this.#cancel?.();
        this.#cancel = undefined;
        const head = this.#queue[0];
        if (this.#draining || head === undefined || !this.#open()) {
            return;
        }
        const { clock } = this.world;
        this.#cancel = clock.after(this.#readyMs(head) - clock.now(), () => {
            this.#cancel = undefined;
            this.#draining = true;
            void clock.io(() => this.#drain());
        });
    };

    async #drain(): Promise<void> {
        try {
            for (;;) {
                const head = this.#queue[0];
                if (
                    head === undefined ||
                    !this.#open() ||
                    this.#readyMs(head) > this.world.clock.now()
                ) {
                    return;
                }
                await this.apply(head);
                // Taken off only now, so that a write under way still counts as not arrived.
                this.#queue.shift();
            }
        } finally {
            this.#draining = false;
            this.#schedule();
        }
    }

    #open(): boolean {
        return this.world.faults.reachable(this.from, this.to);
    }

    #readyMs(write: Waiting): number {
        const { faults } = this.world;
        return (
            write.readyMs +
            1000 * Math.max(faults.lagSeconds(this.from), faults.lagSeconds(this.to))
        );
    }
}
