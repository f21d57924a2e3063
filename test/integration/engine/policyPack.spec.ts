import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { createBench, programFiles, type Bench, type Project } from "../support/project";

const program = `
import * as pulumi from "@pulumi/pulumi";
class Box extends pulumi.ComponentResource {
    constructor(name: string) { super("test:index:Box", name); this.registerOutputs({}); }
}
new Box(new pulumi.Config().get("box") ?? "plain");
export const standingTasks = { "eu-west-1": 6 };
`;

const pack = `
import { PolicyPack } from "@pulumi/policy";

new PolicyPack("names", {
    policies: [
        {
            name: "no-forbidden-box",
            description: "A box must not be forbidden.",
            enforcementLevel: "mandatory",
            validateStack: (args, reportViolation) => {
                for (const resource of args.resources) {
                    if (resource.name === "forbidden") {
                        reportViolation("box forbidden is forbidden; rename it", resource.urn);
                    }
                }
            },
        },
        {
            name: "standing",
            description: "Tells what stands.",
            enforcementLevel: "advisory",
            validateStack: (args, reportViolation) => {
                for (const resource of args.resources) {
                    if (resource.type === "pulumi:pulumi:Stack") {
                        const tasks = resource.props.standingTasks["eu-west-1"];
                        reportViolation(tasks + " tasks stand in eu-west-1", resource.urn);
                    }
                }
            },
        },
    ],
});
`;

describe("a policy pack on the language host", () => {
    let bench: Bench;
    let project: Project;
    let packFolder: string;

    before(async () => {
        bench = await createBench();
        project = bench.project("boxes", programFiles("boxes", program));
        const made = bench.project("pack", {
            "PulumiPolicy.yaml": "description: names\nruntime: nodejs\n",
            "package.json": JSON.stringify({ name: "names", version: "1.2.3", main: "index.ts" }),
            "index.ts": pack,
        });
        packFolder = made.folder;
        await project.pulumi(["stack", "init", "dev"]);
    });
    after(() => bench.remove());

    const preview = (box: string): ReturnType<Project["pulumi"]> =>
        project.pulumi([
            ...["preview", "--stack", "dev", "-c", `box=${box}`],
            ...["--policy-pack", packFolder],
        ]);

    it("lets a good stack pass", async () => {
        const passed = await preview("plain");
        expect(passed.status, passed.stdout + passed.stderr).to.equal(0);
        expect(passed.stdout).to.contain("names@v1.2.3");
    });

    it("blocks a bad one and shows why", async () => {
        const blocked = await preview("forbidden");
        expect(blocked.status).to.not.equal(0);
        expect(blocked.stdout + blocked.stderr)
            .to.contain("no-forbidden-box")
            .and.to.contain("box forbidden is forbidden; rename it");
    });

    it("hands a rule what the stack exports, in a preview", async () => {
        const judged = await preview("plain");
        expect(judged.stdout + judged.stderr).to.contain("6 tasks stand in eu-west-1");
    });

    it("fails with the pack's own error when it cannot start", async () => {
        fs.writeFileSync(
            path.join(packFolder, "index.ts"),
            `throw new Error("the pack is broken");`,
        );
        const failed = await preview("plain");
        expect(failed.status).to.not.equal(0);
        expect(failed.stdout + failed.stderr).to.contain("the pack is broken");
    });
});
