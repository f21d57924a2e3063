import type { TreeRecord } from "./model";
import type { RecordTree } from "./recordTree";

/** Whether there are states of the world in which a record is healthy, and in which it is not. */
export class Failing {
    readonly #canFail = new Map<TreeRecord, boolean>();
    readonly #canWork = new Map<TreeRecord, boolean>();

    constructor(private readonly tree: RecordTree) {}

    canFail(record: TreeRecord): boolean {
        return this.#once(this.#canFail, record, () => {
            const { check, target } = record;
            if (check !== undefined && this.tree.checks.canBe(check, "unhealthy")) {
                return true;
            }
            if (target.kind === "values" || !target.follows) {
                return false;
            }
            const below = this.tree.below(record);
            return below === undefined || below.records.every((member) => this.canFail(member));
        });
    }

    canWork(record: TreeRecord): boolean {
        return this.#once(this.#canWork, record, () => {
            const { check, target } = record;
            if (check !== undefined && !this.tree.checks.canBe(check, "healthy")) {
                return false;
            }
            const below =
                target.kind === "records" && target.follows ? this.tree.below(record) : undefined;
            return below === undefined || below.records.some((member) => this.canWork(member));
        });
    }

    /** A ring of aliases can do both: another rule refuses it. */
    #once(known: Map<TreeRecord, boolean>, record: TreeRecord, find: () => boolean): boolean {
        const found = known.get(record);
        if (found !== undefined) {
            return found;
        }
        known.set(record, true);
        const result = find();
        known.set(record, result);
        return result;
    }
}
