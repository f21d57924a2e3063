import type { World } from "../world";
import type { Keyspace, Write } from "./keyspace";

/** Shortest and longest time that a write usually takes to a secondary, world milliseconds; AWS speaks of under a second. */
const propagationMs = { least: 150, most: 700 };
/** How long a whole copy takes: what is in a rehearsal's cache is small. */
const copyMs = 2000;

interface Waiting {
    /** Undefined for a whole copy. */
    readonly write: Write | undefined;
    readonly madeMs: number;
    readonly readyMs: number;
}

/** The stream of writes from a primary to a secondary of another region: in order and late; stopped while the two cannot reach each other. */
export class ReplicationLink {
    #queue: Waiting[] = [];
    #cancel: (() => void) | undefined;

    constructor(
        private readonly world: World,
        readonly from: { readonly region: string; readonly keyspace: Keyspace },
        readonly to: { readonly region: string; readonly keyspace: Keyspace },
        /** A write arrived after that many world milliseconds. */
        private readonly onArrival: (latencyMs: number) => void,
    ) {
        world.faults.on("change", this.#schedule);
    }

    /** Keys that the secondary does not have as the primary wrote them. */
    get pendingKeys(): ReadonlySet<string> {
        return new Set(this.#queue.flatMap(({ write }) => write?.key ?? []));
    }

    /** When the oldest write that has not arrived was made, world milliseconds. */
    get oldestMs(): number | undefined {
        return this.#queue[0]?.madeMs;
    }

    send(write: Write): void {
        const { least, most } = propagationMs;
        this.#add(write, least + (most - least) * this.world.random());
    }

    /** Starts over: the secondary gets a whole copy, and what was on its way is in it. */
    copy(): void {
        this.#queue = [];
        this.#add(undefined, copyMs);
    }

    stop(): void {
        this.world.faults.off("change", this.#schedule);
        this.#cancel?.();
        this.#queue = [];
    }

    #add(write: Write | undefined, delayMs: number): void {
        const madeMs = this.world.clock.now();
        this.#queue.push({ write, madeMs, readyMs: madeMs + delayMs });
        this.#schedule();
    }

    readonly #schedule = (): void => {
        this.#cancel?.();
        this.#cancel = undefined;
        const head = this.#queue[0];
        const { clock, faults } = this.world;
        if (head === undefined || !faults.reachable(this.from.region, this.to.region)) {
            return;
        }
        const lagMs =
            1000 * Math.max(faults.lagSeconds(this.from.region), faults.lagSeconds(this.to.region));
        this.#cancel = clock.after(head.readyMs + lagMs - clock.now(), () => {
            this.#cancel = undefined;
            this.#queue.shift();
            this.#deliver(head);
            this.#schedule();
        });
    };

    #deliver({ write, madeMs }: Waiting): void {
        if (write !== undefined) {
            this.to.keyspace.apply(write);
            this.onArrival(this.world.clock.now() - madeMs);
            return;
        }
        this.to.keyspace.clear();
        this.from.keyspace.entries().forEach((entry) => this.to.keyspace.apply(entry));
    }
}
