/** One resource that an update changes, or would change. */
export interface ResourceChange {
    readonly urn: string;
    /** Pulumi type token. */
    readonly type: string;
    /** Logical name. */
    readonly name: string;
    /** Engine operation: `create`, `update`, `delete`, `replace`, `create-replacement`, `delete-replaced`, ... */
    readonly operation: string;
    /** Paths of the properties that differ, as the provider names them; empty for creates and deletes. */
    readonly paths: readonly string[];
    readonly oldInputs: Readonly<Record<string, unknown>>;
    readonly newInputs: Readonly<Record<string, unknown>>;
    /** URNs of the resources that an input comes from, by input. @default not asked for */
    readonly from?: Readonly<Record<string, readonly string[]>>;
}

export type PolicySeverity = "low" | "medium" | "high" | "critical";

export interface PolicyViolation {
    /** URN; empty when the policy names no resource. */
    readonly resource: string;
    readonly pack: string;
    readonly policy: string;
    readonly level: "advisory" | "mandatory";
    /** As the policy states it; absent when it does not. */
    readonly severity?: PolicySeverity;
    readonly message: string;
}

/** A policy pack that took part in a run. */
export interface PackRun {
    readonly name: string;
    /** As it was given to the CLI, absolute. */
    readonly folder: string;
    /** It judged the stack as a whole, which is the last that a pack is asked. */
    readonly finished: boolean;
    /** The run ended where a pack failed, and this one had no verdict there: it is the one, or one of those it may be. */
    readonly stopped: boolean;
}

/** What one run of the engine did, read from its event log. */
export interface EventSummary {
    readonly changes: readonly ResourceChange[];
    /** Resources per operation, `same` included, as the engine counts them. */
    readonly counts: Readonly<Record<string, number>>;
    readonly violations: readonly PolicyViolation[];
    /** Policies that could not judge a resource, because a value they read is known only after the update. */
    readonly unjudged: readonly PolicyViolation[];
    readonly packs: readonly PackRun[];
    /** The stack's outputs after the run (or as previewed); undefined when it did not get that far. */
    readonly outputs: Readonly<Record<string, unknown>> | undefined;
    /** The stack's outputs before the run. */
    readonly previousOutputs: Readonly<Record<string, unknown>> | undefined;
    readonly errors: readonly string[];
    readonly succeeded: boolean;
}

interface StepState {
    readonly inputs?: Record<string, unknown>;
    readonly outputs?: Record<string, unknown>;
}

interface StepMetadata {
    readonly op: string;
    readonly urn: string;
    readonly type: string;
    readonly old: StepState | null;
    readonly new: StepState | null;
    readonly diffs?: readonly string[] | null;
    readonly detailedDiff?: Record<string, unknown> | null;
}

/** The part of the engine's event (`sdk/go/common/apitype/events.go`) that is read here. */
interface EngineEvent {
    readonly resourcePreEvent?: { readonly metadata: StepMetadata };
    readonly resOutputsEvent?: { readonly metadata: StepMetadata };
    readonly diagnosticEvent?: {
        readonly severity: string;
        readonly message: string;
        readonly urn?: string;
    };
    readonly policyEvent?: {
        readonly resourceUrn?: string;
        readonly message: string;
        readonly policyName: string;
        readonly policyPackName: string;
        readonly enforcementLevel: string;
        readonly severity?: string;
    };
    readonly policyAnalyzeSummaryEvent?: {
        readonly resourceUrn: string;
        readonly policyPackName: string;
    };
    readonly policyAnalyzeStackSummaryEvent?: { readonly policyPackName: string };
    readonly summaryEvent?: {
        readonly resourceChanges?: Record<string, number>;
        /** Version by `<name>|local|<folder>`. */
        readonly PolicyPacks?: Record<string, string>;
        readonly result?: string;
    };
}

const stackType = "pulumi:pulumi:Stack";
/** Steps that leave the resource as it is. */
const quietOperations = new Set(["same", "read", "refresh"]);
const severities: readonly string[] = ["low", "medium", "high", "critical"];
/** How `@pulumi/policy` (server.js, `analyze`) begins what it says of an unknown value; an advisory event like any other. */
const unjudgedText = /^can't run policy '[^']*' from policy pack '[^']*' during preview: /;
/** How the engine (`pkg/resource/deploy/step_generator.go`) begins what it says of a pack that failed. */
const packFailure = /^failed to run policy\b/;

/** Reads an event log. A line that a killed engine left half written is left out. */
export function summarizeEvents(lines: readonly string[]): EventSummary {
    const changes = new Map<string, ResourceChange>();
    const violations: PolicyViolation[] = [];
    const unjudged: PolicyViolation[] = [];
    const packEvents = new PackEvents();
    let packs: readonly string[] = [];
    const errors: string[] = [];
    let counts: Record<string, number> = {};
    let outputs: Record<string, unknown> | undefined;
    let previousOutputs: Record<string, unknown> | undefined;
    let succeeded = false;

    for (const event of lines.map(parseEvent)) {
        const before = event?.resourcePreEvent?.metadata;
        if (before !== undefined && !quietOperations.has(before.op) && before.type !== stackType) {
            changes.set(`${before.op} ${before.urn}`, changeOf(before));
        }
        const after = event?.resOutputsEvent?.metadata;
        if (after?.type === stackType) {
            previousOutputs ??= after.old?.outputs;
            outputs = after.new?.outputs ?? outputs;
        }
        const violation = event?.policyEvent;
        if (violation !== undefined) {
            const one = violationOf(violation);
            (unjudgedText.test(one.message) ? unjudged : violations).push(one);
        }
        if (event !== undefined) {
            packEvents.add(event);
        }
        const diagnostic = event?.diagnosticEvent;
        if (diagnostic?.severity === "error") {
            const resource = diagnostic.urn ? `${nameOf(diagnostic.urn)}: ` : "";
            errors.push(`${resource}${plain(diagnostic.message)}`);
        }
        if (event?.summaryEvent !== undefined) {
            counts = event.summaryEvent.resourceChanges ?? {};
            packs = Object.keys(event.summaryEvent.PolicyPacks ?? {});
            succeeded = event.summaryEvent.result === "succeeded";
        }
    }
    return {
        changes: [...changes.values()],
        counts,
        violations,
        unjudged,
        packs: packs.map((key) => packEvents.runOf(key)),
        outputs,
        previousOutputs,
        errors,
        succeeded,
    };
}

function changeOf(step: StepMetadata): ResourceChange {
    return {
        urn: step.urn,
        type: step.type,
        name: nameOf(step.urn),
        operation: step.op,
        paths: Object.keys(step.detailedDiff ?? {}).length
            ? Object.keys(step.detailedDiff ?? {}).sort()
            : [...(step.diffs ?? [])].sort(),
        oldInputs: step.old?.inputs ?? {},
        newInputs: step.new?.inputs ?? {},
    };
}

function violationOf(event: NonNullable<EngineEvent["policyEvent"]>): PolicyViolation {
    const { severity } = event;
    return {
        resource: event.resourceUrn ?? "",
        pack: event.policyPackName,
        policy: event.policyName,
        level: event.enforcementLevel === "mandatory" ? "mandatory" : "advisory",
        ...(severity !== undefined && severities.includes(severity)
            ? { severity: severity as PolicySeverity }
            : {}),
        message: plain(event.message),
    };
}

/** What the events tell of the packs, whichever there are. */
class PackEvents {
    readonly #finished = new Set<string>();
    /** `<pack> <urn>` */
    readonly #judged = new Set<string>();
    /** URNs of the resources at which a pack failed; empty for the stack as a whole. */
    readonly #failedAt: string[] = [];

    add(event: EngineEvent): void {
        const judged = event.policyAnalyzeSummaryEvent;
        if (judged !== undefined) {
            this.#judged.add(`${judged.policyPackName} ${judged.resourceUrn}`);
        }
        if (event.policyAnalyzeStackSummaryEvent !== undefined) {
            this.#finished.add(event.policyAnalyzeStackSummaryEvent.policyPackName);
        }
        const { severity, message, urn } = event.diagnosticEvent ?? {};
        if (severity === "error" && packFailure.test(plain(message ?? ""))) {
            this.#failedAt.push(urn ?? "");
        }
    }

    /** @param key `<name>|local|<folder>` */
    runOf(key: string): PackRun {
        const [name = "", , ...folder] = key.split("|");
        const finished = this.#finished.has(name);
        return {
            name,
            folder: folder.join("|"),
            finished,
            stopped: this.#failedAt.some((urn) =>
                urn === "" ? !finished : !this.#judged.has(`${name} ${urn}`),
            ),
        };
    }
}

function nameOf(urn: string): string {
    return urn.split("::").slice(3).join("::");
}

/** Without the engine's colour tags. */
function plain(message: string): string {
    return message.replace(/<\{%[^%]*%\}>/g, "").trim();
}

function parseEvent(line: string): EngineEvent | undefined {
    try {
        return JSON.parse(line) as EngineEvent;
    } catch {
        return undefined;
    }
}
