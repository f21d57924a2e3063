import {
    canonicalName,
    recordSetOf,
    recordType,
    zoneType,
    type RecordSet,
} from "../../aws/route53/recordSet";
import type { Store, StoreChange, StoredResource } from "../store";
import { isWithin } from "./names";
import type { Zone } from "./types";
import { type ZoneDescription, zoneOf } from "./zoneOf";

const cidrLocationType = "aws:route53/cidrLocation:CidrLocation";
const types = [recordType, zoneType, cidrLocationType];

/** The account's hosted zones, rebuilt after a change of their records. A change is served at once. */
export class Zones {
    #zones: readonly Zone[] | undefined;

    constructor(private readonly store: Store) {
        store.on("change", this.#forget);
    }

    all(): readonly Zone[] {
        this.#zones ??= this.#build();
        return this.#zones;
    }

    /** The zone that answers for a name: the longest that it lies in. */
    zoneFor(name: string): Zone | undefined {
        return this.all()
            .filter((zone) => isWithin(name, zone.name))
            .sort((a, b) => b.name.length - a.name.length)[0];
    }

    stop(): void {
        this.store.off("change", this.#forget);
    }

    readonly #forget = ({ resource }: StoreChange): void => {
        if (types.includes(resource.type)) {
            this.#zones = undefined;
        }
    };

    #build(): readonly Zone[] {
        const records = this.store.list(recordType);
        return this.store.list(zoneType).map((resource) => {
            const zone = describeZone(resource);
            const sets: readonly RecordSet[] = records
                .filter(({ outputs }) => outputs["zoneId"] === zone.id)
                .map(({ outputs }) => recordSetOf(outputs, zone.name));
            return zoneOf(zone, sets, (collection, location) =>
                this.#cidrBlocks(collection, location),
            );
        });
    }

    #cidrBlocks(collectionId: string, locationName: string): readonly string[] {
        const location = this.store.find(
            cidrLocationType,
            ({ outputs }) =>
                outputs["cidrCollectionId"] === collectionId && outputs["name"] === locationName,
        );
        return strings(location?.outputs["cidrBlocks"]);
    }
}

/** A hosted zone of the account. */
export function describeZone({ id, outputs }: StoredResource): ZoneDescription {
    return {
        id,
        name: canonicalName(String(outputs["name"])),
        nameServers: strings(outputs["nameServers"]),
    };
}

function strings(value: unknown): readonly string[] {
    return Array.isArray(value) ? value.map(String) : [];
}
