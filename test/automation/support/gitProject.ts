import { execFileSync } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** A project in a Git repository of its own, with two commits: `one` and `two`. */
export interface GitProject {
    readonly root: string;
    readonly repository: string;
    git(...args: readonly string[]): string;
}

export async function createGitProject(): Promise<GitProject> {
    const root = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "meridian-revision-")));
    const repository = path.join(root, "repository");
    await fs.mkdir(path.join(repository, "node_modules"), { recursive: true });
    const git = (...args: readonly string[]): string => {
        const own = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-C", repository];
        return execFileSync("git", [...own, ...args], { encoding: "utf8" }).trim();
    };
    git("init", "--quiet", "--initial-branch=main");
    for (const content of ["one", "two"]) {
        const files = {
            "package.json": "{}",
            "package-lock.json": "{}",
            "Pulumi.yaml": `name: meridian\ndescription: ${content}\n`,
            "Pulumi.global.yaml": "secretsprovider: awskms://key\nconfig: {}\n",
            "program.ts": content,
        };
        for (const [name, text] of Object.entries(files)) {
            await fs.writeFile(path.join(repository, name), text);
        }
        git("add", ...Object.keys(files));
        git("commit", "--quiet", "--message", content);
    }
    return { root, repository, git };
}

export async function removeGitProject({ root }: GitProject): Promise<void> {
    await fs.rm(root, { recursive: true, force: true });
}
