import type { RecordSet } from "../../aws/route53/recordSet";
import type { GeoPoint } from "../geography";
import type { Props } from "../store";
import { regionLocations } from "./regionLocations";
import type { RecordTarget, Routing, Zone, ZoneRecord } from "./types";

/** Names a zone has from its creation, https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html */
const nsTtl = 172_800;
const soaTtl = 900;

export interface ZoneDescription {
    readonly id: string;
    readonly name: string;
    readonly nameServers: readonly string[];
}

/** CIDR blocks of a location of a CIDR collection. */
export type CidrBlocks = (collectionId: string, locationName: string) => readonly string[];

/** The record sets of the apex that AWS makes with a zone, unless the account's own replace them. */
export function apexSets(
    { name, nameServers }: ZoneDescription,
    own: readonly RecordSet[],
): readonly RecordSet[] {
    const servers = nameServers.map((server) => `${server.replace(/\.$/, "")}.`);
    const soa = `${servers[0] ?? `ns-1.${name}.`} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
    const made: readonly RecordSet[] = [
        { name, type: "NS", ttl: nsTtl, values: servers },
        { name, type: "SOA", ttl: soaTtl, values: [soa] },
    ];
    return made.filter(({ type }) => !own.some((set) => set.name === name && set.type === type));
}

/** The zone as the evaluator sees it: the apex records that AWS makes, and the account's record sets. */
export function zoneOf(
    zone: ZoneDescription,
    sets: readonly RecordSet[],
    cidrBlocks: CidrBlocks = () => [],
): Zone {
    return {
        id: zone.id,
        name: zone.name,
        records: [...apexSets(zone, sets), ...sets].map((set) => zoneRecord(set, cidrBlocks)),
    };
}

function zoneRecord(set: RecordSet, cidrBlocks: CidrBlocks): ZoneRecord {
    return {
        name: set.name,
        type: set.type,
        setIdentifier: set.setIdentifier ?? "",
        routing: routingOf(set, cidrBlocks),
        target: targetOf(set),
        ...(set.healthCheckId === undefined ? {} : { healthCheckId: set.healthCheckId }),
    };
}

function targetOf({ alias, values, ttl }: RecordSet): RecordTarget {
    return alias === undefined
        ? { kind: "values", ttl: ttl ?? 0, values: values ?? [] }
        : { kind: "alias", ...alias };
}

function routingOf(set: RecordSet, cidrBlocks: CidrBlocks): Routing {
    if (set.weight !== undefined) {
        return { policy: "weighted", weight: set.weight };
    }
    if (set.region !== undefined) {
        return { policy: "latency", region: set.region };
    }
    if (set.failover !== undefined) {
        const role = set.failover === "PRIMARY" ? "PRIMARY" : "SECONDARY";
        return { policy: "failover", role };
    }
    if (set.geolocation !== undefined) {
        return { policy: "geolocation", ...set.geolocation };
    }
    if (set.geoproximity !== undefined) {
        return {
            policy: "geoproximity",
            location: locationOf(set.geoproximity),
            bias: Number(set.geoproximity["bias"] ?? 0),
        };
    }
    if (set.cidr !== undefined) {
        const location = String(set.cidr["locationName"]);
        const isDefault = location === "*";
        const blocks = isDefault ? [] : cidrBlocks(String(set.cidr["collectionId"]), location);
        return { policy: "cidr", blocks, isDefault };
    }
    return { policy: set.multivalue === true ? "multivalue" : "simple" };
}

/** Local zone groups are named after their region: `us-west-2-lax-1`. */
function locationOf({ awsRegion, localZoneGroup, coordinates }: Props): GeoPoint {
    const [point] = Array.isArray(coordinates) ? (coordinates as Props[]) : [];
    if (point !== undefined) {
        return { latitude: Number(point["latitude"]), longitude: Number(point["longitude"]) };
    }
    const named = awsRegion ?? localZoneGroup;
    const name = typeof named === "string" ? named : "";
    const region = Object.keys(regionLocations).find((known) => name.startsWith(known)) ?? "";
    const location = regionLocations[region];
    if (location === undefined) {
        throw new RangeError(
            `no location is known for ${JSON.stringify(name)}; add it to sandbox/world/dns/regionLocations.ts`,
        );
    }
    return location;
}
