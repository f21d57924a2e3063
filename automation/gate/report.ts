import { AutomationError } from "../errors";
import type { PackInfo, RuleInfo } from "../pulumi/packInfo";
import type { PolicySeverity, PolicyViolation, ResourceChange, Update } from "../stacks";
import type { Consequences } from "./consequences/compare";
import { placeOf, type Place, type Places } from "./places";

/** `unjudged`: a value that the rule reads is known only after the update. */
export type FindingLevel = "mandatory" | "advisory" | "unjudged";

/** What a rule had to say of a resource. */
export interface Finding {
    readonly pack: string;
    readonly rule: string;
    readonly level: FindingLevel;
    readonly severity?: PolicySeverity;
    /** Without the rule's description, which the rule has. */
    readonly message: string;
    /** Empty when the rule names no resource. */
    readonly urn: string;
    /** Logical name; empty without a URN. */
    readonly resource: string;
    readonly place: Place;
}

export interface NamedResource {
    readonly name: string;
    /** Pulumi type token. */
    readonly type: string;
}

export interface StackChanges {
    readonly created: number;
    readonly updated: number;
    readonly replaced: readonly NamedResource[];
    readonly deleted: readonly NamedResource[];
}

export interface StackReport {
    readonly stack: string;
    /** Of its configuration, from the project's folder. */
    readonly file: string;
    readonly seconds: number;
    readonly changes: StackChanges;
    readonly findings: readonly Finding[];
    /** Why there is no preview to trust; undefined when there is one, even one with violations. */
    readonly failure: string | undefined;
}

/** A rule of a pack. */
export interface Rule extends RuleInfo {
    readonly pack: string;
}

/** What is judged: what an update would make of the stacks, or the stacks as deployed. */
export type GateSubject = "preview" | "audit";

/** The verdict on a change of the program, or on what is deployed, and everything it rests on. Pure data. */
export interface GateReport {
    readonly subject: GateSubject;
    /** Every stack was seen, every pack judged all of them, and no mandatory rule was violated. */
    readonly passed: boolean;
    readonly stacks: readonly StackReport[];
    readonly rules: readonly Rule[];
    /** Packs that could not be asked, each with its name and the reason. */
    readonly packFailures: readonly string[];
    /** What the change does to users; no part of the verdict. @default it was compared with nothing */
    readonly consequences?: Consequences;
}

/** A pack that the previews ran under: what it says of itself, or why it could not be asked. */
export type AskedPack = {
    /** Absolute. */
    readonly folder: string;
    /** How people know it, such as `policies/resilience`. */
    readonly title: string;
} & ({ readonly info: PackInfo } | { readonly failure: string });

export interface GateInput {
    readonly subject: GateSubject;
    readonly updates: readonly Update[];
    readonly packs: readonly AskedPack[];
    /** A stack's file, from the project's folder. */
    readonly fileOf: (stack: string) => string;
    readonly places: Places;
}

export function gateReport({ subject, updates, packs, fileOf, places }: GateInput): GateReport {
    const rules = packs.flatMap((pack) =>
        "info" in pack ? pack.info.rules.map((rule) => ({ ...rule, pack: pack.info.name })) : [],
    );
    const packFailures = packs.flatMap((pack) =>
        "failure" in pack ? [`policy pack ${pack.title} could not be asked: ${pack.failure}`] : [],
    );
    const stacks = updates.map((update): StackReport => {
        const file = fileOf(update.stack);
        const finding = (one: PolicyViolation, level: FindingLevel): Finding =>
            findingOf(one, level, rules, placeOf(one.resource, places, file));
        return {
            stack: update.stack,
            file,
            seconds: update.seconds,
            changes: changesOf(update.changes),
            findings: [
                ...update.violations.map((one) => finding(one, one.level)),
                ...update.unjudged.map((one) => finding(one, "unjudged")),
            ],
            failure: failureOf(update, packs),
        };
    });
    return {
        subject,
        passed:
            packFailures.length === 0 &&
            stacks.length > 0 &&
            stacks.every((stack) => stack.failure === undefined) &&
            mandatory(stacks).length === 0,
        stacks,
        rules,
        packFailures,
    };
}

/** Violations that stop a deployment. */
export function mandatory(stacks: readonly StackReport[]): readonly Finding[] {
    return stacks.flatMap((stack) => stack.findings.filter((one) => one.level === "mandatory"));
}

export function ruleOf(report: GateReport, finding: Finding): Rule | undefined {
    return report.rules.find((rule) => rule.pack === finding.pack && rule.name === finding.rule);
}

function findingOf(
    { pack, policy, severity, message, resource }: PolicyViolation,
    level: FindingLevel,
    rules: readonly Rule[],
    place: Place,
): Finding {
    const description = rules.find(
        (rule) => rule.pack === pack && rule.name === policy,
    )?.description;
    // The SDK puts the description, on a line of its own, before what the rule says.
    const own =
        description !== undefined && message.startsWith(`${description}\n`)
            ? message.slice(description.length + 1)
            : message;
    return {
        pack,
        rule: policy,
        level,
        ...(severity === undefined ? {} : { severity }),
        message: own.trim(),
        urn: resource,
        resource: resource.split("::").slice(3).join("::"),
        place,
    };
}

/** The engine's own word for a preview that a mandatory rule refused: the violations say it better. */
const refusedByPolicy = /^preview failed$/;

/**
 * A refusal by policy is a preview all the same. Anything else that went wrong is not, and neither is
 * one that a pack had no part in: nothing was judged there.
 */
function failureOf(update: Update, packs: readonly AskedPack[]): string | undefined {
    const silent = packs
        .filter((pack) => !update.packs.some((run) => run.folder === pack.folder && run.finished))
        .map((pack) => pack.title);
    const { error } = update;
    const further = update.errors.filter((text) => !refusedByPolicy.test(text));
    if (error === undefined || (isRefusal(error) && further.length === 0)) {
        return silent.length === 0
            ? undefined
            : `policy pack ${silent.join(", ")} did not judge the stack`;
    }
    const text = isRefusal(error) ? further.join("\n") : error.message;
    const failed = failedPacks(text, update, packs).map((pack) => pack.title);
    return failed.length === 0 ? text : `policy pack ${failed.join(" or ")} failed: ${text}`;
}

/** The packs that an error names; where it names none, as when a pack's process ended, those that had no verdict there. */
function failedPacks(
    text: string,
    update: Update,
    packs: readonly AskedPack[],
): readonly AskedPack[] {
    const run = (pack: AskedPack) => update.packs.find(({ folder }) => folder === pack.folder);
    const named = packs.filter((pack) => {
        const name = run(pack)?.name;
        return (
            text.includes(`policy pack "${pack.folder}"`) ||
            (name !== undefined && text.includes(`policy pack '${name}@`))
        );
    });
    return named.length > 0 ? named : packs.filter((pack) => run(pack)?.stopped === true);
}

function isRefusal(error: AutomationError): boolean {
    return error.code === "policy";
}

const replacing = new Set([
    "replace",
    "create-replacement",
    "delete-replaced",
    "import-replacement",
    "read-replacement",
    "discard-replaced",
]);

/** A replacement is several steps of the engine and one change. */
function changesOf(changes: readonly ResourceChange[]): StackChanges {
    const replaced = new Map<string, NamedResource>();
    const deleted: NamedResource[] = [];
    let created = 0;
    let updated = 0;
    for (const { urn, name, type, operation } of changes) {
        if (replacing.has(operation)) {
            replaced.set(urn, { name, type });
        } else if (operation === "delete") {
            deleted.push({ name, type });
        } else if (operation === "create" || operation === "import") {
            created++;
        } else if (operation === "update") {
            updated++;
        }
    }
    return { created, updated, replaced: [...replaced.values()], deleted };
}
