/**
 * Loaded with `node -r` before the program of a task or a function. Changes nothing that the
 * program could not also meet on AWS: addresses, names, trust and time are the world's.
 */
import { syncBuiltinESMExports } from "node:module";
import { isMainThread } from "node:worker_threads";

import { patchNames } from "./names";
import { settingsVariable, type InsideSettings, type TimeMessage } from "./settings";
import { patchTime } from "./time";
import { patchWires } from "./wires";

const text = process.env[settingsVariable];
if (text === undefined) {
    throw new Error(`${settingsVariable} is not set: this module is loaded by the sandbox only`);
}
delete process.env[settingsVariable];
const settings = JSON.parse(text) as InsideSettings;

patchNames(settings);
patchWires(settings, (listening) => process.send?.({ kind: "listening", ...listening }));

// A worker shares its process with the world, whose timers must stay as they are.
if (isMainThread && settings.offsetMs !== undefined) {
    const follow = patchTime(settings.offsetMs);
    process.on("message", (message: TimeMessage) => {
        if (message.kind === "time") {
            follow(message.offsetMs);
        }
    });
    // Without a world there is nothing to be a part of.
    process.on("disconnect", () => process.exit(0));
    process.channel?.unref();
}
syncBuiltinESMExports();
