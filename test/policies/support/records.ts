import type { Given } from "./judge";

type Props = Readonly<Record<string, unknown>>;

/** An `aws.route53.Record` as a program writes it; told from its siblings by its setIdentifier. */
export function record(name: string, props: Props): Given {
    const own = [name, props["type"] ?? "A", props["setIdentifier"]];
    return {
        type: "aws:route53/record:Record",
        name: own.filter((part) => typeof part === "string").join(" "),
        props: { zoneId: "Z1", name, type: "A", ...props },
    };
}

/** A health check whose id is its name. */
export function healthCheck(name: string, props: Props): Given {
    return {
        type: "aws:route53/healthCheck:HealthCheck",
        name,
        props: { id: name, type: "HTTPS", ...props },
    };
}

/** An alias to a name of the zone. */
export const toName = (name: string, evaluateTargetHealth = true): Props => ({
    aliases: [{ name, zoneId: "Z1", evaluateTargetHealth }],
});

/** An alias to the load balancer of a region. */
export const toBalancer = (region: string): Props => ({
    aliases: [
        {
            name: `dualstack.web-1.${region}.elb.amazonaws.com`,
            zoneId: "Z35SXDOTRQ7X7K",
            evaluateTargetHealth: true,
        },
    ],
});

export const byLatency = (region: string): Props => ({
    setIdentifier: region,
    latencyRoutingPolicies: [{ region }],
});

export const byPlace = (setIdentifier: string, place: Props): Props => ({
    setIdentifier,
    geolocationRoutingPolicies: [place],
});

export const byWeight = (setIdentifier: string, weight: unknown): Props => ({
    setIdentifier,
    weightedRoutingPolicies: [{ weight }],
});

export const byRole = (type: string): Props => ({
    setIdentifier: type.toLowerCase(),
    failoverRoutingPolicies: [{ type }],
});
