import type { OwnerRecord } from "../homes/ownerRecord";
import { modeOf } from "../kinds";
import { parseHome } from "../stored";
import type { Cause, Conflict } from "./conflictRecord";
import { ConflictRecords } from "./conflictRecords";
import { joinItems, stampedItem, stampOf } from "./join";
import { judge, type Change, type Verdict } from "./judge";
import { WriteBack, type WriteBackOptions } from "./writeBack";

export interface ConflictResolverOptions extends WriteBackOptions {
    /** The region whose stream is read. */
    readonly region: string;
    /** This region's own word on a home. @throws UnavailableError */
    readonly ownerRecord: (home: string) => Promise<OwnerRecord | undefined>;
}

/** What became of a change. */
export interface Resolution {
    readonly verdict: Verdict["kind"];
    readonly conflict?: Conflict;
    /** The conflict had been recorded before: this was a repetition. */
    readonly repeated?: boolean;
}

const causes = { before: "overwritten", concurrent: "concurrent", equal: "ambiguous" } as const;

/**
 * Makes of every conflict in a region's stream a record of what was lost, and an item that comes after both
 * versions. Recorded first, so that nothing is silent while the item's writer cannot be reached. Everything
 * here may be repeated: the record has the conflict's name, and the item is written only where it does not
 * come after both versions yet.
 */
export class ConflictResolver {
    readonly #records: ConflictRecords;
    readonly #writeBack: WriteBack;

    constructor(private readonly options: ConflictResolverOptions) {
        this.#records = new ConflictRecords(options);
        this.#writeBack = new WriteBack(options);
    }

    /**
     * @param onRecorded told of a conflict once it is on record for the first time, whatever comes after
     * @throws CorruptItemError, OversizedItemError, UnknownKindError, MalformedStateError for what can never be
     *   resolved; UnavailableError and NoOwnerError for what can later
     */
    async resolve(
        change: Change,
        onRecorded: (conflict: Conflict) => void = () => undefined,
    ): Promise<Resolution> {
        const verdict = judge(change);
        switch (verdict.kind) {
            case "unversioned":
            case "expired":
                return { verdict: verdict.kind };
            case "in-order":
                return this.#lateWrite(change, onRecorded);
            case "deleted":
                return this.#note(verdict.kind, onRecorded, {
                    ...this.#seen(change),
                    cause: "deleted",
                    outcome: "recorded",
                    lost: { item: verdict.lost, stamp: verdict.stamp },
                    kept: undefined,
                });
            case "conflict":
                return this.#join(change, verdict, onRecorded);
        }
    }

    async #join(
        change: Change,
        { before, after, causality }: Extract<Verdict, { kind: "conflict" }>,
        onRecorded: (conflict: Conflict) => void,
    ): Promise<Resolution> {
        const cause: Cause = causes[causality];
        const joined = joinItems(before, after);
        // Of two contents under one version nothing is written back: what is in the table remains.
        const [lost, kept] =
            joined.lost === "b" && cause !== "ambiguous" ? [after, before] : [before, after];
        const conflict: Conflict = {
            ...this.#seen(change),
            cause,
            outcome: joined.lost === undefined && cause !== "ambiguous" ? "pending" : "recorded",
            lost: stampedItem(lost),
            kept: stampedItem(kept).stamp,
        };
        const noted = await this.#note("conflict", onRecorded, conflict);
        if (cause === "ambiguous") {
            // Nothing can come after both: whoever wrote one version twice has to be found.
            return noted;
        }
        await this.#writeBack.write(joined.item, {
            // The item's writer went on meanwhile, and its value and the joined one had not seen each other.
            onLost: async (second, first) => {
                await this.#note("conflict", onRecorded, {
                    ...this.#seen(change),
                    cause: "concurrent",
                    outcome: "recorded",
                    lost: stampedItem(second),
                    kept: stampedItem(first).stamp,
                });
            },
        });
        if (joined.lost !== undefined) {
            return noted;
        }
        const merged = { ...conflict, outcome: "merged" as const };
        await this.#records.update(merged);
        return { ...noted, conflict: merged };
    }

    /**
     * A write of a region that was out of office when it arrived: a takeover waits for what can be had, and
     * this could not. It came before whatever its successor wrote, or it would be a conflict; but who asked
     * the successor meanwhile was told that it was not there.
     */
    async #lateWrite(
        { before, after, atSeconds, key }: Change,
        onRecorded: (conflict: Conflict) => void,
    ): Promise<Resolution> {
        const stamp = after && stampOf(after);
        if (
            after === undefined ||
            stamp === undefined ||
            stamp.origin === this.options.region ||
            modeOf(stamp.kind) !== "home-region"
        ) {
            return { verdict: "in-order" };
        }
        const { home, epoch } = parseHome(after);
        const own = await this.options.ownerRecord(home);
        // A term is not before the moment it was claimed at, milliseconds since the epoch (see `HomeKeeper`).
        if (own?.state !== "held" || own.heldTerm <= epoch || atSeconds * 1000 < own.heldTerm) {
            return { verdict: "in-order" };
        }
        return this.#note("in-order", onRecorded, {
            ...this.#seen({ atSeconds, key, before, after }),
            cause: "late",
            outcome: "arrived",
            lost: { item: after, stamp },
            kept: before && stampOf(before),
        });
    }

    async #note(
        verdict: Verdict["kind"],
        onRecorded: (conflict: Conflict) => void,
        conflict: Conflict,
    ): Promise<Resolution> {
        const isFirst = await this.#records.note(conflict);
        if (isFirst) {
            onRecorded(conflict);
        }
        return { verdict, conflict, repeated: !isFirst };
    }

    #seen({ atSeconds }: Change): Pick<Conflict, "detectedIn" | "atSeconds"> {
        return { detectedIn: this.options.region, atSeconds };
    }
}
