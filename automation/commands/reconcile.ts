import { parseGlobalOutputs } from "../../infra/stackOutputs";
import { globalStack, regionNames } from "../../infra/topology";
import {
    reconcileTables,
    type ReconcileReport,
    type ReconcileRequest,
} from "../../runtime/store/reconcile/tables";
import { AutomationError, messageOf } from "../errors";
import type { Estate } from "../estate";

export interface ReconcileOptions {
    /** Without it, a dry run: what differs is told, and nothing written. */
    readonly repair: boolean;
    readonly settleSeconds: number;
    readonly onProgress?: (line: string) => void;
    /** @default over the API */
    readonly compare?: (request: ReconcileRequest) => Promise<ReconcileReport>;
}

/** Differences that are still there. */
export function unrepaired({ differences }: ReconcileReport): ReconcileReport["differences"] {
    return differences.filter(({ outcome }) => outcome.kind !== "repaired");
}

/**
 * Compares the regions' copies of the deployed table, and repairs what the store can. Safe to run again.
 *
 * @throws AutomationError `refused` without a deployed table, `failed` when a region does not answer
 */
export async function reconcileCommand(
    estate: Estate,
    { compare = reconcileTables, ...options }: ReconcileOptions,
): Promise<ReconcileReport> {
    const outputs = await estate.stacks.outputs(globalStack);
    if (outputs === undefined) {
        throw new AutomationError(
            "refused",
            `there is no table to compare: deploy the stack ${globalStack} first (meridian deploy)`,
        );
    }
    const { tableName } = parseGlobalOutputs(globalStack, outputs);
    try {
        return await compare({ tableName, regions: regionNames(estate.topology), ...options });
    } catch (error) {
        throw new AutomationError(
            "failed",
            `the copies of ${tableName} could not be compared: ${messageOf(error)}; every region has to answer, so wait for one that is lost`,
            { cause: error },
        );
    }
}
