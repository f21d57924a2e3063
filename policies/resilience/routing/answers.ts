import { pick, type Chosen } from "./choose";
import type { Observe } from "./healthChecks";
import type { Location } from "./locations";
import type { RecordGroup, Service, Target, TreeRecord } from "./model";
import type { RecordTree } from "./recordTree";

/** How the world is: what the checks see, and whether what AWS hosts has healthy targets. */
export interface Health {
    readonly observe: Observe;
    targetHealthy(target: Extract<Target, { readonly kind: "resource" }>, region?: string): boolean;
}

export interface Query {
    readonly name: string;
    /** `A`, `AAAA`, ... */
    readonly type: string;
    /** Who asks. */
    readonly from: Location;
    /** Location of the CIDR collection that the client is in, for IP-based routing. @default the default one */
    readonly cidrLocation?: string;
    /** Hosted zone. @default whichever has the name */
    readonly zone?: string;
}

/** Where an answer leads, and how often. */
export interface Answer {
    /** The last record set of the way there. */
    readonly record: TreeRecord;
    /** None for what is in no one region, and for what cannot be told yet. */
    readonly region?: string;
    /** `values`: addresses of the program's own. */
    readonly service: Service | "values";
    /** More than 0, at most 1. All shares make 1, less what ends where no record is for the place. */
    readonly share: number;
}

/**
 * What Route 53 answers while things are as `health` says. Empty where there is no such name, or no
 * record for the place. Ask many times for one state: what is healthy is found out once.
 */
export function answersUnder(
    tree: RecordTree,
    health: Health,
): (query: Query) => readonly Answer[] {
    const evaluation = new Evaluation(tree, health);
    return (query) => evaluation.answer(query);
}

class Evaluation {
    readonly #health = new Map<TreeRecord, boolean>();

    constructor(
        private readonly tree: RecordTree,
        private readonly health: Health,
    ) {}

    answer(query: Query): readonly Answer[] {
        const group = this.tree.group(query.name, query.type, query.zone);
        return group === undefined ? [] : merged(this.#descend(group, query, undefined, new Set()));
    }

    /**
     * Picks from the group and goes down the chosen aliases. An alias that evaluates its target is
     * healthy only while the target's group is, so that picking a healthy record is all there is to
     * backing out of a dead branch; where no record is healthy, the policies pick as if all were, here
     * and again further down.
     */
    #descend(
        group: RecordGroup,
        query: Query,
        place: string | undefined,
        above: ReadonlySet<TreeRecord>,
    ): readonly Answer[] {
        const chosen = pick(group, query, (record) => this.#isHealthy(record));
        return chosen.flatMap(({ record, share }: Chosen) => {
            if (above.has(record)) {
                return [];
            }
            const { routing, target } = record;
            const near = routing.policy === "latency" ? routing.region : place;
            if (target.kind !== "records") {
                const region = regionOfLeaf(target, near);
                return [
                    {
                        record,
                        share,
                        service: target.kind === "values" ? "values" : target.service,
                        ...(region === undefined ? {} : { region }),
                    } as const,
                ];
            }
            const below = this.tree.below(record, query.type);
            return below === undefined
                ? [{ record, share, service: "other" } as const]
                : this.#descend(below, query, near, new Set([...above, record])).map((answer) => ({
                      ...answer,
                      share: answer.share * share,
                  }));
        });
    }

    #isHealthy(record: TreeRecord): boolean {
        const known = this.#health.get(record);
        if (known !== undefined) {
            return known;
        }
        // A ring of aliases has nothing healthy at its end.
        this.#health.set(record, false);
        const healthy = this.#checkHealthy(record) && this.#targetHealthy(record);
        this.#health.set(record, healthy);
        return healthy;
    }

    #checkHealthy({ check }: TreeRecord): boolean {
        return check === undefined || this.tree.checks.isHealthy(check, this.health.observe);
    }

    #targetHealthy(record: TreeRecord): boolean {
        const { target, routing } = record;
        if (target.kind === "values" || !target.follows) {
            return true;
        }
        if (target.kind === "resource") {
            const near = routing.policy === "latency" ? routing.region : undefined;
            return this.health.targetHealthy(target, regionOfLeaf(target, near));
        }
        const below = this.tree.below(record);
        return below === undefined || below.records.some((member) => this.#isHealthy(member));
    }
}

/** Addresses without a region of their own are taken to be where the latency record above says. */
function regionOfLeaf(
    target: Exclude<Target, { readonly kind: "records" }>,
    near: string | undefined,
): string | undefined {
    const spans =
        target.kind === "resource" &&
        (target.service === "accelerator" || target.service === "distribution");
    return spans ? undefined : (target.region ?? near);
}

/** One answer a record, also where several ways lead to it. */
function merged(answers: readonly Answer[]): readonly Answer[] {
    const byRecord = new Map<string, Answer>();
    for (const answer of answers) {
        const key = `${answer.record.urn} ${answer.region ?? ""}`;
        const share = answer.share + (byRecord.get(key)?.share ?? 0);
        byRecord.set(key, { ...answer, share });
    }
    return [...byRecord.values()];
}

/** Shares of a query's answers by region; what is in no one region is left out. */
export function sharesByRegion(answers: readonly Answer[]): ReadonlyMap<string, number> {
    const shares = new Map<string, number>();
    for (const { region, share } of answers) {
        if (region !== undefined) {
            shares.set(region, (shares.get(region) ?? 0) + share);
        }
    }
    return shares;
}
