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
    readonly deletionProtection: boolean;
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
 * - `in-service-R`: it answers, and fewer than a quorum of the others say so. Records for R carry it.
 * - `lever-S`: S's votes can be read at all: the positive control of its vote checks.
 *
 * The names are known to whoever reads the tally, so they do not follow the component's.
 */
export class HealthChecks extends pulumi.ComponentResource {
    readonly endpoint: Ids;
    /** By voting region, then by the region it votes on. */
    readonly vote: Readonly<Record<string, Ids>>;
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
                    (candidate) => this.createVote(voter, candidate, args.deletionProtection),
                ),
            ]),
        );
        this.inService = byRegion(names, (_, index) =>
            this.createInService(regions[index] as CheckedRegion, names, args),
        );
        this.lever = byRegion(names, (_, index) =>
            this.createLever(regions[index] as CheckedRegion),
        );

        this.registerOutputs({
            endpoint: this.endpoint,
            vote: this.vote,
            inService: this.inService,
            lever: this.lever,
        });
    }

    private createEndpoint(
        region: CheckedRegion,
        healthPath: string,
        suffix = "",
    ): pulumi.Output<string> {
        return this.create(`endpoint-${region.region}${suffix}`, {
            type: "HTTPS",
            fqdn: region.loadBalancerDnsName,
            resourcePath: healthPath,
            // Three misses in a row: a lost packet is no lost region.
            failureThreshold: 3,
            ...this.probe(),
            // The name is the load balancer's own, and in no certificate of ours: with it in the handshake
            // a checker shakes hands twice.
            enableSni: false,
        });
    }

    /**
     * Protected: a new check is healthy until its checkers have looked, and a new inverted one unhealthy. An
     * update that replaced the votes would evacuate every region until then.
     */
    private createVote(
        voter: CheckedRegion,
        candidate: string,
        protect: boolean,
    ): pulumi.Output<string> {
        return this.create(
            `vote-${voter.region}-${candidate}`,
            {
                type: "HTTPS_STR_MATCH",
                fqdn: voter.votesHost,
                resourcePath: `/votes/${candidate}`,
                searchString: "evacuate",
                invertHealthcheck: true,
                // The word cannot be there by accident: once is enough.
                failureThreshold: 1,
                ...this.probe(),
            },
            protect,
        );
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

    /**
     * One sum of votes and endpoint: a calculated check must not watch another calculated one.
     *
     * The endpoint counts as often as the quorum is large, by as many checks that ask the same, since a
     * check counts once: with it gone, all votes together are one short of the threshold; with it well,
     * so many votes as are a quorum are missed.
     *
     * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-calculated
     */
    private createInService(
        region: CheckedRegion,
        names: readonly string[],
        { quorum, healthPath }: HealthChecksArgs,
    ): pulumi.Output<string> {
        const voters = names.filter((voter) => voter !== region.region);
        const copies = Array.from({ length: quorum - 1 }, (_, index) =>
            this.createEndpoint(region, healthPath, `-copy${index + 2}`),
        );
        return this.create(`in-service-${region.region}`, {
            type: "CALCULATED",
            childHealthchecks: [
                known(this.endpoint, region.region),
                ...copies,
                ...voters.map((voter) => known(known(this.vote, voter), region.region)),
            ],
            childHealthThreshold: voters.length + 1,
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

    private create(
        name: string,
        args: route53.HealthCheckArgs,
        protect = false,
    ): pulumi.Output<string> {
        return new route53.HealthCheck(
            name,
            { ...args, tags: { Name: name } },
            { parent: this, protect },
        ).id;
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
