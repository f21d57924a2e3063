import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

import { checkerRegionsFor } from "./checkerRegions";

export interface CheckedRegion {
    readonly region: string;
    /** The load balancer's own name: a check of ours must not depend on our own records. */
    readonly loadBalancerDnsName: pulumi.Input<string>;
    /** Host that serves the region's votes. */
    readonly votesHost: pulumi.Input<string>;
}

export interface HealthChecksArgs {
    readonly regions: readonly CheckedRegion[];
    /** How many of the other regions must say `evacuate` before a region leaves service. */
    readonly quorum: number;
    readonly healthPath: string;
}

type Ids = Readonly<Record<string, pulumi.Output<string>>>;

/** Seconds between two looks of one checker: the shorter of the two that Route 53 offers. */
const intervalSeconds = 10;

/**
 * The health checks that decide whether a region is in service:
 *
 * - `endpoint-R`: R's load balancer answers.
 * - `vote-S-R`: S does *not* say that R should be evacuated. Inverted, so that a region that cannot be
 *   read casts no vote: a dying survivor can never evacuate anybody.
 * - `not-evacuated-R`: fewer than a quorum of the others say so.
 * - `in-service-R`: both. Records for R carry it.
 * - `lever-S`: S's votes can be read at all: the positive control of its vote checks.
 *
 * The names are known to whoever reads the tally, so they do not follow the component's.
 */
export class HealthChecks extends pulumi.ComponentResource {
    readonly endpoint: Ids;
    /** By voting region, then by the region it votes on. */
    readonly vote: Readonly<Record<string, Ids>>;
    readonly notEvacuated: Ids;
    readonly inService: Ids;
    readonly lever: Ids;

    readonly #checkerRegions: readonly string[];

    constructor(name: string, args: HealthChecksArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:HealthChecks", name, {}, opts);

        const regions = [...args.regions].sort((a, b) => (a.region < b.region ? -1 : 1));
        const names = regions.map(({ region }) => region);
        this.#checkerRegions = checkerRegionsFor(names);

        this.endpoint = byRegion(names, (_, index) =>
            this.createEndpoint(regions[index] as CheckedRegion, args.healthPath),
        );
        this.vote = Object.fromEntries(
            regions.map((voter) => [
                voter.region,
                byRegion(
                    names.filter((region) => region !== voter.region),
                    (candidate) => this.createVote(voter, candidate),
                ),
            ]),
        );
        this.notEvacuated = byRegion(names, (region) =>
            this.createTally(region, names, args.quorum),
        );
        this.inService = byRegion(names, (region) => this.createInService(region));
        this.lever = byRegion(names, (_, index) =>
            this.createLever(regions[index] as CheckedRegion),
        );

        this.registerOutputs({
            endpoint: this.endpoint,
            vote: this.vote,
            notEvacuated: this.notEvacuated,
            inService: this.inService,
            lever: this.lever,
        });
    }

    private createEndpoint(region: CheckedRegion, healthPath: string): pulumi.Output<string> {
        return this.create(`endpoint-${region.region}`, {
            type: "HTTPS",
            fqdn: region.loadBalancerDnsName,
            resourcePath: healthPath,
            // Three misses in a row: a lost packet is no lost region.
            failureThreshold: 3,
            ...this.probe(),
        });
    }

    private createVote(voter: CheckedRegion, candidate: string): pulumi.Output<string> {
        return this.create(`vote-${voter.region}-${candidate}`, {
            type: "HTTPS_STR_MATCH",
            fqdn: voter.votesHost,
            resourcePath: `/votes/${candidate}`,
            searchString: "evacuate",
            invertHealthcheck: true,
            // The word cannot be there by accident: once is enough.
            failureThreshold: 1,
            ...this.probe(),
        });
    }

    private createLever(voter: CheckedRegion): pulumi.Output<string> {
        return this.create(`lever-${voter.region}`, {
            type: "HTTPS_STR_MATCH",
            fqdn: voter.votesHost,
            resourcePath: "/votes/self-test",
            searchString: "evacuate",
            failureThreshold: 3,
            ...this.probe(),
        });
    }

    private createTally(
        region: string,
        names: readonly string[],
        quorum: number,
    ): pulumi.Output<string> {
        const voters = names.filter((voter) => voter !== region);
        return this.create(`not-evacuated-${region}`, {
            type: "CALCULATED",
            childHealthchecks: voters.map((voter) => known(known(this.vote, voter), region)),
            // So many that the rest are one short of a quorum.
            childHealthThreshold: voters.length - quorum + 1,
        });
    }

    private createInService(region: string): pulumi.Output<string> {
        return this.create(`in-service-${region}`, {
            type: "CALCULATED",
            childHealthchecks: [known(this.endpoint, region), known(this.notEvacuated, region)],
            childHealthThreshold: 2,
        });
    }

    private probe() {
        return {
            port: 443,
            enableSni: true,
            requestInterval: intervalSeconds,
            regions: [...this.#checkerRegions],
        };
    }

    private create(name: string, args: route53.HealthCheckArgs): pulumi.Output<string> {
        return new route53.HealthCheck(name, { ...args, tags: { Name: name } }, { parent: this })
            .id;
    }
}

function byRegion<T>(
    regions: readonly string[],
    of: (region: string, index: number) => T,
): Readonly<Record<string, T>> {
    return Object.fromEntries(regions.map((region, index) => [region, of(region, index)]));
}

function known<T>(record: Readonly<Record<string, T>>, key: string): T {
    const value = record[key];
    if (value === undefined) {
        throw new Error(`no health check was made for ${key}`);
    }
    return value;
}
