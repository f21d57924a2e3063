import type { Store, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import { tokens as acceleratorTokens } from "../globalaccelerator/tokens";
import { text } from "../support/known";
import { canonicalName, recordSetOf, type RecordSet, recordType, zoneType } from "./recordSet";
import type { ZoneState } from "./zoneRules";

export interface HostedZone {
    readonly id: string;
    /** Without the final dot. */
    readonly name: string;
}

/** A hosted zone that exists before any stack does, as the account holds it. */
export function hostedZoneResource(zone: HostedZone): StoredResource {
    const name = canonicalName(zone.name);
    const outputs = {
        name,
        zoneId: zone.id,
        id: zone.id,
        arn: `arn:aws:route53:::hostedzone/${zone.id}`,
        comment: "",
        nameServers: [`ns-1.${name}`, `ns-2.${name}`],
    };
    return { type: zoneType, region: "global", id: zone.id, inputs: { name }, outputs };
}

/** @throws AwsError NoSuchHostedZone */
export function hostedZone(store: Store, zoneId: string): HostedZone {
    const id = zoneId.replace(/^\/hostedzone\//, "");
    const zone = store.get(zoneType, "global", id);
    if (zone === undefined) {
        throw new AwsError("NoSuchHostedZone", `No hosted zone found with ID: ${id}`, 404);
    }
    return { id, name: text(zone.outputs, "name") ?? "" };
}

/** Every record set of a zone with the resource that holds it, whoever made it. */
export function recordsOf(
    store: Store,
    zone: HostedZone,
): readonly { readonly resource: StoredResource; readonly set: RecordSet }[] {
    return store
        .list(recordType)
        .filter(({ outputs }) => text(outputs, "zoneId") === zone.id)
        .map((resource) => ({ resource, set: recordSetOf(resource.outputs, zone.name) }));
}

/** The zone as rules see it, `without` the record that a change replaces. */
export function zoneState(
    store: Store,
    zone: HostedZone,
    without: (resource: StoredResource) => boolean = () => false,
): ZoneState {
    return {
        ...zone,
        others: recordsOf(store, zone)
            .filter(({ resource }) => !without(resource))
            .map(({ set }) => set),
        ownerZoneOf: (name) => ownerZoneOf(store, name),
    };
}

/**
 * The zone that AWS keeps a resource's own name in: the load balancer's, the accelerator's, or the
 * regional S3 website's. `dualstack.` before a load balancer's name is the same name.
 */
export function ownerZoneOf(store: Store, name: string): string | undefined {
    const wanted = canonicalName(name).replace(/^dualstack\./, "");
    const balancer = store.find(
        "aws:lb/loadBalancer:LoadBalancer",
        ({ outputs }) => canonicalName(text(outputs, "dnsName") ?? "") === wanted,
    );
    if (balancer !== undefined) {
        return text(balancer.outputs, "zoneId");
    }
    const accelerator = store.find(acceleratorTokens.accelerator, ({ outputs }) =>
        [text(outputs, "dnsName"), text(outputs, "dualStackDnsName")].includes(canonicalName(name)),
    );
    if (accelerator !== undefined) {
        return text(accelerator.outputs, "hostedZoneId");
    }
    const website = /^s3-website[.-]([a-z0-9-]+)\.amazonaws\.com$/.exec(wanted)?.[1];
    return website === undefined
        ? undefined
        : text(store.list("aws:s3/bucket:Bucket", website)[0]?.outputs, "hostedZoneId");
}
