import type { Given } from "../support/judge";

/** As the engine names a resource of a test. */
export function urnOf({ type, name, urn }: Given): string {
    return urn ?? `urn:pulumi:test::meridian::${type}::${name ?? "it"}`;
}

export function vote(on: string, content: unknown): Given {
    return {
        type: "aws:s3/bucketObjectv2:BucketObjectv2",
        name: `votes-${on}`,
        props: { key: `votes/${on}`, content, region: "eu-west-1" },
    };
}

/** One of the two weighted records of a region's name. */
export function share(of: string, side: "home" | "away", weight: unknown): Given {
    return {
        type: "aws:route53/record:Record",
        name: `${of}-${side}-a`,
        props: {
            name: `${of}.app.example.com`,
            type: "A",
            setIdentifier: side,
            weightedRoutingPolicies: [{ weight }],
        },
    };
}

export function dial(of: string, percent: unknown): Given {
    return {
        type: "aws:globalaccelerator/endpointGroup:EndpointGroup",
        name: `dial-${of}`,
        props: { endpointGroupRegion: of, trafficDialPercentage: percent },
    };
}

export function writer(region: string, outOfService: readonly string[] = []): Given {
    return {
        type: "pulumi-nodejs:dynamic/meridian:GlobalWriter",
        name: "writer",
        props: { globalClusterIdentifier: "meridian", writer: region, outOfService },
    };
}

export function cachePrimary(region: string): Given {
    return {
        type: "pulumi-nodejs:dynamic/meridian:CachePrimary",
        name: "cache-primary",
        props: { datastoreId: "meridian", primary: region },
    };
}

export function writeName(to: string): Given {
    return {
        type: "aws:route53/record:Record",
        name: "write-primary-a",
        props: {
            name: "write.app.example.com",
            type: "A",
            setIdentifier: "primary",
            failoverRoutingPolicies: [{ type: "PRIMARY" }],
            aliases: [{ name: to }],
            healthCheckId: to,
        },
    };
}

/** The stack itself, with its outputs. */
export function stack(outputs: Readonly<Record<string, unknown>>): Given {
    return { type: "pulumi:pulumi:Stack", name: "meridian-global", props: { ...outputs } };
}

/** What leads users, while all regions are in service. */
export function global(): readonly Given[] {
    const regions = ["us-east-1", "eu-west-1", "ap-south-1", "ap-east-1"];
    return regions.flatMap((region) => [
        dial(region, 100),
        share(region, "home", 100),
        share(region, "away", 0),
    ]);
}
