import * as pulumi from "@pulumi/pulumi";

import { aliasPair } from "./aliasPair";
import type { DomainNames } from "./domainNames";
import { loadBalancerOf } from "./routedRegions";
import type { RoutedRegion } from "./routingPolicy";

export interface WriteRecordsArgs {
    readonly zoneId: string;
    readonly names: DomainNames;
    readonly regions: readonly RoutedRegion[];
    /** Ids of the in-service checks, by region. */
    readonly inService: Readonly<Record<string, pulumi.Input<string>>>;
    readonly writer: string;
    readonly standby: string;
    /** What comes first: a name must not lead to a region that does not write yet. */
    readonly after: readonly pulumi.Resource[];
}

/**
 * The name of what must have one writer. The standby answers while the writer is out of service; when
 * both are, Route 53 answers with the writer. Which region writes is configuration, and nothing else
 * in the program knows it.
 */
export class WriteRecords extends pulumi.ComponentResource {
    constructor(name: string, args: WriteRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:WriteRecords", name, {}, opts);

        for (const [role, region] of [
            ["PRIMARY", args.writer],
            ["SECONDARY", args.standby],
        ] as const) {
            const healthCheckId = args.inService[region];
            if (healthCheckId === undefined) {
                throw new Error(`no in-service check was made for ${region}`);
            }
            aliasPair(
                `write-${role.toLowerCase()}`,
                {
                    zoneId: args.zoneId,
                    name: args.names.write,
                    setIdentifier: role.toLowerCase(),
                    failoverRoutingPolicies: [{ type: role }],
                    healthCheckId,
                    target: {
                        ...loadBalancerOf(args.regions, region),
                        evaluateTargetHealth: true,
                    },
                },
                { parent: this, dependsOn: [...args.after] },
            );
        }

        this.registerOutputs();
    }
}
