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
}

export interface PolicyViolation {
    readonly resource: string;
    readonly pack: string;
    readonly policy: string;
    readonly level: "advisory" | "mandatory";
    readonly message: string;
}

/** What one run of the engine did, read from its event log. */
export interface EventSummary {
    readonly changes: readonly ResourceChange[];
    /** Resources per operation, `same` included, as the engine counts them. */
    readonly counts: Readonly<Record<string, number>>;
    readonly violations: readonly PolicyViolation[];
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
    };
    readonly summaryEvent?: {
        readonly resourceChanges?: Record<string, number>;
        readonly result?: string;
    };
}

const stackType = "pulumi:pulumi:Stack";
/** Steps that leave the resource as it is. */
const quietOperations = new Set(["same", "read", "refresh"]);

/** Reads an event log. A line that a killed engine left half written is left out. */
export function summarizeEvents(lines: readonly string[]): EventSummary {
    const changes = new Map<string, ResourceChange>();
    const violations: PolicyViolation[] = [];
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
            violations.push({
                resource: violation.resourceUrn ?? "",
                pack: violation.policyPackName,
                policy: violation.policyName,
                level: violation.enforcementLevel === "mandatory" ? "mandatory" : "advisory",
                message: plain(violation.message),
            });
        }
        const diagnostic = event?.diagnosticEvent;
        if (diagnostic?.severity === "error") {
            const resource = diagnostic.urn ? `${nameOf(diagnostic.urn)}: ` : "";
            errors.push(`${resource}${plain(diagnostic.message)}`);
        }
        if (event?.summaryEvent !== undefined) {
            counts = event.summaryEvent.resourceChanges ?? {};
            succeeded = event.summaryEvent.result === "succeeded";
        }
    }
    return {
        changes: [...changes.values()],
        counts,
        violations,
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
