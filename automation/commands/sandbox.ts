import { deploy } from "./deploy";
import { openRehearsal, type OpenRehearsal } from "./rehearsal";
import type { RehearsalPorts } from "../rehearsal";
import type { EstateName } from "../../infra/topology";
import type { Wiring } from "../wiring";

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
    readonly addresses: readonly { readonly what: string; readonly address: string }[];
}

/** Keeps the rehearsal cloud running until it is interrupted. What was deployed is there the next time. */
export async function sandboxCommand(
    wiring: Wiring,
    options: SandboxCommandOptions,
): Promise<void> {
    const opened = await openRehearsal(wiring, { ...options, name: "sandbox", fresh: false });
    try {
        if (options.deploy) {
            await deploy(opened.estate, {
                signal: options.signal,
                onProgress: options.onProgress,
            });
            await opened.rehearsal.steady();
        }
        options.onReady(guideTo(opened));
        await interrupted(options.signal);
    } finally {
        await opened.close();
    }
}

function guideTo(opened: OpenRehearsal): SandboxGuide {
    return { environment: opened.environment, addresses: opened.rehearsal.addresses() };
}

/** Lines for `eval`. */
export function exportLines(environment: Readonly<Record<string, string>>): string {
    return Object.entries(environment)
        .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`)
        .join("\n");
}

export function guideText(guide: SandboxGuide): string {
    const width = Math.max(0, ...guide.addresses.map(({ what }) => what.length));
    return [
        ...guide.addresses.map(({ what, address }) => `${what.padEnd(width)}  ${address}`),
        "",
        "in another terminal:",
        "",
        exportLines(guide.environment),
        "",
        "then, for example: pulumi up --stack eu-west-1, meridian status, meridian failover us-east-1",
        "Ctrl-C stops it; what was deployed is there the next time",
    ].join("\n");
}

function interrupted(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
        // Timers keep the process alive where no socket does.
        const alive = setInterval(() => undefined, 60_000);
        const done = (): void => {
            clearInterval(alive);
            resolve();
        };
        if (signal.aborted) {
            done();
        } else {
            signal.addEventListener("abort", done, { once: true });
        }
    });
}
