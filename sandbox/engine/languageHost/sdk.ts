import { createRequire } from "node:module";
import path from "node:path";

/**
 * A script of the `@pulumi/pulumi` that the program itself uses, such as `cmd/run`.
 *
 * @throws Error when the program's packages are not installed
 */
export function sdkScript(programFolder: string, script: string): string {
    try {
        return createRequire(path.join(programFolder, "package.json")).resolve(
            `@pulumi/pulumi/${script}`,
        );
    } catch {
        throw new Error(
            `cannot find @pulumi/pulumi from ${programFolder}; its packages are not installed: run \`npm ci\` (or \`npm install\`) there`,
        );
    }
}
