import type { Policy, Routing, Service, Target, TreeRecord } from "./model";
import {
    block,
    canonicalName,
    number,
    type PlainResource,
    type Plain,
    regionInHost,
    regionOf,
    text,
    texts,
} from "./plainResource";

export const recordType = "aws:route53/record:Record";
export const healthCheckType = "aws:route53/healthCheck:HealthCheck";
export const zoneType = "aws:route53/zone:Zone";

/** What a record is read together with. */
export interface Surroundings {
    readonly byUrn: ReadonlyMap<string, PlainResource>;
    /** Names of zones that the stack makes, by id and by URN. */
    readonly zoneNames: ReadonlyMap<string, string>;
    /** Regions of public addresses that the stack makes. */
    readonly addresses: ReadonlyMap<string, string>;
}

/** A resource of type `aws:route53/record:Record` as the model has it, its target within the zone not resolved. */
export function recordOf(resource: PlainResource, around: Surroundings): TreeRecord {
    const { urn, props } = resource;
    const zone = text(props, "zoneId") ?? resource.from?.["zoneId"]?.[0] ?? "";
    const policies = (Object.keys(readers) as (keyof typeof readers)[]).filter(
        (policy) => readers[policy](props) !== undefined,
    );
    const [policy] = policies;
    const setIdentifier = text(props, "setIdentifier");
    const check = checkOf(resource);
    return {
        urn,
        name: nameOf(props, around.zoneNames.get(zone)),
        type: (text(props, "type") ?? "").toUpperCase(),
        zone,
        ...(setIdentifier === undefined ? {} : { setIdentifier }),
        routing: (policy === undefined ? undefined : readers[policy](props)) ?? {
            policy: "simple",
        },
        policies: policy === undefined ? ["simple"] : policies,
        target: targetOf(resource, around),
        ...(check === undefined ? {} : { check }),
    };
}

/** A name that is not within the zone is relative to it, as the provider takes it. */
function nameOf(props: Plain, zoneName: string | undefined): string {
    const fqdn = text(props, "fqdn");
    if (fqdn !== undefined) {
        return canonicalName(fqdn);
    }
    const name = canonicalName(text(props, "name") ?? "");
    if (zoneName === undefined || name === zoneName || name.endsWith(`.${zoneName}`)) {
        return name;
    }
    return name === "" || name === "@" ? zoneName : `${name}.${zoneName}`;
}

const readers: {
    readonly [P in Exclude<Policy, "simple">]: (props: Plain) => Routing | undefined;
} = {
    weighted: (props) => {
        const given = block(props, "weightedRoutingPolicies");
        return given && { policy: "weighted", weight: number(given, "weight") ?? 1 };
    },
    latency: (props) => {
        const given = block(props, "latencyRoutingPolicies");
        return given && { policy: "latency", region: text(given, "region") ?? "" };
    },
    failover: (props) => {
        const given = block(props, "failoverRoutingPolicies");
        return given && { policy: "failover", role: text(given, "type") ?? "" };
    },
    geolocation: (props) => {
        const given = block(props, "geolocationRoutingPolicies");
        return (
            given && {
                policy: "geolocation",
                ...optional("continent", text(given, "continent")),
                ...optional("country", text(given, "country")),
                ...optional("subdivision", text(given, "subdivision")),
            }
        );
    },
    geoproximity: (props) => {
        const given = block(props, "geoproximityRoutingPolicy");
        return (
            given && {
                policy: "geoproximity",
                region: text(given, "awsRegion") ?? "",
                bias: number(given, "bias") ?? 0,
            }
        );
    },
    cidr: (props) => {
        const given = block(props, "cidrRoutingPolicy");
        return given && { policy: "cidr", location: text(given, "locationName") ?? "*" };
    },
    multivalue: (props) =>
        props["multivalueAnswerRoutingPolicy"] === true ? { policy: "multivalue" } : undefined,
};

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
    return value === undefined ? {} : ({ [key]: value } as { [P in K]?: string });
}

/** A check that the stack does not make is still one. */
function checkOf({ props, from }: PlainResource): string | undefined {
    const given = props["healthCheckId"];
    return given === undefined || given === null || given === ""
        ? undefined
        : (text(props, "healthCheckId") ?? from?.["healthCheckId"]?.[0] ?? "elsewhere");
}

function targetOf(resource: PlainResource, around: Surroundings): Target {
    const { props, from } = resource;
    if (props["aliases"] === undefined || props["aliases"] === null) {
        const values = texts(props, "records");
        const region = values
            .map((value) => around.addresses.get(value) ?? regionInHost(canonicalName(value)))
            .find((each) => each !== undefined);
        return { kind: "values", values, ...(region === undefined ? {} : { region }) };
    }
    const alias = block(props, "aliases");
    // Whether it follows shows in the update, and is judged there.
    const follows = alias?.["evaluateTargetHealth"] !== false;
    const name = text(alias, "name");
    const sources = (from?.["aliases"] ?? []).flatMap((urn) => around.byUrn.get(urn) ?? []);
    if (name !== undefined) {
        const host = canonicalName(name);
        if (
            text(alias, "zoneId") !== undefined &&
            text(alias, "zoneId") === text(props, "zoneId")
        ) {
            return { kind: "records", name: host, follows };
        }
        const region = regionInHost(host) ?? onlyRegion(sources);
        const service = serviceOfHost(host);
        return { kind: "resource", name: host, service, ...optional("region", region), follows };
    }
    const record = sources.find(({ type }) => type === recordType);
    if (record !== undefined) {
        const zone = around.zoneNames.get(text(record.props, "zoneId") ?? "");
        return { kind: "records", name: nameOf(record.props, zone), follows };
    }
    const hosted = sources.find(({ type }) => serviceOfType(type) !== "other");
    return {
        kind: "resource",
        name: hosted?.urn ?? "",
        service: hosted === undefined ? "other" : serviceOfType(hosted.type),
        ...optional("region", onlyRegion(hosted === undefined ? sources : [hosted])),
        follows,
    };
}

function onlyRegion(sources: readonly PlainResource[]): string | undefined {
    const regions = new Set(
        sources
            .filter(({ type }) => serviceOfType(type) === "loadBalancer")
            .flatMap((source) => regionOf(source) ?? []),
    );
    return regions.size === 1 ? [...regions][0] : undefined;
}

function serviceOfType(type: string): Service {
    if (/^aws:(lb|alb|applicationloadbalancing|elb|elasticloadbalancing)\//.test(type)) {
        return "loadBalancer";
    }
    if (type === "aws:globalaccelerator/accelerator:Accelerator") {
        return "accelerator";
    }
    return type === "aws:cloudfront/distribution:Distribution" ? "distribution" : "other";
}

function serviceOfHost(host: string): Service {
    if (/\.elb\.([a-z0-9-]+\.)?amazonaws\.com/.test(host)) {
        return "loadBalancer";
    }
    if (host.endsWith(".awsglobalaccelerator.com")) {
        return "accelerator";
    }
    return host.endsWith(".cloudfront.net") ? "distribution" : "other";
}
