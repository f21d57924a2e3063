import fs from "node:fs";

import { cart, openStore, stock } from "./store";

/**
 * Writes lines and takes stock without a pause until it is killed, and says of each what it is about to do
 * and that it is done. What is said is in the pipe when the process dies: nothing is buffered.
 */
async function main(run: string): Promise<void> {
    const store = openStore();
    for (let i = 0; ; i++) {
        const name = `${run}-${i}`;
        say("sets", name);
        const set = await store.apply("cart", cart, { op: "set", line: name, quantity: 1 });
        if (set.kind === "written") {
            say("set", name);
        }
        say("takes", name);
        const take = await store.apply("stock", stock, { op: "take", amount: 1 });
        if (take.kind === "written") {
            say("took", name);
        }
    }
}

function say(what: string, name: string): void {
    fs.writeSync(1, `${what} ${name}\n`);
}

void main(process.argv[2] ?? "");
