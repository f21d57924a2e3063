import type { Caller } from "../calls/caller";
import { failureKind } from "../calls/failure";
import type { Replica } from "../calls/replica";
import type { AttributeMap } from "../codec/itemSize";
import { conflictItems, type Conflict } from "./conflictRecord";

export interface ConflictRecordsOptions {
    /** Of every region that conflicts are recorded in. */
    readonly replicas: ReadonlyMap<string, Replica>;
    readonly caller: Caller;
}

/** The conflicts that are on record, each in the region that it names as `detectedIn`. */
export class ConflictRecords {
    constructor(private readonly options: ConflictRecordsOptions) {}

    /**
     * Records a conflict unless it is on record there.
     *
     * @returns whether it is on record for the first time
     * @throws UnavailableError
     */
    async note(conflict: Conflict): Promise<boolean> {
        const [first, ...more] = conflictItems(conflict);
        for (const piece of more) {
            await this.#put(conflict, piece);
        }
        try {
            await this.#put(conflict, first, {
                ConditionExpression: "attribute_not_exists(pk)",
            });
            return true;
        } catch (error) {
            if (failureKind(error) === "condition") {
                return false;
            }
            throw error;
        }
    }

    /** Says of a conflict that is on record what has become of it since. @throws UnavailableError */
    async update(conflict: Conflict): Promise<void> {
        await this.#put(conflict, conflictItems(conflict)[0]);
    }

    async #put(
        { detectedIn: region }: Conflict,
        item: AttributeMap | undefined,
        condition: Parameters<Replica["put"]>[1] = {},
    ): Promise<void> {
        const { caller, replicas } = this.options;
        const replica = replicas.get(region);
        if (item === undefined || replica === undefined) {
            throw new RangeError(`${region} is none of the regions ${[...replicas.keys()].join()}`);
        }
        await caller.call(region, (signal) => replica.put(item, condition, signal));
    }
}
