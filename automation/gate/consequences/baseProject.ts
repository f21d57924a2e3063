import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { chooseEstate } from "../../chosenEstate";
import { AutomationError, messageOf } from "../../errors";
import type { Estate } from "../../estate";
import { layOutProject } from "../../rehearsalProject";

const run = promisify(execFile);

/** Another revision of the project, checked out beside it. */
export interface BaseProject {
    readonly commit: string;
    /** Of its Pulumi.yaml. */
    readonly projectFolder: string;
    remove(): Promise<void>;
}

/** The repository that a project's files are of: a rehearsal's project is links into it. */
export async function repositoryOf(projectFolder: string): Promise<string> {
    return path.dirname(await fs.realpath(path.join(projectFolder, "package.json")));
}

/**
 * The commit that a revision names.
 *
 * @throws AutomationError `usage`
 */
export async function commitOf(repository: string, revision: string): Promise<string> {
    try {
        const args = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            `${revision}^{commit}`,
        ];
        return (await run("git", ["-C", repository, ...args])).stdout.trim();
    } catch (error) {
        throw new AutomationError(
            "usage",
            `--against ${JSON.stringify(revision)}: must be a branch, tag or commit of ${repository} that is there; a shallow clone may have to fetch it first`,
            { cause: error },
        );
    }
}

/**
 * Checks a commit out, with the packages that it wants, and has it be of the same estate. A rehearsal's
 * project gets its files as a rehearsal has them.
 */
export async function checkOut(
    estate: Estate,
    commit: string,
    signal?: AbortSignal,
): Promise<BaseProject> {
    const repository = await repositoryOf(estate.projectFolder);
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-base-"));
    const tree = path.join(folder, "tree");
    const git = (...args: string[]) => run("git", ["-C", repository, ...args]);
    const remove = async (): Promise<void> => {
        await git("worktree", "remove", "--force", tree).catch(() => undefined);
        await fs.rm(folder, { recursive: true, force: true });
    };
    try {
        await git("worktree", "add", "--detach", tree, commit);
        await addPackages(repository, tree, signal);
        const rehearsed = (await fs.realpath(estate.projectFolder)) !== repository;
        const projectFolder = rehearsed ? await layOutProject(tree, folder) : tree;
        await chooseEstate(projectFolder, estate.name);
        return { commit, projectFolder, remove };
    } catch (error) {
        await remove();
        signal?.throwIfAborted();
        throw new AutomationError(
            "failed",
            `commit ${commit} cannot be checked out: ${messageOf(error)}`,
            { cause: error },
        );
    }
}

/** The same packages serve where the lock file is the same. */
async function addPackages(
    repository: string,
    tree: string,
    signal: AbortSignal | undefined,
): Promise<void> {
    const [own, wanted] = await Promise.all(
        [repository, tree].map((folder) =>
            fs.readFile(path.join(folder, "package-lock.json"), "utf8"),
        ),
    );
    if (own === wanted) {
        const modules = await fs.realpath(path.join(repository, "node_modules"));
        await fs.symlink(modules, path.join(tree, "node_modules"));
    } else {
        await run("npm", ["ci", "--no-audit", "--no-fund"], {
            cwd: tree,
            ...(signal === undefined ? {} : { signal }),
        });
    }
}
