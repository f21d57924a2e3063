import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

import { aliasPair } from "./aliasPair";
import type { DomainNames } from "./domainNames";
import { loadBalancerOf } from "./routedRegions";
import type { RoutedRegion } from "./routingPolicy";

export interface RegionRecordsArgs {
    readonly zoneId: string;
    readonly names: DomainNames;
    readonly regions: readonly RoutedRegion[];
    readonly region: RoutedRegion;
    /** Ids of the in-service checks, by region. */
    readonly inService: Readonly<Record<string, pulumi.Input<string>>>;
}

/** How soon a task learns that its region was voted out, seconds. */
const stateTtlSeconds = 10;

/**
 * One region's records: its place among all by latency, the split of its own users between itself and
 * the region that stands in, and what tells its tasks whether it is in service.
 *
 * The split latches like a vote: a share that nobody configured stays as it is.
 */
export class RegionRecords extends pulumi.ComponentResource {
    /** The region's entries among all, which others may lead to. */
    readonly worldRecords: readonly route53.Record[];
    /** As deployed. */
    readonly sharePercent: pulumi.Output<number>;

    constructor(name: string, args: RegionRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:RegionRecords", name, {}, opts);
        const { region } = args.region;

        const split = this.createSplit(args);
        this.worldRecords = aliasPair(
            `world-${region}`,
            {
                zoneId: args.zoneId,
                name: args.names.world,
                setIdentifier: region,
                latencyRoutingPolicies: [{ region }],
                ...checkedBy(args, region),
                target: {
                    name: args.names.region(region),
                    zoneId: args.zoneId,
                    evaluateTargetHealth: true,
                },
            },
            // Route 53 refuses an alias to a record that is not there yet.
            { parent: this, dependsOn: split.all },
        );
        this.createState(args);

        this.sharePercent = split.home.weightedRoutingPolicies.apply(
            (policies) => policies?.[0]?.weight ?? 0,
        );
        this.registerOutputs({ sharePercent: this.sharePercent });
    }

    /** All records of the split, and one whose weight is the region's share. */
    private createSplit(args: RegionRecordsArgs): {
        readonly all: route53.Record[];
        readonly home: route53.Record;
    } {
        const { region, away, sharePercent } = args.region;
        const opts: pulumi.CustomResourceOptions = {
            parent: this,
            ignoreChanges: sharePercent === undefined ? ["weightedRoutingPolicies"] : [],
        };
        const share = sharePercent ?? 100;
        const common = { zoneId: args.zoneId, name: args.names.region(region) };
        const home = aliasPair(
            `${region}-home`,
            {
                ...common,
                setIdentifier: "home",
                weightedRoutingPolicies: [{ weight: share }],
                target: { ...loadBalancerOf(args.regions, region), evaluateTargetHealth: true },
            },
            opts,
        );
        const awayPair = aliasPair(
            `${region}-away`,
            {
                ...common,
                setIdentifier: "away",
                weightedRoutingPolicies: [{ weight: 100 - share }],
                // Users who are sent away must not land in a region that was voted out.
                ...checkedBy(args, away),
                target: { ...loadBalancerOf(args.regions, away), evaluateTargetHealth: true },
            },
            opts,
        );
        return { all: [...home, ...awayPair], home: home[0] as route53.Record };
    }

    /** Kept-alive connections outlive every change of DNS; a task that reads `evacuated` ends them. */
    private createState(args: RegionRecordsArgs): void {
        const { region } = args.region;
        for (const [role, state, check] of [
            ["PRIMARY", "in-service", checkedBy(args, region)],
            ["SECONDARY", "evacuated", {}],
        ] as const) {
            new route53.Record(
                `state-${region}-${role.toLowerCase()}`,
                {
                    zoneId: args.zoneId,
                    name: args.names.state(region),
                    type: "TXT",
                    ttl: stateTtlSeconds,
                    records: [state],
                    setIdentifier: state,
                    failoverRoutingPolicies: [{ type: role }],
                    ...check,
                },
                { parent: this },
            );
        }
    }
}

function checkedBy(args: RegionRecordsArgs, region: string) {
    const healthCheckId = args.inService[region];
    if (healthCheckId === undefined) {
        throw new Error(`no in-service check was made for ${region}`);
    }
    return { healthCheckId };
}
