import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

const prefix = "staging-";

/**
 * Makes `target` by filling a folder beside it and renaming it: the target is either whole or not
 * there, whenever the process is killed. What killed ones left behind is swept away first, so the
 * caller must hold the lock of the parent folder.
 */
export async function inStaging(
    target: string,
    fill: (folder: string) => Promise<void>,
): Promise<void> {
    const parent = path.dirname(target);
    fs.mkdirSync(parent, { recursive: true });
    for (const entry of fs.readdirSync(parent)) {
        if (entry.startsWith(prefix)) {
            remove(path.join(parent, entry));
        }
    }
    const folder = path.join(parent, prefix + randomBytes(6).toString("hex"));
    fs.mkdirSync(folder);
    try {
        await fill(folder);
        fs.rmSync(target, { recursive: true, force: true });
        fs.renameSync(folder, target);
    } finally {
        remove(folder);
    }
}

/** Writes a file that others may be reading or running: they see the old one or the new one. */
export function replaceFile(file: string, content: string | Buffer, mode: number): void {
    replaceWith(file, (draft) => fs.writeFileSync(draft, content, { mode }));
}

/** The same for anything that can be made at a path: a link, a copy. */
export function replaceWith(file: string, make: (draft: string) => void): void {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const draft = `${file}.${randomBytes(6).toString("hex")}`;
    try {
        make(draft);
        fs.renameSync(draft, file);
    } finally {
        fs.rmSync(draft, { force: true });
    }
}

function remove(folder: string): void {
    fs.rmSync(folder, { recursive: true, force: true });
}
