import { EventEmitter } from "node:events";

/** Something that is wrong with the world until it is healed. */
export type Fault =
    | { readonly kind: "blackout"; readonly region: string }
    | {
          readonly kind: "gray";
          readonly region: string;
          /** Share of application requests that fail, 0 to 1; `/health` stays green. */
          readonly errorRate: number;
          /** Added to every application request. */
          readonly latencyMs: number;
      }
    | { readonly kind: "partition"; readonly between: readonly [string, string] }
    /** AWS control planes whose home is this region do not answer. */
    | { readonly kind: "control-planes"; readonly region: string }
    | { readonly kind: "lag"; readonly region: string; readonly seconds: number };

/**
 * The faults in force. Every plane of the world asks here; `change` tells that there is another answer,
 * `swallow` that a connection from this address and port is not answered any more.
 */
export class Faults extends EventEmitter<{ change: []; swallow: [address: string, port: number] }> {
    readonly #active = new Map<string, Fault>();

    constructor() {
        super();
        this.setMaxListeners(0);
    }

    inject(fault: Fault): void {
        this.#active.set(keyOf(fault), fault);
        this.emit("change");
    }

    heal(fault: Fault): void {
        this.#active.delete(keyOf(fault));
        this.emit("change");
    }

    healAll(): void {
        this.#active.clear();
        this.emit("change");
    }

    active(): readonly Fault[] {
        return [...this.#active.values()];
    }

    blackedOut(region: string): boolean {
        return this.active().some((fault) => fault.kind === "blackout" && fault.region === region);
    }

    partitioned(a: string, b: string): boolean {
        return this.active().some(
            (fault) =>
                fault.kind === "partition" &&
                fault.between.includes(a) &&
                fault.between.includes(b) &&
                a !== b,
        );
    }

    /** Whether packets get from one place to another. A place outside every region has no region. */
    reachable(fromRegion: string | undefined, toRegion: string | undefined): boolean {
        return (
            !(fromRegion !== undefined && this.blackedOut(fromRegion)) &&
            !(toRegion !== undefined && this.blackedOut(toRegion)) &&
            !(
                fromRegion !== undefined &&
                toRegion !== undefined &&
                this.partitioned(fromRegion, toRegion)
            )
        );
    }

    controlPlaneDown(region: string): boolean {
        return (
            this.blackedOut(region) ||
            this.active().some(
                (fault) => fault.kind === "control-planes" && fault.region === region,
            )
        );
    }

    gray(region: string): { readonly errorRate: number; readonly latencyMs: number } | undefined {
        for (const fault of this.active()) {
            if (fault.kind === "gray" && fault.region === region) {
                return fault;
            }
        }
        return undefined;
    }

    /** Extra replication lag of what leaves or reaches the region, in seconds. */
    lagSeconds(region: string): number {
        return Math.max(
            0,
            ...this.active().map((fault) =>
                fault.kind === "lag" && fault.region === region ? fault.seconds : 0,
            ),
        );
    }
}

function keyOf(fault: Fault): string {
    return fault.kind === "partition"
        ? `partition:${[...fault.between].sort().join(":")}`
        : `${fault.kind}:${fault.region}`;
}
