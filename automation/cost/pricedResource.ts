import type { Usage } from "./usage";

/** A resource as the engine has it: deployed, or as a preview would make it. */
export interface CostResource {
    readonly stack: string;
    readonly urn: string;
    /** Pulumi type token. */
    readonly type: string;
    /** Logical name. */
    readonly name: string;
    readonly properties: Readonly<Record<string, unknown>>;
}

/** What the rules know beside the resource itself. */
export interface CostContext {
    readonly usage: Usage;
    /** Every region of the estate. */
    readonly regions: readonly string[];
    /** Where the resource is billed. */
    readonly region: string;
    /** The resources of the same stack. */
    readonly neighbours: readonly CostResource[];
}

/** So much of something that has a price, in a month. */
export interface Line {
    /** Id in the price table. */
    readonly price: string;
    /** In the price's unit. */
    readonly quantity: number;
    /** @default where the resource is billed */
    readonly region?: string;
    /** Runs whether or not it is used, so that another region's users find room. @default false */
    readonly standing?: boolean;
}

/** What a resource is billed for. */
export type CostRule = (resource: CostResource, context: CostContext) => readonly Line[];

export const hoursPerMonth = 730;
export const secondsPerMonth = hoursPerMonth * 3600;
const million = 1_000_000;

export function millions(count: number): number {
    return count / million;
}

export function gigabytes(count: number, kilobytesEach: number): number {
    return (count * kilobytesEach) / million;
}

/** Requests that a region serves in a month. */
export function requestsPerRegion({ usage, regions }: CostContext): number {
    return (usage.requests * (1 - usage.edgeHitPercent / 100)) / regions.length;
}

/** A number among the properties; one that is missing or not yet known is the fallback. */
export function numberOf(
    properties: Readonly<Record<string, unknown>>,
    name: string,
    fallback: number,
): number {
    const value = properties[name];
    const number = typeof value === "string" && value !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number) ? number : fallback;
}

export function textOf(properties: Readonly<Record<string, unknown>>, name: string): string {
    const value = properties[name];
    return typeof value === "string" ? value : "";
}

export function listOf(
    properties: Readonly<Record<string, unknown>>,
    name: string,
): readonly Readonly<Record<string, unknown>>[] {
    const value = properties[name];
    return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}
