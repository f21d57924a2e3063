import { recordSetOf } from "../../../../sandbox/aws/route53/recordSet";
import { geographies } from "../../../../sandbox/world/geography";
import { answer } from "../../../../sandbox/world/dns/evaluator";
import type { AccountView, Answer, Client, Zone } from "../../../../sandbox/world/dns/types";
import { type CidrBlocks, zoneOf } from "../../../../sandbox/world/dns/zoneOf";
import type { Props } from "../../../../sandbox/world/store";

export const zoneId = "Z0123456789EXAMPLE";
export const zoneName = "example.com";

/** A zone of records as a Pulumi program declares them. */
export function zoneWith(records: readonly Props[], cidrBlocks?: CidrBlocks): Zone {
    return zoneOf(
        { id: zoneId, name: zoneName, nameServers: ["ns-1.example.com"] },
        records.map((props) => recordSetOf({ type: "A", ...props }, zoneName)),
        cidrBlocks,
    );
}

/** An address record; `policy` adds what routes it. */
export function address(name: string, value: string, policy: Props = {}): Props {
    return { name, ttl: 30, records: [value], setIdentifier: value, ...policy };
}

/** An alias to a record of the zone. */
export function alias(name: string, target: string, policy: Props = {}): Props {
    return {
        name,
        aliases: [{ name: target, zoneId, evaluateTargetHealth: true }],
        setIdentifier: target,
        ...policy,
    };
}

export const weight = (value: number): Props => ({ weightedRoutingPolicies: [{ weight: value }] });
export const latency = (region: string): Props => ({ latencyRoutingPolicies: [{ region }] });
export const failover = (type: string): Props => ({ failoverRoutingPolicies: [{ type }] });
export const geolocation = (place: Props): Props => ({ geolocationRoutingPolicies: [place] });
export const geoproximity = (awsRegion: string, bias: number): Props => ({
    geoproximityRoutingPolicy: { awsRegion, bias },
});
export const ipBased = (locationName: string): Props => ({
    cidrRoutingPolicy: { collectionId: "collection", locationName },
});
export const multivalue: Props = { multivalueAnswerRoutingPolicy: true };

/** An account in which the named checks and balancers are down and everything else is well. */
export function accountWithout(...down: readonly string[]): AccountView {
    return {
        healthCheckHealthy: (id) => !down.includes(id),
        targetHealthy: (name) => !down.includes(name),
        addressesOf: (name) => {
            const region = /^lb\.(.+)\.elb\.amazonaws\.com$/.exec(name)?.[1];
            return region === undefined ? undefined : [`lb:${region}`];
        },
        differsByClient: () => false,
    };
}

export function clientFrom(code: string): Client {
    const geography = geographies.find((entry) => entry.code === code);
    return geography === undefined
        ? {}
        : {
              geography,
              address: `100.${64 + geographies.indexOf(geography)}.0.0`,
              prefixLength: 24,
          };
}

export interface Ask {
    readonly type?: string;
    readonly down?: readonly string[];
    /** Geography code. */
    readonly from?: string;
    readonly client?: Client;
    readonly random?: () => number;
}

export function ask(zone: Zone, name: string, options: Ask = {}): Answer {
    return answer(zone, accountWithout(...(options.down ?? [])), {
        name: `${name}.${zoneName}`.replace(/^\./, ""),
        type: options.type ?? "A",
        client: options.client ?? clientFrom(options.from ?? ""),
        random: options.random ?? (() => 0),
    });
}

/** Values of the answer. */
export function valuesOf(zone: Zone, name: string, options: Ask = {}): readonly string[] {
    return ask(zone, name, options).answers.map(({ value }) => value);
}
