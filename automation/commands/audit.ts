import { AutomationError, messageOf } from "../errors";
import type { Estate } from "../estate";
import { askPacks, fromProject, inPairs, type AskOptions } from "../gate/askPacks";
import { componentPlaces } from "../gate/places";
import { gateReport, type GateReport } from "../gate/report";
import { isDeployed, withoutSecrets, type Analysis } from "../pulumi/stateAnalysis";
import { stackFile } from "../stackConfig";
import type { Update } from "../stacks";
import { chooseStacks, type LifecycleOptions } from "./deploy";
import { findingLines } from "./preview";

export interface AuditOptions
    extends
        Pick<LifecycleOptions, "stacks" | "onProgress" | "signal">,
        Pick<AskOptions, "askPack"> {}

/**
 * What the standing packs say of the stacks as deployed: no program runs, and AWS is not asked. The
 * packs see `[secret]` for every secret.
 */
export async function audit(estate: Estate, options: AuditOptions = {}): Promise<GateReport> {
    const packs = await askPacks(estate, options);
    const updates = await inPairs(chooseStacks(estate, options.stacks), async (stack) => {
        const judged = await auditStack(estate, stack, options.signal);
        options.onProgress?.(describeAudit(judged));
        return judged;
    });
    return gateReport({
        subject: "audit",
        updates,
        packs,
        fileOf: (stack) => fromProject(estate, stackFile(estate.configFolder, stack)),
        places: await componentPlaces(estate.projectFolder),
    });
}

/** As an update that changes nothing. Pack by pack, so that one which ends without a word is known. */
async function auditStack(
    estate: Estate,
    stack: string,
    signal: AbortSignal | undefined,
): Promise<Update> {
    const started = performance.now();
    const analyses: Analysis[] = [];
    let error: AutomationError | undefined;
    try {
        const exported = await estate.stacks.exported(stack, signal);
        if (!isDeployed(exported)) {
            throw new AutomationError(
                "failed",
                `${stack}: nothing is deployed that could be audited; deploy it first: meridian deploy --stack ${stack}`,
            );
        }
        const state = withoutSecrets(exported);
        for (const pack of estate.policyPacks.standing) {
            analyses.push(await estate.stacks.analyse(state, pack, signal));
        }
        error = verdictOn(stack, analyses);
    } catch (caught) {
        signal?.throwIfAborted();
        error =
            caught instanceof AutomationError
                ? caught
                : new AutomationError("failed", `${stack}: ${messageOf(caught)}`);
    }
    return {
        stack,
        seconds: (performance.now() - started) / 1000,
        changes: [],
        counts: {},
        violations: analyses.flatMap((one) => one.violations),
        unjudged: analyses.flatMap((one) => one.unjudged),
        packs: analyses.flatMap((one) => one.packs),
        outputs: undefined,
        previousOutputs: undefined,
        errors: [],
        succeeded: error === undefined,
        error,
    };
}

function verdictOn(stack: string, analyses: readonly Analysis[]): AutomationError | undefined {
    const failure = analyses.find((one) => one.failure !== undefined)?.failure;
    if (failure !== undefined) {
        return new AutomationError("failed", failure);
    }
    return analyses.some(({ violations }) => violations.some(({ level }) => level === "mandatory"))
        ? new AutomationError("policy", `${stack}: what is deployed violates policy`)
        : undefined;
}

function describeAudit({ stack, seconds, violations, error }: Update): string {
    const time = `in ${seconds.toFixed(1)} s`;
    if (error !== undefined && error.code !== "policy") {
        return `${stack}: no verdict ${time}`;
    }
    const number = violations.length;
    return `${stack}: ${number === 0 ? "no" : number} violation${number === 1 ? "" : "s"} ${time}`;
}

/** The report for a person: per stack what the rules say; last, which packs failed. */
export function auditText(report: GateReport): string {
    const lines = report.stacks.flatMap((stack) => {
        const { findings, failure } = stack;
        const clean = findings.length === 0 && failure === undefined;
        return [`${stack.stack}:${clean ? " no violation" : ""}`, ...findingLines(stack)];
    });
    const verdict = report.passed
        ? "what is deployed meets the policies"
        : "what is deployed does not meet the policies, or could not be judged";
    return [...lines, ...report.packFailures, verdict].join("\n");
}
