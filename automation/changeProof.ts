import type { ResourceChange, Update } from "./stacks";
import type { Vote } from "./stackConfig";

/** What an update is allowed to do: exactly these changes, or nothing where it is already so. */
export type ExpectedChange =
    | { readonly kind: "vote"; readonly on: string; readonly vote: Vote }
    | { readonly kind: "share"; readonly of: string }
    | { readonly kind: "dial"; readonly of: string }
    /** The roles of the database and the caches, and the name that leads to who writes. */
    | { readonly kind: "writer" }
    /** The dial of a region and the roles, in one. */
    | { readonly kind: "settle"; readonly of: string };

type Expected<K extends ExpectedChange["kind"]> = Extract<ExpectedChange, { readonly kind: K }>;

export type ChangeProof =
    | {
          readonly kind: "proven";
          /** URNs that the update may touch; empty when there is nothing left to do. */
          readonly targets: readonly string[];
          /** Whether the update has to run at all: a resource or an output of the stack changes. */
          readonly pending: boolean;
      }
    | { readonly kind: "refused"; readonly problems: readonly string[] };

/**
 * Proves from its preview that an update changes what it should and nothing else. Two words in an
 * object, two weights of a record set, one dial, or who has a role: anything else in the preview is somebody's undeployed work
 * (or a mistake), and an evacuation must not be the update that ships it.
 */
export function proveChange(preview: Update, expected: ExpectedChange): ChangeProof {
    if (preview.error !== undefined) {
        return { kind: "refused", problems: [preview.error.message] };
    }
    const problems = preview.changes.flatMap((change) => problemsOf(change, expected));
    if (expected.kind === "vote" && preview.changes.length > 1) {
        problems.push(
            `${preview.changes.length} resources would change, at most 1 may: ` +
                preview.changes.map((change) => change.name).join(", "),
        );
    }
    if (problems.length > 0) {
        return { kind: "refused", problems };
    }
    return {
        kind: "proven",
        targets: preview.changes.map((change) => change.urn),
        pending: preview.changes.length > 0 || !sameValue(preview.outputs, preview.previousOutputs),
    };
}

function problemsOf(change: ResourceChange, expected: ExpectedChange): string[] {
    const problem = problemOf(change, expected);
    return problem === undefined ? [] : [`${change.type} ${change.name}: ${problem}`];
}

function problemOf(change: ResourceChange, expected: ExpectedChange): string | undefined {
    switch (expected.kind) {
        case "vote":
            return voteProblem(change, expected);
        case "share":
            return shareProblem(change, expected);
        case "dial":
            return dialProblem(change, expected.of);
        case "writer":
            return writerProblem(change);
        case "settle":
            return isRole(change) || isWriteName(change)
                ? writerProblem(change)
                : dialProblem(change, expected.of);
    }
}

function voteProblem(change: ResourceChange, expected: Expected<"vote">): string | undefined {
    if (change.name !== `votes-${expected.on}` || !/^aws:s3\/bucketObjectv2:/.test(change.type)) {
        return `${would(change)}; only the vote votes-${expected.on} may change`;
    }
    if (change.operation !== "update") {
        return `${would(change)}; a vote may only be updated in place`;
    }
    if (change.newInputs["content"] !== expected.vote) {
        return `would say ${JSON.stringify(change.newInputs["content"])}, must say ${JSON.stringify(expected.vote)}`;
    }
    const others = differingInputs(change).filter((key) => key !== "content" && key !== "etag");
    return others.length === 0
        ? undefined
        : `would also change ${others.join(", ")}; only its content may change`;
}

function shareProblem(change: ResourceChange, expected: Expected<"share">): string | undefined {
    const name = change.newInputs["name"];
    if (
        !/^aws:route53\/record:/.test(change.type) ||
        typeof name !== "string" ||
        !name.startsWith(`${expected.of}.app.`)
    ) {
        return `${would(change)}; only the weighted records of ${expected.of} may change`;
    }
    if (change.operation !== "update") {
        return `${would(change)}; a weight may only be updated in place`;
    }
    const others = differingInputs(change).filter((key) => key !== "weightedRoutingPolicies");
    return others.length === 0
        ? undefined
        : `would also change ${others.join(", ")}; only its weight may change`;
}

function dialProblem(change: ResourceChange, region: string): string | undefined {
    if (
        !/^aws:globalaccelerator\/endpointGroup:/.test(change.type) ||
        change.newInputs["endpointGroupRegion"] !== region
    ) {
        return `${would(change)}; only the dial of ${region} may change`;
    }
    if (change.operation !== "update") {
        return `${would(change)}; a dial may only be updated in place`;
    }
    const others = differingInputs(change).filter((key) => key !== "trafficDialPercentage");
    return others.length === 0
        ? undefined
        : `would also change ${others.join(", ")}; only its dial may change`;
}

/** What a change of who writes may touch, by type. */
const roleInputs: Readonly<Record<string, readonly string[]>> = {
    "pulumi-nodejs:dynamic/meridian:GlobalWriter": ["writer", "outOfService", "acceptDataLoss"],
    "pulumi-nodejs:dynamic/meridian:CachePrimary": ["primary"],
};

/** Whether a change is of whose cache takes writes. */
export function isCachePrimary({ type }: Pick<ResourceChange, "type">): boolean {
    return type === "pulumi-nodejs:dynamic/meridian:CachePrimary";
}

/** Whether a change is of who has a role, which needs no control plane but the new holder's. */
export function isRole({ type }: Pick<ResourceChange, "type">): boolean {
    return type in roleInputs;
}

/** Whether a change is of the name that leads to who writes, which needs Route 53's control plane. */
export function isWriteName({ type, newInputs }: ResourceChange): boolean {
    const name = newInputs["name"];
    return (
        /^aws:route53\/record:/.test(type) &&
        typeof name === "string" &&
        name.startsWith("write.app.")
    );
}

function writerProblem(change: ResourceChange): string | undefined {
    const allowed = isWriteName(change) ? ["aliases", "healthCheckId"] : roleInputs[change.type];
    if (allowed === undefined) {
        return `${would(change)}; only who writes may change`;
    }
    if (change.operation !== "update") {
        return `${would(change)}; a role may only be updated in place`;
    }
    const others = differingInputs(change).filter((key) => !allowed.includes(key));
    return others.length === 0
        ? undefined
        : `would also change ${others.join(", ")}; only ${allowed.join(", ")} may change`;
}

/** `would update tags, name`. */
function would(change: ResourceChange): string {
    return [`would ${change.operation}`, change.paths.join(", ")].join(" ").trim();
}

/** Inputs that differ, without what the engine adds for itself. */
function differingInputs(change: ResourceChange): string[] {
    const keys = new Set([...Object.keys(change.oldInputs), ...Object.keys(change.newInputs)]);
    return [...keys]
        .filter((key) => !key.startsWith("__"))
        .filter((key) => !sameValue(change.oldInputs[key], change.newInputs[key]));
}

function sameValue(a: unknown, b: unknown): boolean {
    return canonical(a) === canonical(b);
}

/** JSON with sorted keys; a missing value and an empty object of outputs read the same. */
function canonical(value: unknown): string {
    return JSON.stringify(value ?? {}, (_key, held: unknown) =>
        held !== null && typeof held === "object" && !Array.isArray(held)
            ? Object.fromEntries(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1)))
            : held,
    );
}
