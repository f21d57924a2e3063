import { VersionVector } from "../../../../runtime/consistency/versionVector";
import type { Expected } from "../../../../runtime/store/items/homeItems";
import { mostOperations } from "../../../../runtime/store/stored";
import type { TableDefinition } from "../../../../sandbox/world/tables/definition";
import type { AttributeMap } from "../../../../sandbox/world/tables/engine";
import { Replica, type Entry } from "../../../../sandbox/world/tables/replica";
import { home, regions, type Manner } from "./world";

export const names = ["a", "b"] as const;
/** An item's name; its home is the model's. */
export type Name = (typeof names)[number];

export function keyOf(name: string): { readonly pk: string; readonly sk: string } {
    return { pk: `PROFILE#${name}~${home}`, sk: "PROFILE" };
}

/** An item as a region has it. */
export interface Copy {
    readonly version: VersionVector;
    /** Undefined when it was deleted. */
    readonly n: number | undefined;
    readonly epoch: number;
    /** The last ones that are known, the latest first. */
    readonly operations: readonly string[];
    readonly at: string;
}

/** What somebody wants to write. */
export interface Intent {
    readonly id: string;
    readonly name: Name;
    readonly expected: Expected | "whatever is there";
    /** What is there afterwards: a number, nothing, or one more than before. */
    readonly n: number | "deleted" | "one more";
    readonly manner: Manner;
    /** Where and as what it was written. */
    readonly landings: {
        readonly region: string;
        readonly version: VersionVector;
        readonly n: number | undefined;
    }[];
}

/** A write that somebody was told of. */
interface Acknowledged {
    readonly name: Name;
    readonly version: VersionVector;
    /** Of the owner that said so. */
    readonly term: number;
    /** It was on its way from a region that was lost when another one took the home. */
    isLost: boolean;
}

/**
 * What the store promises of items that have a home, on three copies that replicate as a global table does:
 * item by item, at any time and in any order, and of two writes that do not know of each other the later
 * stays.
 *
 * - A write is in the table once in a region at most, as its writer wanted it, over what it expected, under an
 *   epoch that the region had and that is not before the item's.
 * - A process that keeps to the times writes under the present epoch alone; what it is told of was written there.
 * - What somebody was told of is found at home from then on, by whoever keeps it. But for what was on its way
 *   when its region was lost, and what gave way to a write of a process that broke the times: those are
 *   concurrent versions, which the table's streams show.
 */
export class HomeModel {
    readonly copies = new Map(
        regions.map((region): [string, Replica] => [
            region,
            new Replica({ name: "model" } as TableDefinition, region, 1),
        ]),
    );
    readonly intents = new Map<string, Intent>();
    readonly broken: string[] = [];
    /** Nothing has been wrong since everything was put right. */
    isWell = true;
    #owner: { readonly region: string; readonly term: number } | undefined;
    readonly #terms = new Map<number, string>();
    readonly #acknowledged: Acknowledged[] = [];
    /** Writes under an epoch that was over. */
    readonly #late: { readonly name: Name; readonly version: VersionVector }[] = [];

    get owner(): string | undefined {
        return this.#owner?.region;
    }

    copy(region: string, name: string): Copy | undefined {
        const image = this.copies.get(region)?.get(attributesOf(name))?.image;
        return image === undefined ? undefined : copyOf(image);
    }

    /** What a region says of its hold on the home is in its table. */
    owns({ sk, state, term }: AttributeMap, isOut: (region: string) => boolean): void {
        const region = String(sk?.["S"]).replace("OWNER#", "");
        if (state?.["S"] === "held" && !this.#terms.has(Number(term?.["N"]))) {
            this.#took(region, Number(term?.["N"]), isOut);
        }
    }

    /** A write is in a region's table. */
    wrote(region: string, key: AttributeMap, image: AttributeMap, nowMs: number): void {
        const name = nameOf(key);
        if (name === undefined) {
            return;
        }
        const before = this.copy(region, name);
        const after = copyOf(image);
        this.copies.get(region)?.recordLocal(key, image, nowMs);
        const [id = ""] = after.operations;
        const intent = this.intents.get(id);
        const what = `${id} in ${region}`;
        if (intent === undefined || intent.name !== name) {
            this.broken.push(`${what} was not asked for`);
            return;
        }
        const { expected, manner, landings } = intent;
        this.expect(!before?.operations.includes(intent.id), `${what} was written twice`);
        this.expect(
            expected === "whatever is there" || isAs(before, expected),
            `${what} was written over ${before?.version.toString()}, and expected ${expected.toString()}`,
        );
        this.expect(
            after.version.compare((before?.version ?? VersionVector.empty).increment(region)) ===
                "equal",
            `${what} is version ${after.version.toString()} after ${before?.version.toString()}`,
        );
        this.expect(
            intent.n !== "one more" ||
                after.operations.join() ===
                    [id, ...(before?.operations ?? [])].slice(0, mostOperations).join(),
            `${what} remembers ${after.operations.join()}, after ${before?.operations.join()}`,
        );
        this.expect(after.n === wanted(intent, before), `${what} wrote ${after.n}`);
        this.expect(
            before === undefined || (after.epoch >= before.epoch && after.at > before.at),
            `${what} is of ${after.epoch} ${after.at}, over ${before?.epoch} ${before?.at}`,
        );
        this.expect(
            this.#terms.get(after.epoch) === region,
            `${what} was written under ${after.epoch}, which the region never had`,
        );
        if (after.epoch !== this.#owner?.term) {
            this.#late.push({ name, version: after.version });
            this.expect(
                manner !== "prompt",
                `${what} was written under ${after.epoch}, and ${this.#owner?.region} has ${this.#owner?.term}`,
            );
        }
        landings.push({ region, version: after.version, n: after.n });
    }

    /** A write has arrived from another region. */
    arrived(region: string, entry: Entry): void {
        this.copies.get(region)?.recordRemote(entry);
    }

    /** Somebody was told that a write is written, in that version or a later one. */
    acknowledged({ id, name, landings, manner }: Intent, region: string, version: VersionVector) {
        this.expect(
            landings.some((one) => version.covers(one.version)),
            `${id} was acknowledged and never written`,
        );
        if (region === this.#owner?.region) {
            this.#acknowledged.push({ name, version, term: this.#owner.term, isLost: false });
        }
        // Nobody can promise anything for a clock that is further behind than clocks may be.
        if (manner !== "behind") {
            this.expect(
                region === this.#owner?.region,
                `${id} was acknowledged in ${region} after ${this.#owner?.region} had taken the home`,
            );
        }
    }

    /** Everything that somebody was told of is in a version that is read at home. */
    foundAtHome(name: string, version: VersionVector): void {
        for (const write of this.#acknowledged) {
            this.expect(
                write.name !== name || version.covers(write.version) || this.#isExcused(write),
                `${textOf(write)} was acknowledged and is not in ${version.toString()}`,
            );
        }
    }

    expect(holds: boolean, problem: string): void {
        if (!holds) {
            this.broken.push(problem);
        }
    }

    /** A region has the home from now on. @param isOut whether a region is voted out */
    #took(region: string, term: number, isOut: (region: string) => boolean): void {
        this.expect(
            term > (this.#owner?.term ?? 0),
            `${region} took the home under ${term}, after ${this.#owner?.term}`,
        );
        this.#owner = { region, term };
        this.#terms.set(term, region);
        for (const write of this.#acknowledged) {
            const there = this.copy(region, write.name)?.version ?? VersionVector.empty;
            if (there.covers(write.version) || this.#isExcused(write)) {
                continue;
            }
            write.isLost = isOut(this.#terms.get(write.term) ?? "");
            this.expect(write.isLost, `${region} took the home without ${textOf(write)}`);
        }
    }

    #isExcused({ name, version, isLost }: Acknowledged): boolean {
        return (
            isLost ||
            this.#late.some(
                (one) => one.name === name && one.version.compare(version) === "concurrent",
            )
        );
    }
}

/** Whether an item is as a writer expects it. What never was there is absent, and has an empty version. */
export function isAs(copy: Copy | undefined, expected: Expected): boolean {
    if (copy === undefined) {
        return expected === "absent" || expected.size === 0;
    }
    return expected === "absent"
        ? copy.n === undefined
        : copy.n !== undefined && copy.version.compare(expected) === "equal";
}

/** What an item is after a write. */
function wanted({ n }: Intent, before: Copy | undefined): number | undefined {
    return n === "deleted" ? undefined : n === "one more" ? (before?.n ?? 0) + 1 : n;
}

function attributesOf(name: string): AttributeMap {
    const { pk, sk } = keyOf(name);
    return { pk: { S: pk }, sk: { S: sk } };
}

function nameOf({ pk }: AttributeMap): Name | undefined {
    return names.find((name) => pk?.["S"] === keyOf(name).pk);
}

function textOf({ name, version, term }: Acknowledged): string {
    return `${name} ${version.toString()} of ${term}`;
}

interface Image {
    readonly version: { readonly S: string };
    readonly epoch: { readonly N: string };
    readonly at: { readonly S: string };
    readonly operations: { readonly L: readonly { readonly S: string }[] };
    readonly value?: { readonly M: { readonly n: { readonly N: string } } };
}

function copyOf(attributes: AttributeMap): Copy {
    const { version, epoch, at, operations, value } = attributes as unknown as Image;
    return {
        version: VersionVector.parse(version.S),
        n: value === undefined ? undefined : Number(value.M.n.N),
        epoch: Number(epoch.N),
        operations: operations.L.map(({ S }) => S),
        at: at.S,
    };
}
