import { Resolver } from "node:dns/promises";

import type { ServiceWord, Votes } from "../store/homes/votes";

/**
 * What the votes say of each region, as DNS tells it: the TXT record of a region's state follows the tally of
 * the votes, and can be read from anywhere. Silence is no vote: what cannot be resolved is missing.
 */
export class StateVotes implements Votes {
    constructor(
        /** DNS name of the state, by region. */
        private readonly names: Readonly<Record<string, string>>,
        private readonly resolver: Pick<Resolver, "resolveTxt"> = new Resolver({
            timeout: 1000,
            tries: 2,
        }),
    ) {}

    async read(): Promise<ReadonlyMap<string, ServiceWord>> {
        const words = new Map<string, ServiceWord>();
        await Promise.all(
            Object.entries(this.names).map(async ([region, name]) => {
                const word = await this.#wordOf(name);
                if (word !== undefined) {
                    words.set(region, word);
                }
            }),
        );
        return words;
    }

    async #wordOf(name: string): Promise<ServiceWord | undefined> {
        try {
            const texts = (await this.resolver.resolveTxt(name)).map((chunks) => chunks.join(""));
            return texts.includes("evacuated")
                ? "evacuated"
                : texts.includes("in-service")
                  ? "in-service"
                  : undefined;
        } catch {
            return undefined;
        }
    }
}
