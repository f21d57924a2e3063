import { summarizeEvents, type EventSummary } from "./events";
import type { PulumiProcessResult } from "./process";

export interface ExportedResource {
    readonly urn: string;
    /** Pulumi type token. */
    readonly type: string;
    readonly outputs?: Readonly<Record<string, unknown>>;
    /** URNs by input. */
    readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
}

/** A stack's export, as `pulumi stack export` writes it. */
export interface StackExport {
    readonly deployment?: {
        readonly resources?: readonly ExportedResource[];
    } | null;
}

/** Whether there is anything of the stack's own: the engine keeps itself and providers there as well. */
export function isDeployed({ deployment }: StackExport): boolean {
    return (deployment?.resources ?? []).some(({ type }) => !type.startsWith("pulumi:"));
}

/** How Pulumi marks a special value, and a secret among them (`sdk/go/common/resource/sig`). */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/**
 * The export with `[secret]` for every secret, as `pulumi policy analyze --file` has it for those that it
 * cannot decrypt: what a rule does not see, it cannot repeat in a message.
 */
export function withoutSecrets(exported: StackExport): StackExport {
    const plain = redacted(exported) as StackExport & {
        deployment?: { secrets_providers?: unknown };
    };
    delete plain.deployment?.secrets_providers;
    return plain;
}

function redacted(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(redacted);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const held = value as Readonly<Record<string, unknown>>;
    return held[signature] === secretSignature
        ? "[secret]"
        : Object.fromEntries(Object.entries(held).map(([key, one]) => [key, redacted(one)]));
}

/** What one pack said of a stack's state. */
export interface Analysis extends EventSummary {
    /** Why it came to no verdict; undefined when it did, even to a bad one. */
    readonly failure: string | undefined;
}

/** How `pulumi policy analyze` (`pkg/cmd/pulumi/policy/policy_analyze.go`) ends after a bad verdict. */
const refusal = "one or more mandatory policy violations were found";

/**
 * Reads a run of `pulumi policy analyze --json` with one pack, whose events are on stdout.
 *
 * @param folder of the pack, absolute.
 */
export function analysisOf(
    { code, stdout, stderr }: Pick<PulumiProcessResult, "code" | "stdout" | "stderr">,
    folder: string,
): Analysis {
    const summary = summarizeEvents(stdout.split("\n").filter((line) => line.startsWith("{")));
    const verdict = code === 0 ? summary.succeeded : stderr.includes(refusal);
    const text = plainErrors(stderr) || `pulumi policy analyze ended with status ${code}`;
    return {
        ...summary,
        packs: [
            {
                name: summary.packs[0]?.name ?? "",
                folder,
                finished: verdict,
                stopped: !verdict,
            },
        ],
        failure: verdict ? undefined : text,
    };
}

/** Without colours, blank lines and the pack's stack frames below the first few. */
function plainErrors(stderr: string): string {
    const lines = stderr
        .replace(/\u001b\[[0-9;]*m/g, "")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.startsWith("at "));
    return lines.map((line) => line.replace(/^error: /, "")).join("\n");
}
