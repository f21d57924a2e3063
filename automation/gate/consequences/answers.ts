import {
    answersUnder,
    sharesByRegion,
    type Answer,
} from "../../../policies/resilience/routing/answers";
import {
    locations,
    locationsIn,
    type Location,
    type Place,
} from "../../../policies/resilience/routing/locations";
import type { PlainResource } from "../../../policies/resilience/routing/plainResource";
import { RecordTree } from "../../../policies/resilience/routing/recordTree";
import {
    evacuableRegions,
    healthIn,
    regionStates,
    type RegionStates,
} from "../../../policies/resilience/routing/regionStates";

/** Who answers: percents, which make 100, by region; `elsewhere` for what is in no one region, `nobody` for no answer. */
export type Answering = Readonly<Record<string, number>>;

/** Users who are answered otherwise after a change. */
export interface AnswerChange {
    readonly name: string;
    /** `A`, `AAAA`. */
    readonly types: readonly string[];
    /** States of the regions in which it is so; a region that a state leaves out is up. */
    readonly states: readonly RegionStates[];
    /** Where the users are. */
    readonly users: readonly string[];
    readonly before: Answering;
    readonly after: Answering;
}

/** What a change does to who is answered by whom. */
export interface AnswerComparison {
    readonly changes: readonly AnswerChange[];
    /** How much was compared. */
    readonly names: number;
    readonly states: number;
    readonly places: number;
}

const addressTypes = ["A", "AAAA"] as const;

/**
 * Asks for every name that users may ask for, from every part of the world, in every state of the
 * regions (up or lost, up or evacuated), before and after. Pure.
 */
export function compareAnswers(
    before: readonly PlainResource[],
    after: readonly PlainResource[],
): AnswerComparison {
    const trees = [new RecordTree(before), new RecordTree(after)] as const;
    const regions = union(trees.map((tree) => tree.regions()));
    const evacuable = union(trees.map((tree) => [...evacuableRegions(tree)]));
    const [up, ...lost] = regionStates(regions, "lost");
    const states = [
        ...(up === undefined ? [] : [up]),
        ...lost,
        ...regionStates(evacuable, "evacuated").slice(1),
    ].sort((a, b) => Object.keys(a).length - Object.keys(b).length);
    const names = union(trees.map(namesOf));
    const places = placesOf(trees);
    const found: AnswerChange[] = [];
    for (const state of states) {
        const [askBefore, askAfter] = trees.map((tree) =>
            answersUnder(tree, healthIn(tree, state)),
        );
        for (const name of names) {
            for (const type of addressTypes) {
                for (const from of places) {
                    const query = { name, type, from };
                    const was = answering(askBefore?.(query) ?? []);
                    const is = answering(askAfter?.(query) ?? []);
                    if (!same(was, is)) {
                        found.push({
                            name,
                            types: [type],
                            states: [state],
                            users: [placeName(from)],
                            before: was,
                            after: is,
                        });
                    }
                }
            }
        }
    }
    return {
        changes: merged(merged(merged(found, "users"), "types"), "states"),
        names: names.length,
        states: states.length,
        places: places.length,
    };
}

/** Names that users may ask for and that lead to some region. */
function namesOf(tree: RecordTree): readonly string[] {
    return tree
        .entries()
        .filter(({ type }) => [...addressTypes, "CNAME"].includes(type))
        .filter(({ records }) => records.some((record) => tree.regionsUnder(record).size > 0))
        .map(({ name }) => name);
}

/** The measured places, and one for every geography that has records of its own and holds none of them. */
function placesOf(trees: readonly RecordTree[]): readonly Location[] {
    const further = new Map<string, Location>();
    for (const { routing } of trees.flatMap((tree) => tree.records)) {
        if (routing.policy === "geolocation" && routing.country !== "*" && !isMeasured(routing)) {
            for (const location of locationsIn(routing)) {
                further.set(location.code, location);
            }
        }
    }
    return [...locations, ...further.values()];
}

function isMeasured({ continent, country, subdivision }: Place): boolean {
    return locations.some(
        (location) =>
            (country === undefined
                ? continent === location.continent
                : country === location.country) &&
            (subdivision === undefined || subdivision === location.subdivision),
    );
}

function placeName({ code, name }: Location): string {
    const [place, near] = code.split(" by ");
    return near === undefined ? name : `${place} near ${name}`;
}

function answering(answers: readonly Answer[]): Answering {
    const percent = (share: number): number => Math.round(share * 1000) / 10;
    const all = answers.reduce((sum, { share }) => sum + share, 0);
    const byRegion = sharesByRegion(answers);
    const regional = [...byRegion.values()].reduce((sum, share) => sum + share, 0);
    const shares = [
        ...[...byRegion].sort(([a], [b]) => a.localeCompare(b)),
        ["elsewhere", all - regional] as const,
        ["nobody", 1 - all] as const,
    ];
    return Object.fromEntries(
        shares
            .map(([who, share]) => [who, percent(share)] as const)
            .filter(([, share]) => share > 0),
    );
}

function same(a: Answering, b: Answering): boolean {
    return JSON.stringify(a) === JSON.stringify(b);
}

/** One for those that differ in this alone. */
function merged(
    changes: readonly AnswerChange[],
    by: "users" | "types" | "states",
): readonly AnswerChange[] {
    const groups = new Map<string, AnswerChange>();
    for (const change of changes) {
        const key = JSON.stringify({ ...change, [by]: [] });
        const group = groups.get(key);
        groups.set(
            key,
            group === undefined ? change : { ...group, [by]: [...group[by], ...change[by]] },
        );
    }
    return [...groups.values()];
}

function union(lists: readonly (readonly string[])[]): readonly string[] {
    return [...new Set(lists.flat())].sort();
}
