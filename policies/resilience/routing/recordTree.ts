import { HealthChecks } from "./healthChecks";
import type { RecordGroup, TreeRecord } from "./model";
import { canonicalName, type PlainResource, regionInHost, regionOf, text } from "./plainResource";
import { healthCheckType, recordOf, recordType, zoneType } from "./recordOf";

/**
 * The records of a program and how they lead to one another: a pure model of what Route 53 will do
 * with them. `answersUnder` asks it; `healthIn` says how things are when regions are lost.
 *
 * Made of resources as Pulumi has them, of any component or none: record sets, health checks, zones,
 * public addresses and load balancers. Whatever is not among them is taken for healthy.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
 */
export class RecordTree {
    readonly records: readonly TreeRecord[];
    readonly groups: readonly RecordGroup[];
    /** Whether the names and types of all records are known; the others are left out. */
    readonly complete: boolean;
    readonly checks: HealthChecks;
    readonly #groups = new Map<string, RecordGroup>();
    readonly #zones = new Map<string, string>();
    readonly #regions = new Map<TreeRecord, ReadonlySet<string>>();
    readonly #resources: ReadonlyMap<string, PlainResource>;

    constructor(resources: readonly PlainResource[]) {
        this.#resources = new Map(resources.map((resource) => [resource.urn, resource]));
        const read = recordsOf(resources, this.#resources);
        const made = read.filter(({ name, type }) => name !== "" && type !== "");
        this.complete = made.length === read.length;
        const owned = new Set(made.map(({ zone, name }) => `${zone} ${name}`));
        this.records = made.map((record) => withinZone(record, owned));
        for (const record of this.records) {
            const key = keyOf(record);
            const group = this.#groups.get(key);
            if (group === undefined) {
                this.#groups.set(key, { ...record, records: [record] });
            } else {
                (group.records as TreeRecord[]).push(record);
            }
            this.#zones.set(record.name, this.#zones.get(record.name) ?? record.zone);
        }
        this.groups = [...this.#groups.values()];
        this.checks = new HealthChecks(resources.filter(({ type }) => type === healthCheckType));
    }

    /**
     * Record sets that answer for a name: those of the type, else the name's CNAME.
     *
     * @param zone @default whichever has the name
     */
    group(name: string, type: string, zone = this.#zones.get(name) ?? ""): RecordGroup | undefined {
        return (
            this.#groups.get(keyOf({ zone, name, type })) ??
            this.#groups.get(keyOf({ zone, name, type: "CNAME" }))
        );
    }

    /** What an alias or a CNAME within the zone leads to; undefined where it leads out of the tree. */
    below(record: TreeRecord, type = record.type): RecordGroup | undefined {
        return record.target.kind === "records"
            ? this.group(record.target.name, type, record.zone)
            : undefined;
    }

    /** Names that no other record leads to: what users ask for. */
    entries(): readonly RecordGroup[] {
        const led = new Set(
            this.records.flatMap(({ zone, target }) =>
                target.kind === "records" ? [`${zone} ${target.name}`] : [],
            ),
        );
        return this.groups.filter(({ zone, name }) => !led.has(`${zone} ${name}`));
    }

    /** Every region that a record can end in, whatever is healthy; what names no region counts for none. */
    regionsUnder(record: TreeRecord): ReadonlySet<string> {
        const known = this.#regions.get(record);
        if (known !== undefined) {
            return known;
        }
        const regions = new Set<string>();
        // A ring of aliases ends nowhere.
        this.#regions.set(record, regions);
        const { target, routing } = record;
        if (target.kind === "records") {
            for (const member of this.below(record)?.records ?? []) {
                for (const region of this.regionsUnder(member)) {
                    regions.add(region);
                }
            }
        } else {
            const region =
                target.region ?? (routing.policy === "latency" ? routing.region : undefined);
            if (region !== undefined && region !== "") {
                regions.add(region);
            }
        }
        return regions;
    }

    /** Every region that a record of the tree can end in, in the order of their names. */
    regions(): readonly string[] {
        return [
            ...new Set(this.records.flatMap((record) => [...this.regionsUnder(record)])),
        ].sort();
    }

    /** The one region that a host is in: by its own name, by the records of that name, or by what it comes from. */
    regionOfHost(host: string | undefined, sources: readonly string[]): string | undefined {
        const name = host === undefined ? undefined : canonicalName(host);
        const named = name === undefined ? undefined : regionInHost(name);
        if (named !== undefined) {
            return named;
        }
        const group =
            name === undefined ? undefined : (this.group(name, "A") ?? this.group(name, "AAAA"));
        const regions = new Set([
            ...(group?.records ?? []).flatMap((record) => [...this.regionsUnder(record)]),
            ...(group !== undefined ? [] : sources).flatMap((urn) => {
                const source = this.#resources.get(urn);
                return (source === undefined ? undefined : regionOf(source)) ?? [];
            }),
        ]);
        return regions.size === 1 ? [...regions][0] : undefined;
    }
}

function recordsOf(
    resources: readonly PlainResource[],
    byUrn: ReadonlyMap<string, PlainResource>,
): readonly TreeRecord[] {
    const zones = resources.filter(({ type }) => type === zoneType);
    const around = {
        byUrn,
        zoneNames: new Map(
            zones.flatMap(({ urn, props }) => {
                const name = canonicalName(text(props, "name") ?? "");
                return [urn, text(props, "zoneId"), text(props, "id")].flatMap((key) =>
                    key === undefined || name === "" ? [] : [[key, name] as const],
                );
            }),
        ),
        addresses: new Map(
            resources
                .filter(({ type }) => type === "aws:ec2/eip:Eip")
                .flatMap((address) => {
                    const ip = text(address.props, "publicIp");
                    const region = regionOf(address);
                    return ip === undefined || region === undefined ? [] : [[ip, region] as const];
                }),
        ),
    };
    return resources
        .filter(({ type }) => type === recordType)
        .map((resource) => recordOf(resource, around));
}

/** A target that is a name of the own zone leads to that name's records. */
function withinZone(record: TreeRecord, owned: ReadonlySet<string>): TreeRecord {
    const { target, zone } = record;
    if (target.kind === "resource" && owned.has(`${zone} ${target.name}`)) {
        const { name, follows } = target;
        return { ...record, target: { kind: "records", name, follows } };
    }
    if (record.type === "CNAME" && target.kind === "values") {
        const name = canonicalName(target.values[0] ?? "");
        return owned.has(`${zone} ${name}`)
            ? { ...record, target: { kind: "records", name, follows: false } }
            : record;
    }
    return record;
}

function keyOf({ zone, name, type }: Pick<RecordGroup, "zone" | "name" | "type">): string {
    return `${zone} ${name} ${type}`;
}
