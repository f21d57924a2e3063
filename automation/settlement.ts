import { globalStack } from "../infra/topology";
import type { Estate } from "./estate";
import type { Intent } from "./provenUpdate";
import { dialEdit, writerEdits, type WriterSettings } from "./stackConfig";

/**
 * What takes an evacuated region out of everything that votes do not reach: the accelerator's dial, and
 * the roles of a region that writes. One update, because one stack holds both.
 *
 * @param writer the roles that are to be; undefined where they are to stay.
 */
export function settleIntent(
    estate: Estate,
    region: string,
    writer: WriterSettings | undefined,
): Intent {
    return {
        stack: globalStack,
        edits: [dialEdit(region, 0), ...(writer === undefined ? [] : writerEdits(writer))],
        expected: { kind: "settle", of: region },
        policyPacks: () => estate.policyPacks.standing,
        message:
            writer === undefined
                ? `settle ${region}: accelerator's dial 0 %`
                : `settle ${region}: accelerator's dial 0 %, ${writer.writer} writes`,
    };
}

/** Sets what the accelerator sends to a region: one call to its control plane, in us-west-2. */
export function dialIntent(estate: Estate, region: string, percent: number): Intent {
    return {
        stack: globalStack,
        edits: [dialEdit(region, percent)],
        expected: { kind: "dial", of: region },
        policyPacks: () => estate.policyPacks.standing,
        message: `accelerator's dial for ${region}: ${percent} %`,
    };
}

/** Gives the database and the caches the writer they had, and its name with it. */
export function writerIntent(estate: Estate, writer: WriterSettings): Intent {
    return {
        stack: globalStack,
        edits: writerEdits(writer),
        expected: { kind: "writer" },
        policyPacks: () => estate.policyPacks.standing,
        message: `${writer.writer} writes`,
    };
}
