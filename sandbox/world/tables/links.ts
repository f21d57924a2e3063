import type { World } from "../world";
import { ReplicationLink, type ReplicatedWrite } from "./link";

/** The streams of writes between all regions, made when they are first needed. */
export class Links {
    readonly #links = new Map<string, ReplicationLink>();

    constructor(
        private readonly world: World,
        private readonly receive: (link: ReplicationLink, write: ReplicatedWrite) => Promise<void>,
    ) {}

    between(from: string, to: string): ReplicationLink {
        const key = `${from}>${to}`;
        let link = this.#links.get(key);
        if (link === undefined) {
            const made: ReplicationLink = new ReplicationLink(this.world, from, to, (write) =>
                this.receive(made, write),
            );
            link = made;
            this.#links.set(key, link);
        }
        return link;
    }

    /** Writes on their way from or to a region. */
    pending(region: string): number {
        return this.#of(region).reduce((sum, link) => sum + link.pending, 0);
    }

    /** Age, in world seconds, of the oldest write on its way, from or to a region or anywhere. */
    ageSeconds(region?: string): number {
        const nowMs = this.world.clock.now();
        const links = region === undefined ? [...this.#links.values()] : this.#of(region);
        return Math.max(0, ...links.map((link) => (nowMs - (link.oldestMs ?? nowMs)) / 1000));
    }

    /** Loses for good what is on its way from a region. */
    forget(region: string): void {
        for (const link of this.#links.values()) {
            if (link.from === region) {
                link.forget();
            }
        }
    }

    stop(): void {
        for (const link of this.#links.values()) {
            link.stop();
        }
    }

    #of(region: string): readonly ReplicationLink[] {
        return [...this.#links.values()].filter(
            (link) => link.from === region || link.to === region,
        );
    }
}
