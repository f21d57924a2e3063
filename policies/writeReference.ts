import fs from "node:fs";
import path from "node:path";

import { policyReference } from "./reference";

/** The page that `npm run docs:policies` writes. */
export const referenceFile = path.join(__dirname, "..", "docs", "policies.md");

/** The reference as the page has it: formatted as every other one is. */
export async function referencePage(): Promise<string> {
    const prettier = await import("prettier");
    const options = await prettier.resolveConfig(referenceFile);
    return prettier.format(policyReference(), { ...options, filepath: referenceFile });
}

async function write(): Promise<void> {
    fs.mkdirSync(path.dirname(referenceFile), { recursive: true });
    fs.writeFileSync(referenceFile, await referencePage());
}

if (require.main === module) {
    void write();
}
