import * as pulumi from "@pulumi/pulumi";

import { domainNames } from "./domainNames";
import { refuseProblems } from "./errors";
import { GeographyRecords } from "./geographyRecords";
import { HealthChecks } from "./healthChecks";
import { RegionRecords } from "./regionRecords";
import { routingProblems } from "./routingProblems";
import { WriteRecords } from "./writeRecords";

/** A region as routing sees it. */
export interface RoutedRegion {
    readonly region: string;
    /** Region that takes the rest of its users while its share is below 100. */
    readonly away: string;
    /**
     * Percent of its own users that it serves itself, 0 to 100.
     * @default the share it has; 100 to begin with
     */
    readonly sharePercent?: number;
    readonly loadBalancerDnsName: pulumi.Input<string>;
    /** Hosted zone that aliases to the load balancer name. */
    readonly loadBalancerZoneId: pulumi.Input<string>;
    /** Host that serves the region's votes. */
    readonly votesHost: pulumi.Input<string>;
}

/** Rules for the users of one continent or country. */
export interface Residency {
    /** A continent (AF, AN, AS, EU, NA, OC, SA) or else a country by its two letters. */
    readonly code: string;
    /** Needed where a country's letters are a continent's too. @default continent if there is one */
    readonly kind?: "continent" | "country";
    /**
     * `prefer`: the nearest region, and any other when that is lost.
     * `strict`: only `regions`, even when all of them are lost.
     */
    readonly mode: "prefer" | "strict";
    /** For `strict`: where these users may be served. */
    readonly regions?: readonly string[];
}

export interface RoutingPolicyArgs {
    readonly zoneId: string;
    readonly domain: string;
    /** Two or more. */
    readonly regions: readonly RoutedRegion[];
    /** How many of the other regions must say `evacuate`; at most all of them. */
    readonly quorum: number;
    /** Region that takes what must have one writer, and the one that stands in. */
    readonly writer: string;
    readonly standby: string;
    /** What must be done before the name of what must have one writer changes. @default nothing */
    readonly writeAfter?: readonly pulumi.Resource[];
    /** Geographies with rules of their own; everybody else goes by latency. */
    readonly residency: readonly Residency[];
    /** Path of the shallow health check, the same for all regions. */
    readonly healthPath: string;
    readonly deletionProtection: boolean;
}

/**
 * Every record that leads to the application, and the health checks that decide where. One policy per
 * name and type, as Route 53 wants it:
 *
 *     app.<domain>          geolocation  a record per geography with rules, and the default
 *       geo-<g>.app         prefer: to world.app; strict: its regions, by latency
 *         world.app         latency      a record per region -> <region>.app
 *           <region>.app    weighted     home: its load balancer; away: the one that stands in
 *     write.app.<domain>    failover     the writer, then the standby
 *     _state.<region>.app   failover     TXT: "in-service", else "evacuated"
 *
 * Nothing here changes during a failover: the health checks move the answers. After a vote, clients
 * follow within the interval of the checks and the 60 seconds that answers of load balancers live.
 *
 * Costs a few dollars a month per region for the checks, of n regions and a quorum of q:
 * qn + n(n-1) + n of endpoints, n calculated.
 */
export class RoutingPolicy extends pulumi.ComponentResource {
    readonly healthChecks: HealthChecks;
    readonly applicationName: string;
    readonly writeName: string;
    /** Percent of its own users that each region serves, as deployed. */
    readonly shares: Readonly<Record<string, pulumi.Output<number>>>;

    constructor(name: string, args: RoutingPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:RoutingPolicy", name, {}, opts);
        refuseProblems("routing policy", routingProblems(args), this);

        const names = domainNames(args.domain);
        const regions = [...args.regions].sort((a, b) => (a.region < b.region ? -1 : 1));
        this.healthChecks = new HealthChecks(`${name}-health`, args, { parent: this });
        const shared = {
            zoneId: args.zoneId,
            names,
            regions,
            inService: this.healthChecks.inService,
        };
        const shares: Record<string, pulumi.Output<number>> = {};
        const worldRecords = regions.flatMap((region) => {
            const records = new RegionRecords(
                `${name}-${region.region}`,
                { ...shared, region },
                { parent: this },
            );
            shares[region.region] = records.sharePercent;
            return records.worldRecords;
        });
        new GeographyRecords(
            `${name}-geography`,
            { ...shared, residency: args.residency, worldRecords },
            { parent: this },
        );
        new WriteRecords(
            `${name}-write`,
            {
                ...shared,
                writer: args.writer,
                standby: args.standby,
                after: args.writeAfter ?? [],
            },
            { parent: this },
        );

        this.applicationName = names.application;
        this.writeName = names.write;
        this.shares = shares;
        this.registerOutputs({
            applicationName: this.applicationName,
            writeName: this.writeName,
            shares: this.shares,
        });
    }
}
