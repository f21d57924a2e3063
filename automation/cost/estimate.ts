import { isBillable, isFree } from "./freeTypes";
import {
    hoursPerMonth,
    textOf,
    type CostContext,
    type CostResource,
    type CostRule,
    type Line,
} from "./pricedResource";
import { priceIn, type Price, type PriceTable } from "./priceTable";
import { computeRules } from "./rules/compute";
import { dataRules } from "./rules/data";
import { operationsRules } from "./rules/operations";
import { systemOf, votesSystem } from "./systems";
import type { Usage } from "./usage";

/** One item of the bill. US dollars a month. */
export interface CostItem {
    readonly stack: string;
    readonly system: string;
    readonly resource: string;
    readonly region: string;
    readonly price: string;
    readonly quantity: number;
    readonly unit: string;
    readonly usd: number;
    readonly standing: boolean;
}

/** What the estimate leaves out because it does not know what it costs. */
export interface Unpriced {
    readonly type: string;
    readonly count: number;
    /** Ids and regions the price table lacks; empty when there is no rule for the type. */
    readonly missingPrices: readonly string[];
}

export interface Estimate {
    readonly items: readonly CostItem[];
    readonly unpriced: readonly Unpriced[];
    /** Every figure that was used, each once. */
    readonly prices: readonly Price[];
    readonly totalUsd: number;
    readonly byStack: Readonly<Record<string, number>>;
    readonly bySystem: Readonly<Record<string, number>>;
    readonly standing: StandingCapacity;
    readonly votes: VotesCost;
}

/** Capacity that runs whether or not it is used, so that the rest suffices when a region is lost. */
export interface StandingCapacity {
    /** What it costs, by region. */
    readonly byRegion: Readonly<Record<string, number>>;
    /** What of it is there for the users of a region that is lost: the usage's `sparePercent`. */
    readonly addsUsd: number;
}

/** The vote mechanism against what AWS sells for the same. US dollars a month. */
export interface VotesCost {
    readonly usd: number;
    /** An ARC cluster, and a health check for each region's routing control; undefined without a price. */
    readonly routingControlsUsd: number | undefined;
    /** A Region switch plan, and a health check for each region; undefined without a price. */
    readonly regionSwitchUsd: number | undefined;
}

export interface EstimateRequest {
    /** Every region of the estate. */
    readonly regions: readonly string[];
    /** Where what belongs to no region is billed. */
    readonly home: string;
    readonly resources: readonly CostResource[];
    readonly prices: PriceTable;
    readonly usage: Usage;
}

const rules: Readonly<Record<string, CostRule>> = {
    ...computeRules,
    ...dataRules,
    ...operationsRules,
};

/** What the resources cost in a month. Pure: the same resources, prices and usage cost the same. */
export function estimate(request: EstimateRequest): Estimate {
    const items: CostItem[] = [];
    const used = new Map<string, Price>();
    const unpriced = new Map<string, { count: number; missing: Set<string> }>();
    const leftOut = (type: string, missing?: string): void => {
        const held = unpriced.get(type) ?? { count: 0, missing: new Set<string>() };
        unpriced.set(type, held);
        held.count++;
        if (missing !== undefined) {
            held.missing.add(missing);
        }
    };
    const price = (id: string, region: string): Price | undefined => {
        const found = priceIn(request.prices, id, region);
        if (found !== undefined) {
            used.set(`${id} ${region}`, found);
        }
        return found;
    };
    for (const resource of request.resources.filter(({ type }) => isBillable(type))) {
        const rule = Object.hasOwn(rules, resource.type) ? rules[resource.type] : undefined;
        if (rule === undefined) {
            if (!isFree(resource.type)) {
                leftOut(resource.type);
            }
            continue;
        }
        const context = contextOf(resource, request);
        const missing = new Set<string>();
        for (const line of rule(resource, context).filter(({ quantity }) => quantity > 0)) {
            const region = line.region ?? context.region;
            const found = price(line.price, region);
            if (found === undefined) {
                missing.add(`${line.price} in ${region}`);
            } else {
                items.push(itemOf(resource, line, region, found));
            }
        }
        for (const one of missing) {
            leftOut(resource.type, one);
        }
    }
    const totalUsd = sum(items);
    return {
        items,
        totalUsd,
        byStack: grouped(items, ({ stack }) => stack),
        bySystem: grouped(items, ({ system }) => system),
        standing: standingOf(items, request.usage),
        votes: votesOf(items, request.regions.length, (id) => price(id, request.home)),
        unpriced: [...unpriced]
            .map(([type, { count, missing }]) => ({
                type,
                count,
                missingPrices: [...missing].sort(),
            }))
            .sort((a, b) => (a.type < b.type ? -1 : 1)),
        // After everything that asks for a price.
        prices: [...used.values()].sort((a, b) =>
            `${a.id} ${a.region}` < `${b.id} ${b.region}` ? -1 : 1,
        ),
    };
}

function contextOf(resource: CostResource, request: EstimateRequest): CostContext {
    const own = textOf(resource.properties, "region");
    const region = request.regions.includes(resource.stack) ? resource.stack : request.home;
    return {
        usage: request.usage,
        regions: request.regions,
        region: own === "" ? region : own,
        neighbours: request.resources.filter(({ stack }) => stack === resource.stack),
    };
}

function itemOf(resource: CostResource, line: Line, region: string, price: Price): CostItem {
    return {
        stack: resource.stack,
        system: systemOf(resource),
        resource: `${resource.type} ${resource.name}`,
        region,
        price: line.price,
        quantity: line.quantity,
        unit: price.unit,
        usd: line.quantity * price.usd,
        standing: line.standing === true,
    };
}

function standingOf(items: readonly CostItem[], usage: Usage): StandingCapacity {
    const standing = items.filter((item) => item.standing);
    return {
        byRegion: grouped(standing, ({ region }) => region),
        addsUsd: (sum(standing) * usage.sparePercent) / 100,
    };
}

function votesOf(
    items: readonly CostItem[],
    regions: number,
    price: (id: string) => Price | undefined,
): VotesCost {
    const check = price("health-check")?.usd;
    const cluster = price("routing-control-cluster")?.usd;
    const plan = price("region-switch-plan")?.usd;
    const withChecks = (usd: number | undefined): number | undefined =>
        usd === undefined || check === undefined ? undefined : usd + check * regions;
    return {
        usd: sum(items.filter(({ system }) => system === votesSystem)),
        routingControlsUsd: withChecks(cluster === undefined ? undefined : cluster * hoursPerMonth),
        regionSwitchUsd: withChecks(plan),
    };
}

function grouped(
    items: readonly CostItem[],
    key: (item: CostItem) => string,
): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const item of items) {
        sums[key(item)] = (sums[key(item)] ?? 0) + item.usd;
    }
    return Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sum(items: readonly CostItem[]): number {
    return items.reduce((total, { usd }) => total + usd, 0);
}
