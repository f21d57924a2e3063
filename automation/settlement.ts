import { globalStack } from "../infra/topology";
import type { Estate, LaneUpdate } from "./estate";
import type { Intent } from "./provenUpdate";
import {
    dialEdit,
    standInEdit,
    writerEdits,
    type ConfigEdit,
    type WriterSettings,
} from "./stackConfig";

/** The roles that are to be. */
export interface Roles {
    /** Undefined where they are to stay. */
    readonly writer: WriterSettings | undefined;
    /** Whose cache takes writes for the one that should, or nobody's; undefined where that is to stay. */
    readonly cache: { readonly standIn: string | undefined } | undefined;
}

/**
 * What takes an evacuated region out of everything that votes do not reach: the accelerator's dial, and
 * the roles of a region that writes. One update, because one stack holds both.
 */
export function settleIntent(estate: Estate, region: string, roles: Roles | undefined): Intent {
    return {
        stack: globalStack,
        edits: [dialEdit(region, 0), ...(roles ? roleEdits(roles) : [])],
        expected: { kind: "settle", of: region },
        policyPacks: globalPacks(estate, { lane: "settle", region }),
        message: [
            `settle ${region}: accelerator's dial 0 %`,
            ...(roles ? roleTexts(roles) : []),
        ].join(", "),
    };
}

/** Sets what the accelerator sends to a region, nothing or all: one call to its control plane, in us-west-2. */
export function dialIntent(estate: Estate, lane: "settle" | "failback", region: string): Intent {
    const percent = lane === "settle" ? 0 : 100;
    return {
        stack: globalStack,
        edits: [dialEdit(region, percent)],
        expected: { kind: "dial", of: region },
        policyPacks: globalPacks(estate, { lane, region }),
        message: `accelerator's dial for ${region}: ${percent} %`,
    };
}

/** Gives the database and the caches the writers they had in the region, and the writer's name with it. */
export function rolesIntent(estate: Estate, region: string, roles: Roles): Intent {
    return {
        stack: globalStack,
        edits: roleEdits(roles),
        expected: { kind: "writer" },
        policyPacks: globalPacks(estate, { lane: "failback", region }),
        message: roleTexts(roles).join(", "),
    };
}

/** What a lane does to the global stack is judged by the standing rules, too. */
export function globalPacks(
    estate: Estate,
    update: Pick<LaneUpdate, "lane" | "region" | "share">,
): Intent["policyPacks"] {
    const { policyPacks } = estate;
    return (proof) => [...policyPacks.standing, ...policyPacks.evacuation({ ...update, ...proof })];
}

function roleEdits({ writer, cache }: Roles): readonly ConfigEdit[] {
    return [
        ...(writer === undefined ? [] : writerEdits(writer)),
        ...(cache === undefined ? [] : [standInEdit(cache.standIn)]),
    ];
}

function roleTexts({ writer, cache }: Roles): readonly string[] {
    return [
        ...(writer === undefined ? [] : [`${writer.writer} writes`]),
        ...(cache?.standIn === undefined
            ? []
            : [`${cache.standIn} stands in for the caches' primary`]),
        ...(writer === undefined && cache !== undefined && cache.standIn === undefined
            ? ["the caches' primary is where it belongs"]
            : []),
    ];
}
