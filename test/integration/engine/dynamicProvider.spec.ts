import { expect } from "chai";

import { createBench, programFiles, type Bench, type Project } from "../support/project";

const program = `
import * as pulumi from "@pulumi/pulumi";

class Counter extends pulumi.dynamic.Resource {
    declare readonly doubled: pulumi.Output<number>;
    constructor(name: string, start: number) {
        super(
            {
                create: async (inputs: { start: number }) => ({
                    id: "counter-" + inputs.start,
                    outs: { ...inputs, doubled: inputs.start * 2 },
                }),
                update: async (_id: string, _old: unknown, inputs: { start: number }) => ({
                    outs: { ...inputs, doubled: inputs.start * 2 },
                }),
            },
            name,
            { start, doubled: undefined },
        );
    }
}
const counter = new Counter("counter", new pulumi.Config().requireNumber("start"));
export const id = counter.id;
export const doubled = counter.doubled;
`;

describe("a dynamic resource beside the language host", () => {
    let bench: Bench;
    let project: Project;

    before(async () => {
        bench = await createBench();
        project = bench.project("dynamic", programFiles("dynamic", program));
        await project.pulumi(["stack", "init", "dev"]);
    });
    after(() => bench.remove());

    for (const [start, what] of [
        [4, "1 created"],
        [5, "1 updated"],
    ] as const) {
        it(`is ${what.split(" ")[1]} by the program's own code`, async () => {
            const up = await project.pulumi([
                ...["up", "--yes", "--skip-preview", "--stack", "dev"],
                ...["-c", `start=${start}`],
            ]);
            expect(up.status, up.stdout + up.stderr).to.equal(0);
            expect(up.stdout).to.contain(start === 4 ? "2 created" : what);
            expect(up.stdout + up.stderr).not.to.contain("warning");
            expect(await project.outputs("dev")).to.eql({ id: "counter-4", doubled: start * 2 });
        });
    }
});
