import { type Node, isWithin, ZoneIndex } from "./names";
import { choose, placePolicies } from "./policies/choose";
import { shuffled } from "./shuffle";
import type { AccountView, Answer, Query, ResourceRecord, Zone, ZoneRecord } from "./types";

/** TTL of an alias to a load balancer, seconds: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html */
const balancerTtl = 60;
/** Most CNAMEs of the own zone that one answer follows. */
const mostCnames = 8;

const indexes = new WeakMap<Zone, ZoneIndex>();

/**
 * What Route 53 answers: a pure function of the zone, of how the account's resources are at this
 * moment, and of the query with its random draws. The name must lie within the zone.
 *
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
 */
export function answer(zone: Zone, account: AccountView, query: Query): Answer {
    return new Evaluation(zone, account, query).run();
}

class Evaluation {
    readonly #index: ZoneIndex;
    readonly #health = new Map<ZoneRecord, boolean>();
    readonly #path: ZoneRecord[] = [];
    #dependsOnClient = false;

    constructor(
        private readonly zone: Zone,
        private readonly account: AccountView,
        private readonly query: Query,
    ) {
        this.#index = indexes.get(zone) ?? new ZoneIndex(zone);
        indexes.set(zone, this.#index);
    }

    run(): Answer {
        const { type } = this.query;
        const answers: ResourceRecord[] = [];
        const followed = new Set<string>();
        let name = this.query.name;
        for (;;) {
            const servers = this.#index.delegation(name);
            if (servers.length > 0) {
                return this.#result(answers, {
                    authoritative: answers.length > 0,
                    authority: servers.flatMap((server) => values(server, server.name)),
                });
            }
            const node = this.#index.find(name);
            const found = this.#answersOf(node, type, name);
            if (found.length > 0) {
                return this.#result([...answers, ...found]);
            }
            const cname = type === "CNAME" ? undefined : this.#answersOf(node, "CNAME", name).at(0);
            if (cname === undefined) {
                return this.#result(answers, {
                    rcode: node.exists ? "NOERROR" : "NXDOMAIN",
                    authority: this.#soa(),
                });
            }
            answers.push(cname);
            followed.add(name);
            name = cname.value.toLowerCase().replace(/\.$/, "");
            const ours = isWithin(name, this.zone.name);
            if (!ours || followed.has(name) || followed.size >= mostCnames) {
                return this.#result(answers);
            }
        }
    }

    #result(answers: readonly ResourceRecord[], others: Partial<Answer> = {}): Answer {
        return {
            rcode: "NOERROR",
            authoritative: true,
            authority: [],
            ...others,
            answers,
            dependsOnClient: this.#dependsOnClient,
            path: this.#path,
        };
    }

    #answersOf(node: Node, type: string, name: string): readonly ResourceRecord[] {
        const group = node.records.filter((record) => record.type === type);
        return this.#descend(group, name, new Set());
    }

    /**
     * Picks from the group and goes down the chosen aliases. As an alias that evaluates its target is
     * healthy only while the target's group is, picking a healthy record is all there is to backing
     * out of a dead branch; and where no record is healthy, the policies pick as if all were, here and
     * again further down.
     */
    #descend(
        group: readonly ZoneRecord[],
        owner: string,
        above: ReadonlySet<ZoneRecord>,
    ): readonly ResourceRecord[] {
        const { random } = this.query;
        const policy = group[0]?.routing.policy;
        this.#dependsOnClient ||= policy !== undefined && placePolicies.includes(policy);
        const chosen = choose(group, (record) => this.#isHealthy(record), this.query);
        return chosen.flatMap((record) => {
            if (above.has(record)) {
                return [];
            }
            this.#path.push(record);
            const { target } = record;
            if (target.kind === "values") {
                return shuffled(values(record, owner), random);
            }
            return target.zoneId === this.zone.id
                ? this.#descend(this.#groupOf(record), owner, new Set([...above, record]))
                : this.#addresses(target.name, record.type, owner);
        });
    }

    #addresses(target: string, type: string, owner: string): readonly ResourceRecord[] {
        const found = this.account.addressesOf(target, type) ?? [];
        return shuffled(
            addressValues(found, type).map((value) => ({
                name: owner,
                type,
                ttl: balancerTtl,
                value,
            })),
            this.query.random,
        );
    }

    /** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html */
    #isHealthy(record: ZoneRecord): boolean {
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

    #checkHealthy({ healthCheckId }: ZoneRecord): boolean {
        return healthCheckId === undefined || this.account.healthCheckHealthy(healthCheckId);
    }

    #targetHealthy(record: ZoneRecord): boolean {
        const { target } = record;
        if (target.kind === "values" || !target.evaluateTargetHealth) {
            return true;
        }
        return target.zoneId === this.zone.id
            ? this.#groupOf(record).some((member) => this.#isHealthy(member))
            : this.account.targetHealthy(target.name);
    }

    /** The group that an alias of the own zone leads to: the target's records of the alias's type. */
    #groupOf({ target, type }: ZoneRecord): readonly ZoneRecord[] {
        return target.kind === "alias"
            ? this.#index.find(target.name).records.filter((record) => record.type === type)
            : [];
    }

    /** Negative answers live as long as the smaller of the SOA's TTL and its last field (RFC 2308). */
    #soa(): readonly ResourceRecord[] {
        return this.zone.records
            .filter(({ name, type }) => name === this.zone.name && type === "SOA")
            .flatMap((record) => values(record, record.name))
            .map((soa) => ({
                ...soa,
                ttl: Math.min(soa.ttl, Number(soa.value.split(" ").at(-1))),
            }));
    }
}

/** IPv4 addresses as values of a type: as they are for A, IPv4-mapped for AAAA, none for any other. */
export function addressValues(addresses: readonly string[], type: string): readonly string[] {
    switch (type) {
        case "A":
            return addresses;
        case "AAAA":
            return addresses.map((address) => `::ffff:${address}`);
        default:
            return [];
    }
}

function values({ type, target }: ZoneRecord, owner: string): readonly ResourceRecord[] {
    return target.kind === "alias"
        ? []
        : target.values.map((value) => ({ name: owner, type, ttl: target.ttl, value }));
}
