import path from "node:path";

import type { PulumiCommand } from "@pulumi/pulumi/automation";

import { AutomationError, messageOf } from "./errors";
import { compiledPack } from "./pulumi/compiledPack";
import { summarizeEvents, type EventSummary } from "./pulumi/events";
import { nodeOptions } from "./pulumi/nodeOptions";
import { dependenciesIn } from "./pulumi/plan";
import { runPulumi, type PulumiProcessResult } from "./pulumi/process";
import { isStale, locksIn } from "./pulumi/stackLock";
import { analysisOf, type Analysis, type StackExport } from "./pulumi/stateAnalysis";
import { stackFile } from "./stackConfig";
import type { Engine } from "./wiring";

export type { PolicySeverity, PolicyViolation, ResourceChange } from "./pulumi/events";

/** What one preview or update of one stack did. */
export interface Update extends EventSummary {
    readonly stack: string;
    /** Real seconds the engine took. */
    readonly seconds: number;
    /** Why it failed; undefined when it succeeded. */
    readonly error: AutomationError | undefined;
}

/** A policy pack to run an update under. */
export interface PolicyPackUse {
    readonly folder: string;
    /** By policy. @default the policies' own defaults */
    readonly config?: Readonly<Record<string, unknown>>;
}

export interface UpdateOptions {
    readonly policyPacks?: readonly PolicyPackUse[];
    /** Only these resources may change; without it, all. */
    readonly targets?: readonly string[];
    /** Stack configuration to use instead of the stack's own file. */
    readonly configFile?: string;
    readonly message?: string;
    /**
     * When the state is written: after every step, so that a killed update loses nothing, or once at
     * the end, for a stack that would be made anew anyway.
     *
     * @default every step
     */
    readonly checkpoints?: "every step" | "at the end";
    /** Of a preview: tell of each change which resources its inputs come from. @default false */
    readonly dependencies?: boolean;
    readonly signal?: AbortSignal | undefined;
}

/** One resource of a stack's state. */
export interface DeployedResource {
    readonly urn: string;
    /** Pulumi type token. */
    readonly type: string;
    /** Logical name. */
    readonly name: string;
    readonly outputs: Readonly<Record<string, unknown>>;
    /** URNs of the resources that an input comes from, by input. @default not known */
    readonly from?: Readonly<Record<string, readonly string[]>>;
}

export type StackOutputs = Readonly<Record<string, unknown>>;

/** The stacks, as commands see them; tests give their own. */
export interface StackRunner {
    /** Creates the stack when the backend does not have it. */
    ensure(stack: string): Promise<void>;
    preview(stack: string, options?: UpdateOptions): Promise<Update>;
    up(stack: string, options?: UpdateOptions): Promise<Update>;
    destroy(stack: string, options?: UpdateOptions): Promise<Update>;
    /** As last deployed; undefined when the stack was never deployed. */
    outputs(stack: string): Promise<StackOutputs | undefined>;
    /** As last deployed; empty when the stack was never deployed. */
    resources(stack: string): Promise<readonly DeployedResource[]>;
    /** The stack's state with its secrets encrypted; without a deployment when it was never deployed. */
    exported(stack: string, signal?: AbortSignal): Promise<StackExport>;
    /** What a pack says of a state. Runs no program, asks no cloud and needs no backend. */
    analyse(state: StackExport, pack: PolicyPackUse, signal?: AbortSignal): Promise<Analysis>;
}

export interface StacksOptions {
    readonly engine: Engine;
    /** Folder of Pulumi.yaml. */
    readonly projectFolder: string;
    /** Folder of the stacks' files, if it is to be another one than Pulumi.yaml's. */
    readonly configFolder?: string | undefined;
    /** On top of this process's environment and the engine's. */
    readonly environment: Readonly<Record<string, string>>;
    readonly onProgress?: (line: string) => void;
    /** How long to wait for a live update that holds the stack's lock. @default 60 */
    readonly lockWaitSeconds?: number;
}

/** One run of the CLI. */
interface CommandRun {
    readonly args: readonly string[];
    /** Texts for `{file:<n>}` in the arguments. */
    readonly files?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal | undefined;
}

/** Times a lock that nobody holds is removed before the error is passed on. */
const unlockAttempts = 3;
const lockPollMs = 1000;

/**
 * The only contact with Pulumi. Every preview or update is one run of the CLI: `Stack.up()` of the
 * Automation API starts it four times, and what an evacuation needs is speed.
 */
export class Stacks implements StackRunner {
    readonly #options: StacksOptions;
    readonly #environment: NodeJS.ProcessEnv;
    readonly #command: PulumiCommand;
    /** By the pack's own folder. */
    readonly #packs = new Map<string, Promise<string>>();

    private constructor(options: StacksOptions, command: PulumiCommand) {
        this.#options = options;
        this.#command = command;
        this.#environment = {
            ...process.env,
            ...options.engine.environment,
            ...options.environment,
            // `--event-log` is only there with it.
            PULUMI_DEBUG_COMMANDS: "true",
            PULUMI_AUTOMATION_API: "true",
            // The program is type-checked by `npm run typecheck`, not on the way to an evacuation.
            PULUMI_NODEJS_TRANSPILE_ONLY: "true",
            PULUMI_OPTION_CWD: undefined,
            NODE_OPTIONS: nodeOptions(),
            // The engine is gone in seconds: a sixth of its time goes into collecting garbage at Go's 100.
            GOGC: process.env["GOGC"] ?? "400",
        };
    }

    /** Checks that the engine is one that the SDK can drive. */
    static async open(options: StacksOptions): Promise<Stacks> {
        const { PulumiCommand } = await import("@pulumi/pulumi/automation/cmd.js");
        try {
            return new Stacks(options, await PulumiCommand.get({ root: options.engine.root }));
        } catch (error) {
            throw new AutomationError(
                "engine",
                `the Pulumi CLI at ${options.engine.pulumi} cannot be used: ${messageOf(error)}; ` +
                    "install a current one, or remove it from PATH so that the project gets its own (meridian engine)",
                { cause: error },
            );
        }
    }

    async ensure(stack: string): Promise<void> {
        const result = await this.#run({ args: ["stack", "init", stack, "--no-select"] });
        if (result.code !== 0 && !result.stderr.includes("already exists")) {
            throw failure(stack, "creating the stack", result);
        }
    }

    preview(stack: string, options: UpdateOptions = {}): Promise<Update> {
        return this.#update(stack, ["preview"], options);
    }

    up(stack: string, options: UpdateOptions = {}): Promise<Update> {
        return this.#update(stack, ["up", "--yes", "--skip-preview"], options);
    }

    destroy(stack: string, options: UpdateOptions = {}): Promise<Update> {
        return this.#update(stack, ["destroy", "--yes", "--skip-preview"], options);
    }

    async outputs(stack: string): Promise<StackOutputs | undefined> {
        const result = await this.#run({ args: ["stack", "output", "--json", "--stack", stack] });
        if (result.code === 0) {
            return JSON.parse(result.stdout) as StackOutputs;
        }
        if (result.stderr.includes("no stack named")) {
            return undefined;
        }
        throw failure(stack, "reading the stack's outputs", result);
    }

    async resources(stack: string): Promise<readonly DeployedResource[]> {
        const { deployment } = await this.exported(stack);
        return (deployment?.resources ?? []).map(
            ({ urn, type, outputs, propertyDependencies }) => ({
                urn,
                type,
                name: urn.split("::").slice(3).join("::"),
                outputs: outputs ?? {},
                ...(propertyDependencies === undefined ? {} : { from: propertyDependencies }),
            }),
        );
    }

    async exported(stack: string, signal?: AbortSignal): Promise<StackExport> {
        const result = await this.#run({ args: ["stack", "export", "--stack", stack], signal });
        signal?.throwIfAborted();
        if (result.code === 0) {
            return JSON.parse(result.stdout) as StackExport;
        }
        if (result.stderr.includes("no stack named")) {
            return {};
        }
        throw failure(stack, "reading the stack's state", result);
    }

    async analyse(
        state: StackExport,
        { folder, config }: PolicyPackUse,
        signal?: AbortSignal,
    ): Promise<Analysis> {
        const compiled = await this.#packFolder(folder);
        const result = await this.#run({
            args: [
                ...["policy", "analyze", "--json", "--file", "{file:0}"],
                ...["--policy-pack", compiled],
                ...(config === undefined ? [] : ["--policy-pack-config", "{file:1}"]),
            ],
            files: [JSON.stringify(state), JSON.stringify(config ?? {})],
            signal,
        });
        signal?.throwIfAborted();
        const stderr = withFolders(result.stderr, [compiled], [{ folder }]);
        return analysisOf({ ...result, stderr }, folder);
    }

    async #update(stack: string, command: string[], options: UpdateOptions): Promise<Update> {
        const packs = options.policyPacks ?? [];
        const { configFolder } = this.#options;
        const configFile =
            options.configFile ??
            (configFolder === undefined ? undefined : stackFile(configFolder, stack));
        const folders = await Promise.all(packs.map((pack) => this.#packFolder(pack.folder)));
        const configured = packs.some((pack) => pack.config !== undefined);
        const files = configured ? packs.map((pack) => JSON.stringify(pack.config ?? {})) : [];
        const args = [
            ...command,
            ...["--stack", stack, "--event-log", "{events}", "--suppress-progress"],
            // The event log does not have the dependencies; a plan does.
            ...(options.dependencies === true ? ["--save-plan", `{file:${files.length}}`] : []),
            ...folders.flatMap((folder) => ["--policy-pack", folder]),
            // All packs or none need a file.
            ...(configured ? packs.flatMap((_, i) => ["--policy-pack-config", `{file:${i}}`]) : []),
            ...(options.targets ?? []).flatMap((urn) => ["--target", urn]),
            ...(configFile === undefined ? [] : ["--config-file", configFile]),
            ...(options.message === undefined ? [] : ["--message", options.message]),
        ];
        const started = performance.now();
        const ran = await this.#runUnlocked(stack, {
            args,
            files: options.dependencies === true ? [...files, ""] : files,
            signal: options.signal,
            environment:
                options.checkpoints === "at the end" ? { PULUMI_SKIP_CHECKPOINTS: "true" } : {},
        });
        // The engine ran what the packs were compiled to; readers know the packs.
        const known = (text: string): string => withFolders(text, folders, packs);
        const result = { ...ran, stdout: known(ran.stdout), stderr: known(ran.stderr) };
        const events = summarizeEvents(result.eventLines);
        const from = dependenciesIn(result.code === 0 ? result.files[files.length] : undefined);
        const summary = {
            ...events,
            changes: events.changes.map((change) => {
                const own = from.get(change.urn);
                return own === undefined ? change : { ...change, from: own };
            }),
            errors: events.errors.map(known),
            packs: events.packs.map((run) => ({
                ...run,
                folder: packs[folders.indexOf(run.folder)]?.folder ?? run.folder,
            })),
        };
        const failed = result.code !== 0 || !summary.succeeded;
        return {
            ...summary,
            stack,
            seconds: (performance.now() - started) / 1000,
            error: failed
                ? updateError(stack, command[0] ?? "", summary, result, options.signal)
                : undefined,
        };
    }

    #packFolder(folder: string): Promise<string> {
        const known = this.#packs.get(folder) ?? compiledPack(folder);
        this.#packs.set(folder, known);
        return known;
    }

    /**
     * Runs an update, past the locks of dead processes: one that was killed leaves its lock, and the
     * rerun that finishes its work must not need a person to remove it. A live owner is waited for.
     */
    async #runUnlocked(stack: string, run: CommandRun): Promise<PulumiProcessResult> {
        const deadline = performance.now() + (this.#options.lockWaitSeconds ?? 60) * 1000;
        let unlocks = 0;
        let told = false;
        for (;;) {
            const result = await this.#run(run);
            const locks = result.code === 0 ? [] : locksIn(result.stderr);
            if (locks.length === 0) {
                return result;
            }
            const stale = await Promise.all(locks.map(isStale));
            if (stale.every(Boolean) && unlocks < unlockAttempts) {
                unlocks++;
                this.#options.onProgress?.(
                    `${stack}: removing the lock of process ${locks[0]?.pid}, which no longer runs`,
                );
                await this.#run({ args: ["cancel", "--yes", "--stack", stack] });
            } else if (performance.now() < deadline && !run.signal?.aborted) {
                if (!told) {
                    told = true;
                    this.#options.onProgress?.(
                        `${stack}: waiting for the update of process ${locks[0]?.pid} on ${locks[0]?.host}`,
                    );
                }
                await new Promise((resolve) => setTimeout(resolve, lockPollMs));
            } else {
                return result;
            }
        }
    }

    #run({ args, files = [], environment, signal }: CommandRun): Promise<PulumiProcessResult> {
        const bin = path.dirname(this.#command.command);
        return runPulumi({
            command: this.#command.command,
            args: [...args, "--non-interactive", "--color", "never"],
            files,
            cwd: this.#options.projectFolder,
            environment: {
                ...this.#environment,
                ...environment,
                PATH: [bin, this.#environment["PATH"] ?? ""].join(path.delimiter),
            },
            signal,
        });
    }
}

/** A text of the engine's with the packs' own folders in place of those they were compiled to. */
function withFolders(
    text: string,
    compiled: readonly string[],
    packs: readonly PolicyPackUse[],
): string {
    return compiled.reduce(
        (known, folder, i) => known.replaceAll(folder, packs[i]?.folder ?? folder),
        text,
    );
}

function updateError(
    stack: string,
    command: string,
    summary: EventSummary,
    result: PulumiProcessResult,
    signal: AbortSignal | undefined,
): AutomationError {
    if (signal?.aborted) {
        return new AutomationError("aborted", `${stack}: pulumi ${command} was interrupted`);
    }
    const mandatory = summary.violations.filter((violation) => violation.level === "mandatory");
    if (mandatory.length > 0) {
        return new AutomationError(
            "policy",
            [`${stack}: pulumi ${command} was refused by policy:`]
                .concat(mandatory.map((one) => `  - ${one.policy}: ${one.message}`))
                .join("\n"),
        );
    }
    if (summary.errors.length > 0) {
        return new AutomationError(
            "failed",
            [`${stack}: pulumi ${command} failed:`]
                .concat(summary.errors.map((error) => `  - ${error}`))
                .join("\n"),
        );
    }
    return failure(stack, `pulumi ${command}`, result);
}

/** An error of the CLI itself, before or after the engine ran. */
function failure(stack: string, doing: string, result: PulumiProcessResult): AutomationError {
    const text = errorText(result);
    const locks = locksIn(result.stderr);
    if (locks.length > 0) {
        const owners = locks.map((lock) => `${lock.user}@${lock.host}, process ${lock.pid}`);
        return new AutomationError(
            "state-locked",
            `${stack}: the stack is locked by ${owners.join(" and ")} since ${locks[0]?.since}; ` +
                `wait for it to end, or, once it is certain that it has, run: pulumi cancel --stack ${stack}`,
        );
    }
    if (/failed to load checkpoint|could not deserialize|integrity/.test(text)) {
        return new AutomationError(
            "state-corrupt",
            `${stack}: ${doing} cannot read the stack's state: ${text}; ` +
                `restore it from the backend's backups (.pulumi/backups) or an older export with: pulumi stack import --stack ${stack}`,
        );
    }
    return new AutomationError("failed", `${stack}: ${doing} failed: ${text}`);
}

function errorText(result: PulumiProcessResult): string {
    const lines = `${result.stderr}\n${result.stdout}`
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.startsWith("warning:"));
    const errors = lines.filter((line) => line.startsWith("error:"));
    const chosen = (errors.length > 0 ? errors : lines).map((line) => line.replace(/^error: /, ""));
    return chosen.join("; ") || `exit status ${result.code}`;
}
