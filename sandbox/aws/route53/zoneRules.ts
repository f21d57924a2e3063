import { canonicalName, policiesOf, type RecordSet, type RoutingPolicy } from "./recordSet";

/** The zone a change is about, as it is before the change. */
export interface ZoneState {
    readonly id: string;
    readonly name: string;
    /** Without the set that the change replaces or deletes. */
    readonly others: readonly RecordSet[];
    /** Zone id of an AWS-owned name such as a load balancer's; undefined when no such resource exists. */
    readonly ownerZoneOf: (name: string) => string | undefined;
}

/**
 * What Route 53 says of a record set among the others of its zone (`InvalidChangeBatch`), in its words.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/TroubleshootingErrorMessages.html
 */
export function zoneProblems(set: RecordSet, zone: ZoneState): readonly string[] {
    const zoneName = canonicalName(zone.name);
    if (set.name !== zoneName && !set.name.endsWith(`.${zoneName}`)) {
        return [`RRSet with DNS name ${set.name}. is not permitted in zone ${zoneName}.`];
    }
    return [
        ...cnameProblems(set, zone, zoneName),
        ...siblingProblems(set, zone),
        ...aliasProblems(set, zone),
    ];
}

/** @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat */
function cnameProblems(set: RecordSet, zone: ZoneState, zoneName: string): readonly string[] {
    const namesakes = zone.others.filter((other) => other.name === set.name);
    if (set.type === "CNAME") {
        if (set.name === zoneName) {
            return [
                `RRSet of type CNAME with DNS name ${set.name}. is not permitted at apex in zone ${zoneName}.`,
            ];
        }
        return namesakes.some((other) => other.type !== "CNAME")
            ? [
                  `RRSet of type CNAME with DNS name ${set.name}. is not permitted as it conflicts with other records with the same DNS name in zone ${zoneName}.`,
              ]
            : [];
    }
    return namesakes.some((other) => other.type === "CNAME")
        ? [
              `RRSet of type ${set.type} with DNS name ${set.name}. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zoneName}.`,
          ]
        : [];
}

/** One routing policy on a name and type, and one record set on each place in it. */
function siblingProblems(set: RecordSet, zone: ZoneState): readonly string[] {
    const siblings = zone.others.filter(
        (other) => other.name === set.name && other.type === set.type,
    );
    const policy = policiesOf(set)[0];
    const base = `RRSet with DNS name ${set.name}., type ${set.type}`;
    const sameIdentifier = siblings.find((other) => other.setIdentifier === set.setIdentifier);
    if (sameIdentifier !== undefined) {
        const identifier =
            set.setIdentifier === undefined ? "" : `, set-identifier='${set.setIdentifier}'`;
        return [
            `Tried to create resource record set [name='${set.name}.', type='${set.type}'${identifier}] but it already exists`,
        ];
    }
    if (siblings.length === 0) {
        return [];
    }
    if (policy === "simple") {
        return [`${base} cannot be created as other RRSets exist with the same name and type.`];
    }
    if (siblings.some((other) => policiesOf(other)[0] !== policy)) {
        return [
            `${base}, SetIdentifier ${set.setIdentifier} cannot be created as a non-${policy} set exists with the same name and type.`,
        ];
    }
    const place = placeOf(set, policy);
    if (place !== undefined && siblings.some((other) => placeOf(other, policy) === place)) {
        return [
            `${base}, SetIdentifier ${set.setIdentifier}, and ${place} cannot be created because a ${policy} RRSet with the same name, type and ${place.split("=")[0]?.toLowerCase().replace(" name", "")} already exists.`,
        ];
    }
    return [];
}

/** What may be there only once among the sets of a group; weighted and multivalue sets may repeat. */
function placeOf(set: RecordSet, policy: RoutingPolicy | undefined): string | undefined {
    switch (policy) {
        case "latency":
            return `Region Name=${set.region}`;
        case "failover":
            return `Failover=${set.failover}`;
        case "geolocation": {
            const { continent, country, subdivision } = set.geolocation ?? {};
            return `GeoLocation=${[continent, country, subdivision].filter(Boolean).join("-")}`;
        }
        default:
            return undefined;
    }
}

/**
 * An alias names either a record of the same zone and type, or a resource that AWS hosts under a zone
 * of its own.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
 */
function aliasProblems(set: RecordSet, zone: ZoneState): readonly string[] {
    const { alias } = set;
    if (alias === undefined) {
        return [];
    }
    const start = `Tried to create an alias that targets ${alias.name}., type ${set.type} in zone ${alias.zoneId}, but`;
    if (alias.zoneId === zone.id) {
        const zoneName = canonicalName(zone.name);
        if (alias.name !== zoneName && !alias.name.endsWith(`.${zoneName}`)) {
            return [
                `${start} the alias target name does not lie within the target zone`,
                `${start} that target was not found`,
            ];
        }
        if (alias.name === set.name) {
            return [`${start} the alias target is the record itself`];
        }
        const found = zone.others.some(
            (other) => other.name === alias.name && other.type === set.type,
        );
        return found ? [] : [`${start} that target was not found`];
    }
    const owner = zone.ownerZoneOf(alias.name);
    if (owner === undefined) {
        return [`${start} that target was not found`];
    }
    return owner === alias.zoneId
        ? []
        : [`${start} the alias target name does not lie within the target zone`];
}
