import fs from "node:fs";
import path from "node:path";

import { messageOf } from "../errors";
import type { Estate } from "../estate";
import { readPackInfo, type PackInfo } from "../pulumi/packInfo";
import { packConfigFile } from "../standingConfig";
import { refuseBrokenConfig } from "./packConfig";
import type { AskedPack } from "./report";

export interface AskOptions {
    /** What a pack says of itself. @default it is started and asked */
    readonly askPack?: (folder: string, signal?: AbortSignal) => Promise<PackInfo>;
    readonly signal?: AbortSignal;
}

/**
 * Asks every standing pack for its rules; one that cannot be asked says why.
 *
 * @throws when a pack is configured for a rule that it does not have, or with values that a rule does not take
 */
export function askPacks(estate: Estate, options: AskOptions): Promise<AskedPack[]> {
    const ask = options.askPack ?? readPackInfo;
    return Promise.all(
        estate.policyPacks.standing.map(async ({ folder, config }): Promise<AskedPack> => {
            const title = fromProject(estate, folder);
            let info: PackInfo;
            try {
                info = await ask(folder, options.signal);
            } catch (error) {
                options.signal?.throwIfAborted();
                return { folder, title, failure: messageOf(error) };
            }
            await refuseBrokenConfig(title, info, config);
            return { folder, title, info };
        }),
    );
}

/**
 * Refuses a configuration that preview and audit would refuse, before an update runs under it. Where
 * nobody wrote one no pack is asked, which takes a second or two; one that cannot be asked is left to
 * the update, which it fails.
 *
 * @throws AutomationError `usage`
 */
export async function checkPackConfigs(estate: Estate, options: AskOptions = {}): Promise<void> {
    if (fs.existsSync(packConfigFile(estate))) {
        await askPacks(estate, options);
    }
}

/** A file as the project's people name it. */
export function fromProject(estate: Estate, file: string): string {
    return path.relative(estate.projectFolder, file).split(path.sep).join("/");
}

/** Two at a time: one run of the engine on a large stack keeps more than one core busy. In the order given. */
export async function inPairs<T>(
    stacks: readonly string[],
    run: (stack: string) => Promise<T>,
): Promise<readonly T[]> {
    const results: T[] = [];
    const waiting = stacks.map((stack, index) => ({ stack, index }));
    const worker = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
            results[next.index] = await run(next.stack);
        }
    };
    await Promise.all([worker(), worker()]);
    return results;
}
