import fs from "node:fs/promises";
import path from "node:path";

import { parseDocument } from "yaml";

/** Files that a rehearsal writes to; it gets copies, so that it never touches the repository's. */
const copied = /^Pulumi(\..+)?\.ya?ml$/;
/** Stacks' configuration among them. */
const stackFiles = /^Pulumi\..+\.ya?ml$/;
/** Folder of the estates that have one of their own. */
const estates = "estates";
/** Never part of the program. */
const left = new Set(["reports", "coverage"]);

/**
 * A project folder for rehearsals: links to everything in the repository, and copies of Pulumi.yaml,
 * where the estate is chosen, and of the stacks' configuration files, where `pulumi` writes its
 * encryption salt and a failover its votes. With `PULUMI_OPTION_CWD` set to it, a `pulumi up` typed
 * anywhere works on the copies.
 *
 * @returns the folder, laid out anew. A rehearsal that goes on keeps the estate that was chosen in it.
 */
export async function layOutProject(repository: string, home: string): Promise<string> {
    const folder = path.join(home, "project");
    await fs.mkdir(folder, { recursive: true });
    const before = await readIfThere(path.join(folder, "Pulumi.yaml"));
    for (const entry of await fs.readdir(folder)) {
        if (entry !== ".meridian") {
            await fs.rm(path.join(folder, entry), { recursive: true });
        }
    }
    for (const entry of await fs.readdir(repository)) {
        const [from, to] = [path.join(repository, entry), path.join(folder, entry)];
        if (entry === estates) {
            await copyFolder(from, to);
        } else if (copied.test(entry)) {
            await copyFile(from, to);
        } else if (!entry.startsWith(".") && !left.has(entry)) {
            await fs.symlink(from, to);
        }
    }
    if (before !== undefined) {
        const file = path.join(folder, "Pulumi.yaml");
        await fs.writeFile(file, withFolderOf(before, await fs.readFile(file, "utf8")));
    }
    return folder;
}

/**
 * Pulumi's proof of the rehearsal's passphrase. One for all stacks, because it derives a key for each
 * salt, a seventh of a second long: the global stack would for its own and for every stack it reads.
 */
export const rehearsalSalt = "v1:Ibj3/ud94sE=:v1:W0zQfgLUdQ2iw8zU:QlpWc2YsVX8VmwIQJcx8yQt9Be82FQ==";

/**
 * The configuration without what belongs to the estate on AWS: its secrets provider, which a
 * rehearsal must not call, and what an incident there left: votes, shares, dials and a writer away from home.
 */
export function forRehearsal(text: string): string {
    const document = parseDocument(text);
    for (const key of ["secretsprovider", "encryptedkey"]) {
        document.delete(key);
    }
    document.set("encryptionsalt", rehearsalSalt);
    const setting = (name: string): unknown => document.getIn(["config", `meridian:${name}`]);
    const home = setting("writerHome");
    if (home !== undefined) {
        if (setting("standby") === home) {
            document.setIn(["config", "meridian:standby"], setting("writer"));
        }
        document.setIn(["config", "meridian:writer"], home);
    }
    for (const name of ["votes", "shares", "dials", "writerHome", "acceptDataLoss"]) {
        document.deleteIn(["config", `meridian:${name}`]);
    }
    if (document.hasIn(["config", "meridian:cache", "standIn"])) {
        document.deleteIn(["config", "meridian:cache", "standIn"]);
    }
    return document.toString({ lineWidth: 0 });
}

/** Environment that points `pulumi` and `meridian` at a rehearsal's project folder. */
export function projectEnvironment(projectFolder: string): Readonly<Record<string, string>> {
    return { PULUMI_OPTION_CWD: projectFolder };
}

async function copyFolder(from: string, to: string): Promise<void> {
    await fs.mkdir(to);
    for (const entry of await fs.readdir(from, { withFileTypes: true })) {
        const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
        await (entry.isDirectory() ? copyFolder(source, target) : copyFile(source, target));
    }
}

async function copyFile(from: string, to: string): Promise<void> {
    const text = await fs.readFile(from, "utf8");
    await fs.writeFile(to, stackFiles.test(path.basename(from)) ? forRehearsal(text) : text);
}

/** Where the stacks' files are is what chooses the estate. */
function withFolderOf(kept: string, text: string): string {
    const key = "stackConfigDir";
    const [from, to] = [parseDocument(kept).get(key), parseDocument(text)];
    if (from === undefined) {
        to.delete(key);
    } else {
        to.set(key, from);
    }
    return to.toString({ lineWidth: 0 });
}

async function readIfThere(file: string): Promise<string | undefined> {
    try {
        return await fs.readFile(file, "utf8");
    } catch {
        return undefined;
    }
}
