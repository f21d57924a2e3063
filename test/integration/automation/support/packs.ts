import fs from "node:fs/promises";
import path from "node:path";

const repository = path.join(__dirname, "..", "..", "..", "..");

/** The rule that every estate tells its regions, without a judgement. */
export const toldOfRegions = `{
            name: "votes-other-regions",
            description: "Accepts all.",
            enforcementLevel: "mandatory",
            configSchema: { properties: { regions: { type: "array", items: { type: "string" } } } },
            validateStack: () => {},
        },`;

/** A pack of one mandatory rule, which does this with each resource, and of others. */
export function packOf(name: string, judge: string, others = ""): string {
    return `
const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("${name}", {
    policies: [
        {
            name: "topics-named",
            description: "A topic must have a good name.",
            enforcementLevel: "mandatory",
            severity: "high",
            remediationSteps: "Name it well.",
            validateResource: (args, report) => { ${judge} },
        },
        ${others}
    ],
});
`;
}

/** Writes a pack of this program into a folder of its own. */
export async function writePack(folder: string, program: string): Promise<void> {
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(path.join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\n");
    const name = path.basename(folder);
    await fs.writeFile(
        path.join(folder, "package.json"),
        JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
    );
    await fs.writeFile(path.join(folder, "index.js"), program);
    await fs.symlink(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
}
