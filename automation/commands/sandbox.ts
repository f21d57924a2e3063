import { stackNames } from "../../infra/topology";
import type { RehearsalPorts } from "../rehearsal";
import type { EstateName } from "../../infra/topology";
import type { Wiring } from "../wiring";
import { deploy, ensureStacks } from "./deploy";
import { openRehearsal, type OpenRehearsal } from "./rehearsal";

/** How often it is looked whether there is something new to reach. */
const lookMs = 1000;

export interface SandboxCommandOptions {
    readonly repository: string;
    readonly home: string;
    readonly ports?: RehearsalPorts | undefined;
    /** @default the one it was left with */
    readonly estate?: EstateName | undefined;
    /** Deploy the stacks before it is handed over. */
    readonly deploy: boolean;
    readonly signal: AbortSignal;
    readonly onProgress: (line: string) => void;
    /** Told how to use it, once it can be used. */
    readonly onReady: (guide: SandboxGuide) => void;
}

export interface SandboxGuide {
    readonly environment: Readonly<Record<string, string>>;
    readonly addresses: readonly Address[];
}

/** What a person may want to reach, and where. */
interface Address {
    readonly what: string;
    readonly address: string;
}

/**
 * Keeps the rehearsal cloud running until it is interrupted, and tells of what can be reached since.
 * What was deployed is there the next time.
 */
export async function sandboxCommand(
    wiring: Wiring,
    options: SandboxCommandOptions,
): Promise<void> {
    const opened = await openRehearsal(wiring, { ...options, name: "sandbox", fresh: false });
    const { rehearsal, estate, environment } = opened;
    try {
        if (options.deploy) {
            await deploy(estate, { signal: options.signal, onProgress: options.onProgress });
            await rehearsal.steady();
        } else {
            // So that `pulumi up --stack` finds them, also where it cannot ask.
            await ensureStacks(estate, stackNames(estate.topology), options.signal);
        }
        const addresses = rehearsal.addresses();
        options.onReady({ environment, addresses });
        await interrupted(options.signal, newAddresses(opened, addresses, options.onProgress));
    } finally {
        await opened.close();
    }
}

/** A function that tells of the addresses that are there since it was last called. */
function newAddresses(
    opened: OpenRehearsal,
    told: readonly Address[],
    onProgress: (line: string) => void,
): () => void {
    const known = new Set(told.map(line));
    return () => {
        for (const text of opened.rehearsal.addresses().map(line)) {
            if (!known.has(text)) {
                known.add(text);
                onProgress(text);
            }
        }
    };
}

function line({ what, address }: Address): string {
    return `${what}  ${address}`;
}

/**
 * Lines for `eval`.
 *
 * @param searchPath the shell's own: where a value ends with it, the line leaves it to the shell.
 */
export function exportLines(
    environment: Readonly<Record<string, string>>,
    searchPath: string,
): string {
    const ending = `:${searchPath}`;
    return Object.entries(environment)
        .map(([name, value]) =>
            name === "PATH" && value.endsWith(ending)
                ? `export PATH=${quoted(value.slice(0, -ending.length))}:"$PATH"`
                : `export ${name}=${quoted(value)}`,
        )
        .join("\n");
}

function quoted(value: string): string {
    return `'${value.replaceAll("'", "'\\''")}'`;
}

export function guideText(guide: SandboxGuide, searchPath: string): string {
    const width = Math.max(0, ...guide.addresses.map(({ what }) => what.length));
    return [
        ...guide.addresses.map(({ what, address }) => `${what.padEnd(width)}  ${address}`),
        "",
        "in another terminal:",
        "",
        exportLines(guide.environment, searchPath),
        "",
        "then, for example: pulumi up --stack eu-west-1, npx meridian status, npx meridian failover us-east-1",
        "what is deployed is told here with its address, and is there the next time; Ctrl-C stops it",
    ].join("\n");
}

function interrupted(signal: AbortSignal, look: () => void): Promise<void> {
    return new Promise((resolve) => {
        // It also keeps the process alive where no socket does.
        const timer = setInterval(look, lookMs);
        const done = (): void => {
            clearInterval(timer);
            resolve();
        };
        if (signal.aborted) {
            done();
        } else {
            signal.addEventListener("abort", done, { once: true });
        }
    });
}
