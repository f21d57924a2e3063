import {
    datastoreOf,
    datastoreWith,
    withPrimary,
    type Member,
} from "../../aws/elasticache/members";
import { tokens } from "../../aws/elasticache/tokens";
import { AwsError } from "../../aws/awsError";
import type { Certificates } from "../certificates";
import type { StoreChange, StoredResource } from "../store";
import type { MetricSink, Part, World } from "../world";
import { CacheGroup } from "./cacheGroup";
import type { HitCount } from "./hitCounts";
import { ReplicationLink } from "./link";

/** A change of primaries, with what it cost. */
export interface Promotion {
    /** When the new primary took writes, world milliseconds. */
    readonly atMs: number;
    readonly datastoreId: string;
    readonly from: string;
    readonly to: string;
    /** Keys that the old primary had written and the new one never got, or not as they were. */
    readonly lostKeys: number;
    /** Age of the oldest write that was lost, world seconds. */
    readonly lagSeconds: number;
}

/** Keys that were in memory when a region was lost; they come back from another region, or not at all. */
export interface MemoryLoss {
    readonly atMs: number;
    readonly region: string;
    readonly groupId: string;
    readonly keys: number;
}

/** From the call until the new primary takes writes, world milliseconds; AWS speaks of under a minute. */
const promotionMs = 5000;
const metricPeriodMs = 60_000;
const types: readonly string[] = [
    tokens.globalReplicationGroup,
    tokens.replicationGroup,
    tokens.user,
    tokens.userGroup,
];

/**
 * ElastiCache: a cluster per replication group, on an address of its own, in memory. Within a global
 * datastore the primary's writes reach the secondaries of other regions later, and secondaries only
 * read. A region that is lost forgets what it had; nothing promotes a secondary but an API call.
 *
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastore.html
 */
export class Caches implements Part {
    readonly #groups = new Map<string, CacheGroup>();
    readonly #links = new Map<string, ReplicationLink>();
    readonly #promoting = new Set<string>();
    readonly #promotions: Promotion[] = [];
    readonly #losses: MemoryLoss[] = [];
    readonly #arrivals: { readonly atMs: number; readonly latencyMs: number }[] = [];
    #dark = new Set<string>();
    #settled: Promise<void> = Promise.resolve();
    #failure: Error | undefined;
    #stops: (() => void)[] = [];

    constructor(
        private readonly world: World,
        private readonly deps: {
            readonly certificates: Certificates;
            readonly metrics: MetricSink;
        },
    ) {}

    async start(): Promise<void> {
        const { store, faults, clock } = this.world;
        const onChange = ({ resource }: StoreChange): void => {
            if (types.includes(resource.type)) {
                this.#refresh();
            }
        };
        const onFault = (): void => this.#onFault();
        store.on("change", onChange);
        faults.on("change", onFault);
        this.#stops = [
            () => store.off("change", onChange),
            () => faults.off("change", onFault),
            clock.every(metricPeriodMs, () => this.#publish()),
        ];
        this.#refresh();
        await this.settled();
    }

    async stop(): Promise<void> {
        this.#stops.forEach((stop) => stop());
        this.#links.forEach((link) => link.stop());
        await this.#settled;
        await Promise.all([...this.#groups.values()].map((group) => group.stop()));
    }

    /** Resolves when every cluster listens; rejects when one cannot. */
    async settled(): Promise<void> {
        await this.world.clock.io(() => this.#settled);
        if (this.#failure !== undefined) {
            const failure = this.#failure;
            this.#failure = undefined;
            throw failure;
        }
    }

    /** Lookups in a region from one moment to another; world milliseconds. @default until now */
    hits(region: string, fromMs: number, untilMs = this.world.clock.now() + 1000): HitCount {
        const counts = this.#in(region).map((group) => group.counts.between(fromMs, untilMs));
        const hits = counts.reduce((sum, count) => sum + count.hits, 0);
        const misses = counts.reduce((sum, count) => sum + count.misses, 0);
        return { hits, misses, rate: hits + misses === 0 ? undefined : hits / (hits + misses) };
    }

    /** Keys that a region's caches hold now. */
    keys(region: string): number {
        return this.#in(region).reduce((sum, { keyspace }) => sum + keyspace.entries().length, 0);
    }

    /** Age, in world seconds, of the oldest write on its way from or to a region; 0 when there is none. */
    lagSeconds(region: string): number {
        const links = [...this.#links.values()].filter(
            ({ from, to }) => from.region === region || to.region === region,
        );
        return this.#ageSeconds(links);
    }

    /**
     * The longest, in world seconds, that a write took to a secondary, of those that arrived since then,
     * or has been on its way until now.
     */
    worstLagSeconds(sinceMs = Number.NEGATIVE_INFINITY): number {
        const arrived = this.#arrivals.filter(({ atMs }) => atMs >= sinceMs);
        return Math.max(
            this.#ageSeconds([...this.#links.values()]),
            ...arrived.map(({ latencyMs }) => latencyMs / 1000),
        );
    }

    promotions(): readonly Promotion[] {
        return this.#promotions;
    }

    losses(): readonly MemoryLoss[] {
        return this.#losses;
    }

    /** Whether a datastore is between two primaries. */
    isPromoting(datastoreId: string): boolean {
        return this.#promoting.has(datastoreId);
    }

    /**
     * Makes a member the primary, soon: what the old one had not replicated by then is lost, and every
     * other member is wiped and copied anew.
     *
     * @throws AwsError as ElastiCache would answer
     */
    promote(datastoreId: string, region: string, groupId: string): void {
        const { store, clock } = this.world;
        const datastore = datastoreOf(store, datastoreId);
        if (datastore === undefined) {
            throw new AwsError(
                "GlobalReplicationGroupNotFoundFault",
                `Global Replication Group ${datastoreId} does not exist`,
                404,
            );
        }
        const target = datastore.secondaries.find(
            (member) => member.region === region && member.groupId === groupId,
        );
        if (target === undefined) {
            throw new AwsError(
                "InvalidParameterValue",
                `${groupId} in ${region} is not a secondary cluster of ${datastoreId}; those are ${
                    datastore.secondaries
                        .map((member) => `${member.groupId} in ${member.region}`)
                        .join(", ") || "none"
                }`,
            );
        }
        if (this.#promoting.has(datastoreId) || this.world.faults.blackedOut(region)) {
            throw new AwsError(
                "InvalidGlobalReplicationGroupState",
                `Global Replication Group ${datastoreId} is not available`,
            );
        }
        this.#promoting.add(datastoreId);
        clock.after(promotionMs, () => {
            this.#promoting.delete(datastoreId);
            this.#promoted(datastoreId, target);
        });
    }

    #promoted(datastoreId: string, target: Member): void {
        const { store, clock } = this.world;
        const datastore = datastoreOf(store, datastoreId);
        const resource = store.find(tokens.globalReplicationGroup, ({ id }) => id === datastoreId);
        if (datastore === undefined || resource === undefined) {
            return;
        }
        const link = this.#links.get(linkKey(datastore.primary, target));
        const nowMs = clock.now();
        this.#promotions.push({
            atMs: nowMs,
            datastoreId,
            from: datastore.primary.region,
            to: target.region,
            lostKeys: link?.pendingKeys.size ?? 0,
            lagSeconds: (nowMs - (link?.oldestMs ?? nowMs)) / 1000,
        });
        store.put({ ...resource, outputs: withPrimary(resource.outputs, target) });
    }

    /** Makes clusters and links what the account says they are. */
    #refresh(): void {
        const { store } = this.world;
        const wanted = new Map(
            store.list(tokens.replicationGroup).map((group) => [groupKey(group), group]),
        );
        for (const [key, group] of this.#groups) {
            if (!wanted.has(key)) {
                this.#groups.delete(key);
                this.#then(() => group.stop());
            }
        }
        for (const [key, resource] of wanted) {
            const group = this.#groups.get(key);
            if (group === undefined) {
                this.#add(key, resource);
            } else {
                group.resource = resource;
            }
        }
        this.#connect();
        for (const group of this.#groups.values()) {
            const { region, id } = group.resource;
            const datastore = datastoreWith(store, region, id);
            group.role =
                datastore === undefined || datastore.primary.region === region
                    ? "primary"
                    : "secondary";
        }
    }

    #add(key: string, resource: StoredResource): void {
        const group = new CacheGroup(this.world, this.deps.certificates, resource, (write) => {
            for (const link of this.#links.values()) {
                if (link.from === group) {
                    link.send(write);
                }
            }
        });
        this.#groups.set(key, group);
        this.#then(() => group.start());
    }

    /** A link for every secondary, from its datastore's primary; a new one starts with a whole copy. */
    #connect(): void {
        const wanted = new Map<string, readonly [CacheGroup, CacheGroup]>();
        for (const resource of this.world.store.list(tokens.globalReplicationGroup)) {
            const datastore = datastoreOf(this.world.store, resource);
            for (const secondary of datastore?.secondaries ?? []) {
                const from = this.#groups.get(groupKey(datastore?.primary.resource));
                const to = this.#groups.get(groupKey(secondary.resource));
                if (datastore !== undefined && from !== undefined && to !== undefined) {
                    wanted.set(linkKey(datastore.primary, secondary), [from, to]);
                }
            }
        }
        for (const [key, link] of this.#links) {
            if (!wanted.has(key)) {
                link.stop();
                this.#links.delete(key);
            }
        }
        for (const [key, [from, to]] of wanted) {
            if (!this.#links.has(key)) {
                const link = new ReplicationLink(this.world, from, to, (latencyMs) =>
                    this.#arrivals.push({ atMs: this.world.clock.now(), latencyMs }),
                );
                this.#links.set(key, link);
                link.copy();
            }
        }
    }

    /** Memory does not outlive its power; what comes back is copied from its primary, or stays cold. */
    #onFault(): void {
        const { faults, clock } = this.world;
        const dark = new Set(
            [...this.#groups.values()]
                .map(({ region }) => region)
                .filter((region) => faults.blackedOut(region)),
        );
        const lost = [...dark].filter((region) => !this.#dark.has(region));
        const back = [...this.#dark].filter((region) => !dark.has(region));
        this.#dark = dark;
        for (const group of lost.flatMap((region) => this.#in(region))) {
            const keys = group.keyspace.clear();
            const { region, id: groupId } = group.resource;
            this.#losses.push({ atMs: clock.now(), region, groupId, keys });
        }
        back.flatMap((region) => this.#in(region)).forEach((group) => group.restarted());
        for (const link of this.#links.values()) {
            // A primary that comes back empty makes its secondaries empty as well.
            if (back.includes(link.from.region) || back.includes(link.to.region)) {
                link.copy();
            }
        }
    }

    #in(region: string): readonly CacheGroup[] {
        return [...this.#groups.values()].filter((group) => group.region === region);
    }

    #ageSeconds(links: readonly ReplicationLink[]): number {
        const nowMs = this.world.clock.now();
        return Math.max(0, ...links.map((link) => (nowMs - (link.oldestMs ?? nowMs)) / 1000));
    }

    /** https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html */
    #publish(): void {
        const nowMs = this.world.clock.now();
        const put = (region: string, groupId: string, metric: string, value: number): void =>
            this.deps.metrics.put({
                region,
                namespace: "AWS/ElastiCache",
                metric,
                dimensions: { CacheClusterId: `${groupId}-001` },
                value,
            });
        for (const { region, resource, counts, keyspace } of this.#groups.values()) {
            if (this.world.faults.blackedOut(region)) {
                continue;
            }
            const { hits, misses, rate } = counts.between(nowMs - metricPeriodMs, nowMs);
            put(region, resource.id, "CacheHits", hits);
            put(region, resource.id, "CacheMisses", misses);
            put(region, resource.id, "CurrItems", keyspace.entries().length);
            if (rate !== undefined) {
                put(region, resource.id, "CacheHitRate", rate * 100);
            }
        }
        for (const [key, link] of this.#links) {
            if (!this.world.faults.blackedOut(link.to.region)) {
                const groupId = key.split("/").at(-1) ?? "";
                put(
                    link.to.region,
                    groupId,
                    "GlobalDatastoreReplicationLag",
                    this.#ageSeconds([link]),
                );
            }
        }
    }

    #then(work: () => Promise<void>): void {
        this.#settled = this.#settled.then(work).catch((error: unknown) => {
            this.#failure = error as Error;
        });
    }
}

function groupKey(resource: StoredResource | undefined): string {
    return `${resource?.region}/${resource?.id}`;
}

function linkKey(from: Member, to: Member): string {
    return `${from.region}/${from.groupId}>${to.region}/${to.groupId}`;
}
