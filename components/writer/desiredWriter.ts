/** Which region is to write, and under which conditions. Plain data: it is kept in the state. */
export interface WriterInputs {
    readonly globalClusterIdentifier: string;
    readonly writer: string;
    /** ARNs of the clusters, by region. */
    readonly members: Readonly<Record<string, string>>;
    /** Identifiers of the clusters, by region. */
    readonly clusterIdentifiers: Readonly<Record<string, string>>;
    readonly outOfService: readonly string[];
    readonly rpoSeconds: number;
    /** Empty for none. */
    readonly acceptDataLoss: string;
    readonly timeoutSeconds: number;
}

export interface WriterOutputs extends WriterInputs {
    readonly currentWriter: string;
    readonly lastChange: WriterChange;
}

/** How the writer came to be where it is. */
export interface WriterChange {
    /** `adopted`: AWS, or somebody else, had changed it before. */
    readonly kind: "none" | "adopted" | "switchover" | "failover";
    readonly from: string;
    readonly to: string;
    /** Seconds that the new writer was behind before the change; -1 when nobody could tell. */
    readonly lagSeconds: number;
}

/** What can be seen of a global cluster. */
export interface Observed {
    /** Region that writes; undefined when none of the members does. */
    readonly writer: string | undefined;
    /** Whether AWS is changing the roles now. */
    readonly changing: boolean;
    /** Regions whose copy follows the writer. */
    readonly connected: readonly string[];
}

/** How a wanted change can be made. */
export type Plan =
    | { readonly kind: "none" }
    | { readonly kind: "switchover" | "failover"; readonly lagSeconds: number }
    | { readonly kind: "refused"; readonly problem: string };

/** What else has to be known before roles change. */
export interface Conditions {
    /** Whether the present writer answers. */
    readonly writerAnswers: boolean;
    /** Seconds that the wanted writer is behind; undefined when nobody can tell. */
    readonly lagSeconds: number | undefined;
}

/** Where an input cannot be known yet, Pulumi gives this text (`sdk/nodejs/runtime/rpc.ts`). */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether every input is known: in the first preview of all, the clusters are not. */
export function isKnown(inputs: WriterInputs): boolean {
    return !JSON.stringify(inputs).includes(unknownValue);
}

/**
 * What is wrong with the inputs by themselves, by property; empty when nothing is.
 *
 * @param before the region that was wanted last; undefined before there was one
 */
export function inputProblems(
    inputs: WriterInputs,
    before: string | undefined,
): readonly { readonly property: string; readonly reason: string }[] {
    const regions = Object.keys(inputs.members).sort();
    const inService = regions.filter((region) => !inputs.outOfService.includes(region));
    const problems: { property: string; reason: string }[] = [];
    if (!regions.includes(inputs.writer)) {
        problems.push({
            property: "writer",
            reason: `must be a region of the platform (${regions.join(", ")}), got ${inputs.writer}; set meridian:writer to one of them`,
        });
    } else if (inputs.writer !== before && inputs.outOfService.includes(inputs.writer)) {
        // A region that was the writer before it was voted out stays so until somebody chooses another.
        problems.push({
            property: "writer",
            reason: `must be a region in service (${inService.join(", ")}), got ${inputs.writer}, which is voted out; fail it back first, or set meridian:writer to another`,
        });
    }
    if (inputs.acceptDataLoss !== "" && !regions.includes(inputs.acceptDataLoss)) {
        problems.push({
            property: "acceptDataLoss",
            reason: `must be a region of the platform (${regions.join(", ")}), got ${inputs.acceptDataLoss}; set meridian:acceptDataLoss to the region whose latest writes may be lost, or remove it`,
        });
    }
    return problems;
}

/** How to get from what is to what is wanted. */
export function planFor(inputs: WriterInputs, observed: Observed, conditions: Conditions): Plan {
    const { writer: wanted, rpoSeconds, acceptDataLoss } = inputs;
    const from = observed.writer ?? "";
    if (from === wanted) {
        return { kind: "none" };
    }
    const obstacle = obstacleTo(inputs, observed, conditions);
    const lagSeconds = conditions.lagSeconds ?? -1;
    if (obstacle === undefined) {
        return { kind: "switchover", lagSeconds };
    }
    if (acceptDataLoss === from && from !== "") {
        return { kind: "failover", lagSeconds };
    }
    return {
        kind: "refused",
        problem: `must be a region that can be switched over to without a loss from ${from || "the writer"} (RPO ${rpoSeconds} s), got ${wanted}: ${obstacle}; wait until that is over, or set meridian:acceptDataLoss to ${from || "the writer's region"} to fail over and lose what has not arrived`,
    };
}

function obstacleTo(
    { writer: wanted, rpoSeconds }: WriterInputs,
    observed: Observed,
    { writerAnswers, lagSeconds }: Conditions,
): string | undefined {
    if (!writerAnswers) {
        return `${observed.writer ?? "the writer"} does not answer`;
    }
    if (!observed.connected.includes(wanted)) {
        return `${wanted} does not follow the writer`;
    }
    if (lagSeconds === undefined) {
        return `how far ${wanted} lags is not known`;
    }
    return lagSeconds > rpoSeconds
        ? `${wanted} lags ${lagSeconds} s, more than the ${rpoSeconds} s of the RPO`
        : undefined;
}
