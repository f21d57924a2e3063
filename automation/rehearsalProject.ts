import fs from "node:fs/promises";
import path from "node:path";

import { parseDocument } from "yaml";

/** Files that a rehearsal writes to; it gets copies, so that it never touches the repository's. */
const copied = /^Pulumi\..+\.ya?ml$/;
/** Never part of the program. */
const left = new Set(["reports", "coverage"]);

/**
 * A project folder for rehearsals: links to everything in the repository, and copies of the stacks'
 * configuration files, where `pulumi` writes its encryption salt and a failover its votes. With
 * `PULUMI_OPTION_CWD` set to it, a `pulumi up` typed anywhere works on the copies.
 *
 * @returns the folder, laid out anew.
 */
export async function layOutProject(repository: string, home: string): Promise<string> {
    const folder = path.join(home, "project");
    await fs.mkdir(folder, { recursive: true });
    for (const entry of await fs.readdir(folder)) {
        if (entry !== ".meridian") {
            await fs.rm(path.join(folder, entry), { recursive: true });
        }
    }
    for (const entry of await fs.readdir(repository)) {
        const [from, to] = [path.join(repository, entry), path.join(folder, entry)];
        if (copied.test(entry)) {
            await fs.writeFile(to, forRehearsal(await fs.readFile(from, "utf8")));
        } else if (!entry.startsWith(".") && !left.has(entry)) {
            await fs.symlink(from, to);
        }
    }
    return folder;
}

/**
 * The configuration without what belongs to the estate on AWS: its secrets provider, which a
 * rehearsal must not call, and the votes and shares of an incident there.
 */
export function forRehearsal(text: string): string {
    const document = parseDocument(text);
    for (const key of ["secretsprovider", "encryptedkey", "encryptionsalt"]) {
        document.delete(key);
    }
    for (const key of ["meridian:votes", "meridian:shares"]) {
        document.deleteIn(["config", key]);
    }
    return document.toString({ lineWidth: 0 });
}

/** Environment that points `pulumi` and `meridian` at a rehearsal's project folder. */
export function projectEnvironment(projectFolder: string): Readonly<Record<string, string>> {
    return {
        PULUMI_OPTION_CWD: projectFolder,
        // Anew laid-out files have no encryption salt; the stack's state has it.
        PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    };
}
