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
        super("meridian:components:GeographyRecords", name, args, opts);

        this.createEntry("default", args, { country: "*" }, args.names.world, true);
        for (const rule of args.residency) {
            const id = rule.code.toLowerCase();
            const target = args.names.geography(rule.code);
            // A strict geography never looks unhealthy from above: Route 53 would otherwise answer for
            // the next larger place, and the users would leave.
            this.createEntry(id, args, placeOf(rule), target, rule.mode === "prefer");
            if (rule.mode === "strict") {
                this.createStrict(`geo-${id}`, args, rule);
            } else {
                aliasPair(
                    `geo-${id}`,
                    {
                        zoneId: args.zoneId,
                        name: target,
                        target: {
                            name: args.names.world,
                            zoneId: args.zoneId,
                            evaluateTargetHealth: true,
                        },
                    },
                    { parent: this },
                );
            }
        }

        this.registerOutputs();
    }

    private createEntry(
        id: string,
        args: GeographyRecordsArgs,
        place: { continent: string } | { country: string },
        target: string,
        evaluateTargetHealth: boolean,
    ): void {
        aliasPair(
            `app-${id}`,
            {
                zoneId: args.zoneId,
                name: args.names.application,
                setIdentifier: id,
                geolocationRoutingPolicies: [place],
                target: { name: target, zoneId: args.zoneId, evaluateTargetHealth },
            },
            { parent: this },
        );
    }

    /** To the load balancers themselves: a region's own name may send a share of its users elsewhere. */
    private createStrict(name: string, args: GeographyRecordsArgs, rule: Residency): void {
        for (const region of [...(rule.regions ?? [])].sort()) {
            const healthCheckId = args.inService[region];
            if (healthCheckId === undefined) {
                throw new Error(`no in-service check was made for ${region}`);
            }
            aliasPair(
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
        }
    }
}
