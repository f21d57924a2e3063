import fs from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import {
    checkOut,
    commitOf,
    repositoryOf,
} from "../../../../automation/gate/consequences/baseProject";
import { AutomationError } from "../../../../automation/errors";
import type { Estate } from "../../../../automation/estate";
import { layOutProject } from "../../../../automation/rehearsalProject";
import { topology } from "../../../../infra/topology";
import { FakeStacks } from "../../support/fakeStacks";
import { createGitProject, removeGitProject, type GitProject } from "../../support/gitProject";

describe("another revision of a project", () => {
    let project: GitProject;
    let repository: string;

    beforeEach(async () => {
        project = await createGitProject();
        ({ repository } = project);
    });
    afterEach(() => removeGitProject(project));

    const git = (...args: readonly string[]): string => project.git(...args);

    function estateIn(projectFolder: string, name: Estate["name"] = "full"): Estate {
        return {
            name,
            topology,
            configFolder: projectFolder,
            stacks: new FakeStacks(),
            projectFolder,
            policyPacks: { standing: [], evacuation: () => [] },
        };
    }

    it("is checked out with its packages, and leaves nothing", async () => {
        const wanted = await commitOf(repository, "main~1");
        expect(wanted).to.equal(git("rev-parse", "main~1"));
        const base = await checkOut(estateIn(repository), wanted);
        const { projectFolder } = base;
        expect(await fs.readFile(path.join(projectFolder, "program.ts"), "utf8")).to.equal("one");
        expect(await fs.realpath(path.join(projectFolder, "node_modules"))).to.equal(
            path.join(repository, "node_modules"),
        );
        await base.remove();
        expect(
            await fs.access(projectFolder).then(
                () => true,
                () => false,
            ),
        ).to.equal(false);
        expect(git("worktree", "list").split("\n")).to.have.length(1);
        expect(await fs.readFile(path.join(repository, "program.ts"), "utf8")).to.equal("two");
    });

    it("has a rehearsal's settings in a rehearsal, and the estate that is chosen there", async () => {
        const rehearsal = await layOutProject(repository, path.join(project.root, "home"));
        expect(await repositoryOf(rehearsal)).to.equal(repository);
        const base = await checkOut(estateIn(rehearsal, "small"), git("rev-parse", "main~1"));
        const read = (file: string) => fs.readFile(path.join(base.projectFolder, file), "utf8");
        expect(await read("program.ts")).to.equal("one");
        expect(await read("Pulumi.global.yaml")).to.not.contain("awskms");
        expect(await read("Pulumi.yaml")).to.contain("stackConfigDir: estates/small");
        await base.remove();
        expect(git("worktree", "list").split("\n")).to.have.length(1);
    });

    for (const revision of ["nowhere", "--output=x", "", "main:program.ts"]) {
        it(`is refused when there is none: ${JSON.stringify(revision)}`, async () => {
            const refused = await commitOf(repository, revision).then(
                () => expect.fail("it was taken"),
                (error: unknown) => error,
            );
            expect(refused).to.be.instanceOf(AutomationError);
            expect((refused as AutomationError).code).to.equal("usage");
            expect((refused as AutomationError).message).to.contain(JSON.stringify(revision));
        });
    }

    it("leaves nothing when it cannot be used", async () => {
        git("rm", "--quiet", "package-lock.json");
        git("commit", "--quiet", "--message", "three");
        await fs.writeFile(path.join(repository, "package-lock.json"), "{}");
        const failed = await checkOut(estateIn(repository), git("rev-parse", "main")).then(
            () => expect.fail("it was taken"),
            (error: unknown) => error,
        );
        expect((failed as AutomationError).message).to.contain("cannot be checked out");
        expect(git("worktree", "list").split("\n")).to.have.length(1);
    });
});
