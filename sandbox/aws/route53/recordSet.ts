import type { Props } from "../../world/store";
import { flag, given, number, record, records, text, texts } from "../support/known";

/** One resource record set, as Route 53 keeps it; the shape that rules and answers are about. */
export interface RecordSet {
    /** Full name in lower case, without the final dot. */
    readonly name: string;
    readonly type: string;
    readonly setIdentifier?: string;
    /** Seconds. */
    readonly ttl?: number;
    /** Values as on the wire: TXT in quotation marks. */
    readonly values?: readonly string[];
    readonly alias?: AliasTarget;
    readonly failover?: string;
    readonly weight?: number;
    /** Latency routing's region. */
    readonly region?: string;
    readonly geolocation?: Geolocation;
    readonly geoproximity?: Props;
    readonly cidr?: Props;
    readonly multivalue?: boolean;
    readonly healthCheckId?: string;
}

export interface AliasTarget {
    /** In lower case, without the final dot. */
    readonly name: string;
    readonly zoneId: string;
    readonly evaluateTargetHealth: boolean;
}

export interface Geolocation {
    readonly continent?: string;
    /** ISO 3166-1 alpha-2 code, or `*` for everybody else. */
    readonly country?: string;
    readonly subdivision?: string;
}

export const recordType = "aws:route53/record:Record";
export const healthCheckType = "aws:route53/healthCheck:HealthCheck";
export const zoneType = "aws:route53/zone:Zone";

/** A DNS name as names are compared: lower case, no final dot, `\052` read as `*`. */
export function canonicalName(name: string): string {
    return name
        .toLowerCase()
        .replace(/\.$/, "")
        .replace(/^\\052/, "*");
}

/** A record's name within its zone: a name outside it is taken as relative, as the provider does. */
export function fullName(name: string, zoneName: string): string {
    const own = canonicalName(name);
    const zone = canonicalName(zoneName);
    if (zone === "" || own === zone || own.endsWith(`.${zone}`)) {
        return own;
    }
    return own === "" || own === "@" ? zone : `${own}.${zone}`;
}

/** Reads the inputs or outputs of an `aws:route53/record:Record`. Anything unknown or missing is left out. */
export function recordSetOf(props: Props, zoneName: string): RecordSet {
    const type = (text(props, "type") ?? "").toUpperCase();
    const alias = records(props, "aliases")[0];
    const geolocation = records(props, "geolocationRoutingPolicies")[0];
    const values = texts(props, "records");
    return {
        name: fullName(text(props, "name") ?? "", zoneName),
        type,
        ...optional("setIdentifier", text(props, "setIdentifier")),
        ...optional("ttl", number(props, "ttl")),
        ...(given(props, "records") ? { values: values.map((value) => onWire(type, value)) } : {}),
        ...(alias === undefined
            ? {}
            : {
                  alias: {
                      name: canonicalName(text(alias, "name") ?? ""),
                      zoneId: text(alias, "zoneId") ?? "",
                      evaluateTargetHealth: flag(alias, "evaluateTargetHealth") ?? false,
                  },
              }),
        ...optional("failover", text(records(props, "failoverRoutingPolicies")[0], "type")),
        ...optional("weight", number(records(props, "weightedRoutingPolicies")[0], "weight")),
        ...optional("region", text(records(props, "latencyRoutingPolicies")[0], "region")),
        ...(geolocation === undefined
            ? {}
            : {
                  geolocation: {
                      ...optional("continent", text(geolocation, "continent")),
                      ...optional("country", text(geolocation, "country")),
                      ...optional("subdivision", text(geolocation, "subdivision")),
                  },
              }),
        ...optional("geoproximity", record(props, "geoproximityRoutingPolicy")),
        ...optional("cidr", record(props, "cidrRoutingPolicy")),
        ...optional("multivalue", flag(props, "multivalueAnswerRoutingPolicy") || undefined),
        ...optional("healthCheckId", text(props, "healthCheckId")),
    };
}

/** The inputs of an `aws:route53/record:Record` that say the same; the inverse of `recordSetOf`. */
export function recordProps(set: RecordSet, zoneId: string): Props {
    return {
        zoneId,
        name: set.name,
        type: set.type,
        ...optional("setIdentifier", set.setIdentifier),
        ...optional("ttl", set.ttl),
        ...optional(
            "records",
            set.values?.map((value) => offWire(set.type, value)),
        ),
        ...(set.alias === undefined ? {} : { aliases: [set.alias] }),
        ...(set.failover === undefined
            ? {}
            : { failoverRoutingPolicies: [{ type: set.failover }] }),
        ...(set.weight === undefined ? {} : { weightedRoutingPolicies: [{ weight: set.weight }] }),
        ...(set.region === undefined ? {} : { latencyRoutingPolicies: [{ region: set.region }] }),
        ...(set.geolocation === undefined ? {} : { geolocationRoutingPolicies: [set.geolocation] }),
        ...optional("geoproximityRoutingPolicy", set.geoproximity),
        ...optional("cidrRoutingPolicy", set.cidr),
        ...optional("multivalueAnswerRoutingPolicy", set.multivalue),
        ...optional("healthCheckId", set.healthCheckId),
    };
}

/** The provider's id of a record. */
export function recordId(zoneId: string, set: RecordSet): string {
    const parts = [zoneId, set.name, set.type];
    return [...parts, ...(set.setIdentifier === undefined ? [] : [set.setIdentifier])].join("_");
}

export const routingPolicies = [
    "simple",
    "weighted",
    "latency",
    "failover",
    "geolocation",
    "geoproximity",
    "cidr",
    "multivalue",
] as const;

export type RoutingPolicy = (typeof routingPolicies)[number];

/** The policies a record set names; exactly one unless it is invalid. */
export function policiesOf(set: RecordSet): readonly RoutingPolicy[] {
    const named: RoutingPolicy[] = [];
    const note = (policy: RoutingPolicy, value: unknown): void => {
        if (value !== undefined) {
            named.push(policy);
        }
    };
    note("weighted", set.weight);
    note("latency", set.region);
    note("failover", set.failover);
    note("geolocation", set.geolocation);
    note("geoproximity", set.geoproximity);
    note("cidr", set.cidr);
    note("multivalue", set.multivalue);
    return named.length === 0 ? ["simple"] : named;
}

const quoted = ["TXT", "SPF"];

/** The provider writes the quotation marks of TXT values itself. */
function onWire(type: string, value: string): string {
    return quoted.includes(type) ? `"${value}"` : value;
}

function offWire(type: string, value: string): string {
    return quoted.includes(type) ? value.replace(/^"|"$/g, "") : value;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
    return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
