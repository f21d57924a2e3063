import type { PolicyResource } from "@pulumi/policy";

import { elements, isSet, list, ofType, type Props, read, unknown } from "../../support";

const policyProperties = {
    weighted: "weightedRoutingPolicies",
    latency: "latencyRoutingPolicies",
    failover: "failoverRoutingPolicies",
    geolocation: "geolocationRoutingPolicies",
    geoproximity: "geoproximityRoutingPolicy",
    cidr: "cidrRoutingPolicy",
    multivalue: "multivalueAnswerRoutingPolicy",
} as const;

export type RoutingPolicyName = keyof typeof policyProperties;

export interface RoutedRecord {
    readonly urn: string;
    readonly props: Props;
    readonly name: unknown;
    readonly type: unknown;
    readonly policy: RoutingPolicyName | undefined;
    readonly aliases: readonly Props[];
}

/** Every Route 53 record of the stack, with what the routing rules ask of it. */
export function records(resources: readonly PolicyResource[]): readonly RoutedRecord[] {
    return ofType([...resources], "aws:route53/record:Record").map(({ urn, props }) => ({
        urn,
        props: props as Props,
        name: withoutDot(read(() => props["name"])),
        type: read(() => props["type"]),
        policy: policyOf(props as Props),
        aliases: list(() => props["aliases"]),
    }));
}

function policyOf(props: Props): RoutingPolicyName | undefined {
    return (Object.keys(policyProperties) as RoutingPolicyName[]).find((policy) => {
        const value = read(() => props[policyProperties[policy]]);
        return Array.isArray(value) ? value.length > 0 : isSet(value) && value !== false;
    });
}

/** A geolocation record's place, most specific part; `*` is the default. */
export function placeOf(record: RoutedRecord): unknown {
    const [place] = list(() => record.props["geolocationRoutingPolicies"]);
    return place === undefined
        ? undefined
        : (read(() => place["subdivision"]) ??
              read(() => place["country"]) ??
              read(() => place["continent"]));
}

/** Whether Route 53 can see that what the record leads to is down. */
export function followsHealth(record: RoutedRecord): boolean {
    return (
        isSet(read(() => record.props["healthCheckId"])) ||
        // Whether it is an alias, and of what kind, shows in the update, and is judged there.
        read(() => record.props["aliases"]) === unknown ||
        elements(() => record.props["aliases"]).includes(unknown) ||
        (record.aliases.length > 0 &&
            record.aliases.every((alias) => {
                const evaluates = read(() => alias["evaluateTargetHealth"]);
                return evaluates === true || evaluates === unknown;
            }))
    );
}

export function targetOf(record: RoutedRecord): unknown {
    const [alias] = record.aliases;
    return alias === undefined ? undefined : withoutDot(read(() => alias["name"]));
}

function withoutDot(name: unknown): unknown {
    return typeof name === "string" ? name.replace(/\.$/, "").toLowerCase() : name;
}
