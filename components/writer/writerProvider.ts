import { setTimeout as delay } from "node:timers/promises";

import {
    inputProblems,
    isKnown,
    planFor,
    type Conditions,
    type Observed,
    type WriterChange,
    type WriterInputs,
    type WriterOutputs,
} from "./desiredWriter";
import { AwsWriterApi, messageOf, type WriterApi } from "./writerApi";

export interface CheckResult {
    readonly inputs: WriterInputs;
    readonly failures: readonly { readonly property: string; readonly reason: string }[];
}

/** AWS began a change and did not make it. */
class GivenUpError extends Error {
    override readonly name = "GivenUpError";
}

/** How often the roles are asked for while they change, milliseconds. */
const periodMs = 500;

/** Refuses, in a preview as in an update, what could not be done, before anything changes. */
export async function check(
    olds: Partial<WriterInputs> | undefined,
    news: WriterInputs,
    api: WriterApi = new AwsWriterApi(),
): Promise<CheckResult> {
    if (!isKnown(news)) {
        return { inputs: news, failures: [] };
    }
    const before = olds?.writer;
    const problems = inputProblems(news, before);
    if (problems.length > 0 || before === undefined || before === news.writer) {
        return { inputs: news, failures: problems };
    }
    const observed = await api.observe(news);
    // What is being changed is told in the end; the update waits for it.
    const plan = observed.changing
        ? { kind: "none" as const }
        : planFor(news, observed, await conditionsOf(news, observed, api));
    return {
        inputs: news,
        failures: plan.kind === "refused" ? [{ property: "writer", reason: plan.problem }] : [],
    };
}

/** A change is wanted when the wish or the members changed, or when the writer is not where it is wanted. */
export async function diff(
    olds: WriterOutputs,
    news: WriterInputs,
    api: WriterApi = new AwsWriterApi(),
): Promise<{ readonly changes: boolean; readonly replaces: readonly string[] }> {
    if (!isKnown(news)) {
        return { changes: true, replaces: [] };
    }
    if (olds.globalClusterIdentifier !== news.globalClusterIdentifier) {
        return { changes: true, replaces: ["globalClusterIdentifier"] };
    }
    const changed =
        olds.writer !== news.writer ||
        JSON.stringify(sorted(olds.members)) !== JSON.stringify(sorted(news.members));
    return { changes: changed || (await drifted(olds, news, api)), replaces: [] };
}

/** Roles that nobody can tell are taken to be as they were: an update must not wait for them. */
async function drifted(olds: WriterOutputs, news: WriterInputs, api: WriterApi): Promise<boolean> {
    try {
        const { writer, changing } = await api.observe(news);
        return !changing && writer !== news.writer;
    } catch {
        return olds.currentWriter !== news.writer;
    }
}

export async function create(
    inputs: WriterInputs,
    api: WriterApi = new AwsWriterApi(),
): Promise<{ readonly id: string; readonly outs: WriterOutputs }> {
    return {
        id: inputs.globalClusterIdentifier,
        outs: await reconcile(inputs, undefined, api),
    };
}

export async function update(
    olds: WriterOutputs,
    news: WriterInputs,
    api: WriterApi = new AwsWriterApi(),
): Promise<{ readonly outs: WriterOutputs }> {
    return { outs: await reconcile(news, olds, api) };
}

/** What a refresh finds. */
export async function read(
    id: string,
    props: WriterOutputs,
    api: WriterApi = new AwsWriterApi(),
): Promise<{ readonly id: string; readonly props: WriterOutputs }> {
    const { writer } = await api.observe(props);
    return { id, props: { ...props, currentWriter: writer ?? props.currentWriter } };
}

async function reconcile(
    inputs: WriterInputs,
    olds: WriterOutputs | undefined,
    api: WriterApi,
): Promise<WriterOutputs> {
    const observed = await settled(inputs, api, (state) => !state.changing);
    const from = observed.writer ?? "";
    const plan = planFor(inputs, observed, await conditionsOf(inputs, observed, api));
    if (plan.kind === "refused") {
        throw new Error(`\`writer\`: ${plan.problem}`);
    }
    if (plan.kind === "none") {
        return outputs(inputs, adopted(inputs.writer, olds));
    }
    const kind = await begin(inputs, plan.kind, from, api);
    let began = false;
    await settled(inputs, api, (state) => {
        began ||= state.changing;
        if (began && !state.changing && state.writer !== inputs.writer) {
            throw new GivenUpError(
                `\`writer\`: AWS gave up the ${kind} of ${inputs.globalClusterIdentifier} to ${inputs.writer}, and ${state.writer ?? "no region"} writes; look at the global cluster's events, then run the update again`,
            );
        }
        return !state.changing && state.writer === inputs.writer;
    });
    return outputs(inputs, {
        kind,
        from,
        to: inputs.writer,
        lagSeconds: plan.lagSeconds,
    });
}

/**
 * Has AWS begin the change. A region that answers may still refuse to hand over, or not get that far; its
 * loss is then accepted, or it is not.
 *
 * @returns what was begun
 * @throws Error when the writer does not hand over, and its loss is not accepted
 */
async function begin(
    inputs: WriterInputs,
    kind: "switchover" | "failover",
    from: string,
    api: WriterApi,
): Promise<"switchover" | "failover"> {
    if (kind === "failover") {
        await api.failover(inputs);
        return kind;
    }
    try {
        await api.switchover(inputs, from);
        return kind;
    } catch (error) {
        // An answer that was lost on its way says nothing of what it would have said.
        const { writer, changing } = await api.observe(inputs);
        if (changing || writer === inputs.writer) {
            return kind;
        }
        if (inputs.acceptDataLoss !== from) {
            throw new Error(
                `\`writer\`: RDS in ${from}, where the switchover has to begin, did not begin it: ${messageOf(error)}; run the update again, or set meridian:acceptDataLoss to ${from} to fail over and lose what has not arrived`,
                { cause: error },
            );
        }
        await api.failover(inputs);
        return "failover";
    }
}

/** Nothing to do: it was so before, or it was brought about by somebody else. */
function adopted(writer: string, olds: WriterOutputs | undefined): WriterChange {
    const none = { kind: "none", from: writer, to: writer, lagSeconds: 0 } as const;
    if (olds === undefined) {
        return none;
    }
    return olds.currentWriter === writer
        ? olds.lastChange
        : { kind: "adopted", from: olds.currentWriter, to: writer, lagSeconds: -1 };
}

function outputs(inputs: WriterInputs, lastChange: WriterChange): WriterOutputs {
    return { ...inputs, currentWriter: inputs.writer, lastChange };
}

async function conditionsOf(
    inputs: WriterInputs,
    observed: Observed,
    api: WriterApi,
): Promise<Conditions> {
    const { writer } = observed;
    if (writer === inputs.writer) {
        return { writerAnswers: true, lagSeconds: 0 };
    }
    const [writerAnswers, lagSeconds] = await Promise.all([
        writer === undefined ? false : api.answers(inputs, writer),
        api.lagSeconds(inputs, inputs.writer, writer ?? ""),
    ]);
    return { writerAnswers, lagSeconds };
}

/**
 * The roles once they are as asked for.
 *
 * @throws Error when they are not in time
 */
async function settled(
    inputs: WriterInputs,
    api: WriterApi,
    done: (observed: Observed) => boolean,
): Promise<Observed> {
    const end = Date.now() + inputs.timeoutSeconds * 1000;
    let last = "";
    for (;;) {
        try {
            const observed = await api.observe(inputs);
            if (done(observed)) {
                return observed;
            }
            last = `${observed.writer ?? "no region"} writes${observed.changing ? ", and the roles are changing" : ""}`;
        } catch (error) {
            if (error instanceof GivenUpError) {
                throw error;
            }
            last = messageOf(error);
        }
        if (Date.now() >= end) {
            throw new Error(
                `the roles of ${inputs.globalClusterIdentifier} must be settled, with ${inputs.writer} as the writer, within ${inputs.timeoutSeconds} s, got: ${last}; look at the global cluster's events, then run the update again`,
            );
        }
        await delay(periodMs);
    }
}

function sorted(record: Readonly<Record<string, string>>): readonly (readonly string[])[] {
    return Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}
