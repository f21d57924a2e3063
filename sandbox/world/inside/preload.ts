/** Loaded with `node -r` before the program of a task. */
import { syncBuiltinESMExports } from "node:module";

import { enterWorld } from "./enter";
import type { TimeMessage } from "./settings";
import { ProgramTime } from "./time";

const { settings } = enterWorld({
    listening: (listening) => process.send?.({ kind: "listening", ...listening }),
});
if (settings.offsetMs !== undefined) {
    const time = new ProgramTime(settings.offsetMs);
    time.run();
    process.on("message", (message: TimeMessage) => {
        if (message.kind === "time") {
            time.follow(message.offsetMs);
        }
    });
    // Without a world there is nothing to be a part of.
    process.on("disconnect", () => process.exit(0));
    process.channel?.unref();
}
syncBuiltinESMExports();
