import fs from "node:fs";
import path from "node:path";

import { catalogue } from "./catalogue";
import { captureEstate, type Estate, judgeMutation, type Judged } from "./judge";
import { asExpected, mutationPage } from "./page";

export const mutationFile = path.join(__dirname, "..", "..", "..", "docs", "mutations.md");

/** What becomes of every mutation, by what they break. */
export function judgeAll(estate: Estate): Readonly<Record<string, readonly Judged[]>> {
    return Object.fromEntries(
        Object.entries(catalogue).map(([part, mutations]) => [
            part,
            mutations.map((mutation) => judgeMutation(estate, mutation)),
        ]),
    );
}

/** The page, formatted as every other one is. */
export async function formatted(parts: ReturnType<typeof judgeAll>): Promise<string> {
    const prettier = await import("prettier");
    const options = await prettier.resolveConfig(mutationFile);
    return prettier.format(mutationPage(parts), { ...options, filepath: mutationFile });
}

async function write(): Promise<void> {
    const parts = judgeAll(await captureEstate());
    fs.writeFileSync(mutationFile, await formatted(parts));
    const all = Object.values(parts).flat();
    for (const one of all.filter((judged) => !asExpected(judged))) {
        console.error(
            `${one.stack}: ${one.what}: expected ${names(one.caughtBy)}, found ${names(one.found)}`,
        );
        process.exitCode = 1;
    }
    const caught = all.filter(({ found }) => found.length > 0).length;
    console.log(`${all.length} mutations, ${caught} caught; see ${mutationFile}`);
}

function names(rules: readonly string[]): string {
    return rules.length === 0 ? "nothing" : rules.join(", ");
}

if (require.main === module) {
    void write();
}
