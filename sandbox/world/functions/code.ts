import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { record, text } from "../../aws/support/known";
import type { Props } from "../store";
import type { FunctionDefinition } from "./definition";

/** What the Lambda runtime for Node.js has installed: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html. */
const providedPackages = ["@aws-sdk", "@smithy"];

/**
 * Writes a function's code archive into the home, beside the packages the runtime provides, and
 * nothing else: a bundle that forgot a dependency fails here as it would on AWS.
 *
 * @param modules the `node_modules` the provided packages are taken from
 * @returns the folder
 * @throws Error when the archive has a form that this cannot unpack
 */
export function unpackCode(definition: FunctionDefinition, home: string, modules: string): string {
    const name = createHash("sha256")
        .update(`${definition.arn}|${definition.signature}`)
        .digest("hex")
        .slice(0, 16);
    const folder = path.join(home, "functions", `${definition.name}-${name}`);
    if (fs.existsSync(folder)) {
        return folder;
    }
    // Complete or not there: the next run would take over what an interrupted one left.
    const unfinished = `${folder}.unfinished`;
    fs.rmSync(unfinished, { recursive: true, force: true });
    fs.mkdirSync(path.join(unfinished, "node_modules"), { recursive: true });
    for (const scope of providedPackages) {
        const target = path.join(modules, scope);
        if (fs.existsSync(target)) {
            fs.symlinkSync(target, path.join(unfinished, "node_modules", scope));
        }
    }
    write(definition.code as Props, unfinished, definition.name);
    fs.renameSync(unfinished, folder);
    return folder;
}

/** An archive (a map of assets, or a folder on disk) or an asset, as the engine hands them over. */
function write(asset: Props, at: string, name: string): void {
    const assets = record(asset, "assets");
    const content = text(asset, "text");
    const file = text(asset, "path");
    if (assets !== undefined) {
        fs.mkdirSync(at, { recursive: true });
        for (const [entry, child] of Object.entries(assets)) {
            const target = path.resolve(at, entry);
            if (!target.startsWith(at + path.sep)) {
                throw new Error(`the code of function ${name} has an entry outside it: ${entry}`);
            }
            write(child as Props, target, name);
        }
    } else if (content !== undefined) {
        fs.mkdirSync(path.dirname(at), { recursive: true });
        fs.writeFileSync(at, content);
    } else if (file !== undefined && !/\.(zip|tgz|tar|tar\.gz)$/.test(file)) {
        fs.cpSync(file, at, { recursive: true });
    } else {
        throw new Error(
            `the code of function ${name} must be an archive of text assets, files or folders, got ${JSON.stringify(Object.keys(asset))}`,
        );
    }
}
