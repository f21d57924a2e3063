import { isDeepStrictEqual } from "node:util";

import { AwsError } from "../../../aws/awsError";
import { type HostedZone, ownerZoneOf, recordsOf } from "../../../aws/route53/hostedZones";
import { recordProblems } from "../../../aws/route53/recordRules";
import {
    healthCheckType,
    recordId,
    recordProps,
    type RecordSet,
    recordType,
} from "../../../aws/route53/recordSet";
import { zoneProblems } from "../../../aws/route53/zoneRules";
import type { Store, StoredResource } from "../../store";
import { readRecordSet } from "./recordSetXml";
import type { XmlReader } from "./xml";

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets */
const mostChanges = 1000;
const mostValues = 1000;
const mostCharacters = 32_000;

const actions = ["CREATE", "DELETE", "UPSERT"] as const;

interface Change {
    readonly action: (typeof actions)[number];
    readonly set: RecordSet;
}

/** @throws AwsError InvalidInput or InvalidChangeBatch */
export function readChanges(request: XmlReader): readonly Change[] {
    const elements = request.child("ChangeBatch")?.children("Changes", "Change") ?? [];
    if (elements.length < 1 || elements.length > mostChanges) {
        throw new AwsError(
            elements.length === 0 ? "InvalidInput" : "InvalidChangeBatch",
            `a change batch has 1 to ${mostChanges} changes, got ${elements.length}`,
        );
    }
    const changes = elements.map((element) => {
        const named = element.text("Action") ?? "";
        const action = actions.find((known) => known === named);
        const set = element.child("ResourceRecordSet");
        if (action === undefined || set === undefined) {
            throw new AwsError(
                "InvalidInput",
                `a change has an Action (${actions.join(", ")}) and a ResourceRecordSet, got Action "${named}"`,
            );
        }
        return { action, set: readRecordSet(set) };
    });
    refuseBigBatch(changes);
    return changes;
}

/** An alias counts as one value, and an UPSERT counts twice. */
function refuseBigBatch(changes: readonly Change[]): void {
    const sum = (of: (set: RecordSet) => number): number =>
        changes.reduce(
            (total, { action, set }) => total + of(set) * (action === "UPSERT" ? 2 : 1),
            0,
        );
    const values = sum((set) => set.values?.length ?? 1);
    const characters = sum((set) => (set.values ?? []).join("").length);
    if (values > mostValues || characters > mostCharacters) {
        throw new AwsError(
            "InvalidChangeBatch",
            `[a change batch has at most ${mostValues} values of ${mostCharacters} characters in all, where an UPSERT counts twice, got ${values} of ${characters}]`,
        );
    }
}

/** A set is changed once; only a delete may make room for another one of its name. */
function repeatProblems(changes: readonly Change[]): readonly string[] {
    const before = new Map<string, Change["action"][]>();
    return changes.flatMap(({ action, set }) => {
        const actions = before.get(keyOf(set)) ?? [];
        before.set(keyOf(set), [...actions, action]);
        const makesRoom = actions.length === 1 && actions[0] === "DELETE" && action !== "DELETE";
        return actions.length === 0 || makesRoom
            ? []
            : [
                  `The request contains an invalid set of changes for a resource record set '${set.type} ${set.name}.'`,
              ];
    });
}

/**
 * Makes all the changes or none. Each is judged on the zone as the ones before it leave it, by the
 * rules that the record resources are under.
 *
 * @param apex record sets that AWS made with the zone
 * @throws AwsError InvalidInput, NoSuchHealthCheck or InvalidChangeBatch with every problem
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
export function applyChanges(
    store: Store,
    zone: HostedZone,
    apex: readonly RecordSet[],
    changes: readonly Change[],
): void {
    for (const { set } of changes) {
        refuseMalformed(store, set);
    }
    const resources = new Map(
        recordsOf(store, zone).map(({ set, resource }) => [keyOf(set), resource]),
    );
    const sets = new Map(
        [...apex, ...recordsOf(store, zone).map(({ set }) => set)].map((set) => [keyOf(set), set]),
    );
    const problems = [...repeatProblems(changes)];
    for (const { action, set } of changes) {
        const key = keyOf(set);
        if (action === "DELETE") {
            problems.push(...deleteProblems(zone, sets.get(key), set));
            sets.delete(key);
            continue;
        }
        const others = [...sets.values()].filter(
            (other) => action === "CREATE" || keyOf(other) !== key,
        );
        sets.set(key, set);
        problems.push(
            ...zoneProblems(set, {
                ...zone,
                others,
                ownerZoneOf: (name) => ownerZoneOf(store, name),
            }),
        );
    }
    if (problems.length > 0) {
        throw new AwsError("InvalidChangeBatch", `[${problems.join(", ")}]`);
    }
    for (const key of new Set(changes.map(({ set }) => keyOf(set)))) {
        const set = sets.get(key);
        const resource = resources.get(key);
        if (set !== undefined) {
            store.put(stored(zone, set, resource));
        } else if (resource !== undefined) {
            store.delete(recordType, resource.region, resource.id);
        }
    }
}

function refuseMalformed(store: Store, set: RecordSet): void {
    const problems = recordProblems(set);
    if (problems.length > 0) {
        throw new AwsError("InvalidInput", problems.join("; "));
    }
    const check = set.healthCheckId;
    if (check !== undefined && store.get(healthCheckType, "global", check) === undefined) {
        throw new AwsError(
            "NoSuchHealthCheck",
            `No health check exists with the specified ID ${check}`,
            404,
        );
    }
}

/** A set is deleted only by somebody who knows what it is. */
function deleteProblems(
    zone: HostedZone,
    current: RecordSet | undefined,
    given: RecordSet,
): readonly string[] {
    const identifier =
        given.setIdentifier === undefined ? "" : `, set-identifier='${given.setIdentifier}'`;
    const start = `Tried to delete resource record set [name='${given.name}.', type='${given.type}'${identifier}] but`;
    if (current === undefined) {
        return [`${start} it was not found`];
    }
    if (!isDeepStrictEqual(comparable(current), comparable(given))) {
        return [`${start} the values provided do not match the current values`];
    }
    return given.name === zone.name && ["NS", "SOA"].includes(given.type)
        ? [
              `A HostedZone must contain ${given.type === "SOA" ? "exactly one SOA record" : "at least one NS record for the zone itself"}.`,
          ]
        : [];
}

/** The order of values means nothing. */
function comparable(set: RecordSet): RecordSet {
    return set.values === undefined ? { ...set } : { ...set, values: [...set.values].sort() };
}

function keyOf({ name, type, setIdentifier }: RecordSet): string {
    return [name, type, setIdentifier ?? ""].join("|");
}

/** A set that a program declared stays its resource, under the name it was declared with. */
function stored(
    zone: HostedZone,
    set: RecordSet,
    current: StoredResource | undefined,
): StoredResource {
    const id = current?.id ?? recordId(zone.id, set);
    const name = current?.outputs["name"] ?? set.name;
    const inputs = { ...recordProps(set, zone.id), name };
    const outputs = { ...inputs, id, fqdn: set.name };
    return { type: recordType, region: "global", id, inputs, outputs };
}
