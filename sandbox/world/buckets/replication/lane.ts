import type { World } from "../../world";
import type { ReplicationRule } from "./rules";

/** Shortest and longest time an object usually takes to its replica, world milliseconds; "in seconds" is AWS's word. */
const transferMs = { least: 500, most: 5000 };

/** One version or marker on its way to another bucket. */
export interface Operation {
    readonly rule: ReplicationRule;
    readonly key: string;
    readonly versionId: string;
    readonly bytes: number;
    /** World time it was made, milliseconds. */
    readonly atMs: number;
    /** Whether it was said that its time is up. */
    missed: boolean;
}

interface Waiting {
    readonly operation: Operation;
    readonly readyMs: number;
}

/**
 * The way of one rule's objects to their destination: late, by what a lag fault adds too, in order for
 * each key and in any order between keys, and stopped while the two regions cannot reach each other.
 */
export class ReplicationLane {
    /** By key, oldest first. */
    readonly #waiting = new Map<string, Waiting[]>();
    #cancel: (() => void) | undefined;

    constructor(
        private readonly world: World,
        readonly from: string,
        readonly to: string,
        private readonly deliver: (operation: Operation) => void,
    ) {
        world.faults.on("change", this.#schedule);
    }

    /** What has not arrived. */
    pending(): readonly Operation[] {
        return [...this.#waiting.values()].flat().map(({ operation }) => operation);
    }

    send(operation: Operation): void {
        const { least, most } = transferMs;
        const queue = this.#waiting.get(operation.key) ?? [];
        queue.push({
            operation,
            readyMs: this.world.clock.now() + least + (most - least) * this.world.random(),
        });
        this.#waiting.set(operation.key, queue);
        this.#schedule();
    }

    stop(): void {
        this.world.faults.off("change", this.#schedule);
        this.#cancel?.();
        this.#cancel = undefined;
        this.#waiting.clear();
    }

    readonly #schedule = (): void => {
        this.#cancel?.();
        this.#cancel = undefined;
        const { faults, clock } = this.world;
        if (this.#waiting.size === 0 || !faults.reachable(this.from, this.to)) {
            return;
        }
        const dueMs = Math.min(...this.#heads().map((head) => this.#readyMs(head)));
        this.#cancel = clock.after(dueMs - clock.now(), () => this.#run());
    };

    #run(): void {
        const nowMs = this.world.clock.now();
        for (const head of this.#heads()) {
            if (this.#readyMs(head) <= nowMs) {
                const { key } = head.operation;
                const rest = (this.#waiting.get(key) ?? []).slice(1);
                if (rest.length === 0) {
                    this.#waiting.delete(key);
                } else {
                    this.#waiting.set(key, rest);
                }
                this.deliver(head.operation);
            }
        }
        this.#schedule();
    }

    /** The oldest of every key: the only ones that may go. */
    #heads(): readonly Waiting[] {
        return [...this.#waiting.values()].flatMap((queue) => queue[0] ?? []);
    }

    #readyMs({ readyMs }: Waiting): number {
        const { faults } = this.world;
        return readyMs + 1000 * Math.max(faults.lagSeconds(this.from), faults.lagSeconds(this.to));
    }
}
