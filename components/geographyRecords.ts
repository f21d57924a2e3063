import type * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

import { aliasPair } from "./aliasPair";
import type { DomainNames } from "./domainNames";
import { loadBalancerOf } from "./routedRegions";
import type { Residency, RoutedRegion } from "./routingPolicy";

export interface GeographyRecordsArgs {
    readonly zoneId: string;
    readonly names: DomainNames;
    readonly regions: readonly RoutedRegion[];
    readonly residency: readonly Residency[];
    /** Ids of the in-service checks, by region. */
    readonly inService: Readonly<Record<string, pulumi.Input<string>>>;
    /** The regions' entries among all: what the records here lead to. */
    readonly worldRecords: readonly route53.Record[];
}

/** @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_GeoLocation.html */
export const continents = ["AF", "AN", "AS", "EU", "NA", "OC", "SA"] as const;

/** Route 53's place for a residency rule. */
export function placeOf(
    rule: Pick<Residency, "code" | "kind">,
): { continent: string } | { country: string } {
    const isContinent = (continents as readonly string[]).includes(rule.code);
    return (rule.kind ?? (isContinent ? "continent" : "country")) === "continent"
        ? { continent: rule.code }
        : { country: rule.code };
}

/**
 * The name that users ask for: a record per geography with rules of its own, and always a default,
 * without which everybody else would get no answer at all.
 */
export class GeographyRecords extends pulumi.ComponentResource {
    constructor(name: string, args: GeographyRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:GeographyRecords", name, {}, opts);

        const world = { name: args.names.world, records: args.worldRecords };
        this.createEntry("default", args, { country: "*" }, world, true);
        for (const rule of args.residency) {
            const id = rule.code.toLowerCase();
            const name = args.names.geography(rule.code);
            const records =
                rule.mode === "strict"
                    ? this.createStrict(`geo-${id}`, args, rule)
                    : this.createPreferred(`geo-${id}`, args, name);
            // A strict geography never looks unhealthy from above: Route 53 would otherwise answer for
            // the next larger place, and the users would leave.
            this.createEntry(id, args, placeOf(rule), { name, records }, rule.mode === "prefer");
        }

        this.registerOutputs();
    }

    private createEntry(
        id: string,
        args: GeographyRecordsArgs,
        place: { continent: string } | { country: string },
        target: { readonly name: string; readonly records: readonly route53.Record[] },
        evaluateTargetHealth: boolean,
    ): void {
        aliasPair(
            `app-${id}`,
            {
                zoneId: args.zoneId,
                name: args.names.application,
                setIdentifier: id,
                geolocationRoutingPolicies: [place],
                target: { name: target.name, zoneId: args.zoneId, evaluateTargetHealth },
            },
            // Route 53 refuses an alias to a record that is not there yet.
            { parent: this, dependsOn: [...target.records] },
        );
    }

    /** To every region, nearest first. */
    private createPreferred(
        id: string,
        args: GeographyRecordsArgs,
        name: string,
    ): readonly route53.Record[] {
        return aliasPair(
            id,
            {
                zoneId: args.zoneId,
                name,
                target: {
                    name: args.names.world,
                    zoneId: args.zoneId,
                    evaluateTargetHealth: true,
                },
            },
            { parent: this, dependsOn: [...args.worldRecords] },
        );
    }

    /** To the load balancers themselves: a region's own name may send a share of its users elsewhere. */
    private createStrict(
        name: string,
        args: GeographyRecordsArgs,
        rule: Residency,
    ): readonly route53.Record[] {
        return [...(rule.regions ?? [])].sort().flatMap((region) => {
            const healthCheckId = args.inService[region];
            if (healthCheckId === undefined) {
                throw new Error(`no in-service check was made for ${region}`);
            }
            return aliasPair(
                `${name}-${region}`,
                {
                    zoneId: args.zoneId,
                    name: args.names.geography(rule.code),
                    setIdentifier: region,
                    latencyRoutingPolicies: [{ region }],
                    healthCheckId,
                    target: {
                        ...loadBalancerOf(args.regions, region),
                        evaluateTargetHealth: true,
                    },
                },
                { parent: this },
            );
        });
    }
}
