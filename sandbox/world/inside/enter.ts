import { patchNames } from "./names";
import { settingsVariable, type InsideSettings } from "./settings";
import { patchWires } from "./wires";

/** What the world has to know of a program that it lets in. */
export interface Entered {
    readonly settings: InsideSettings;
    /** How many names the program waits for. */
    readonly pendingLookups: () => number;
}

/**
 * Puts the program that this module is loaded into inside the world: addresses, names and trust are
 * the world's from now on. Nothing changes that the program could not also meet on AWS.
 *
 * @throws Error when the world did not say where the program is
 */
export function enterWorld(on: Parameters<typeof patchWires>[1] = {}): Entered {
    const text = process.env[settingsVariable];
    if (text === undefined) {
        throw new Error(
            `${settingsVariable} is not set: this module is loaded by the sandbox only`,
        );
    }
    delete process.env[settingsVariable];
    const settings = JSON.parse(text) as InsideSettings;
    const pendingLookups = patchNames(settings);
    patchWires(settings, on);
    return { settings, pendingLookups };
}
