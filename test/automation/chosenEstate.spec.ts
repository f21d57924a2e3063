import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { chooseEstate, estateOf, readEstate, withEstate } from "../../automation/chosenEstate";
import type { Estate } from "../../automation/estate";
import { changeEstate } from "../../automation/estateChange";
import { layOutProject, rehearsalSalt } from "../../automation/rehearsalProject";
import { stackNames, topology, topologyOf } from "../../infra/topology";
import { FakeStacks } from "./support/fakeStacks";

const project = "name: meridian # ours\nconfig:\n  aws:region:\n    value: x\n";

describe("the chosen estate", () => {
    let folder: string;

    beforeEach(async () => {
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-estate-"));
        await fs.writeFile(path.join(folder, "Pulumi.yaml"), project);
        const small = path.join(folder, "estates", "small");
        await fs.mkdir(small, { recursive: true });
        for (const stack of stackNames(topologyOf("small"))) {
            await fs.writeFile(
                path.join(small, `Pulumi.${stack}.yaml`),
                "encryptionsalt: s\nconfig:\n  meridian:estate: small\n",
            );
        }
    });
    afterEach(() => fs.rm(folder, { recursive: true }));

    const text = () => fs.readFile(path.join(folder, "Pulumi.yaml"), "utf8");
    const estateWith = async (stacks: FakeStacks): Promise<Estate> => ({
        ...(await estateOf(folder, "small")),
        stacks,
        projectFolder: folder,
        policyPacks: { standing: [], evacuation: () => [] },
    });

    it("is what Pulumi.yaml says, so that pulumi by hand means the same", async () => {
        expect(await readEstate(folder)).to.eql({
            name: "full",
            topology,
            configFolder: folder,
        });
        await chooseEstate(folder, "small");
        expect(await text()).to.equal(`${project}stackConfigDir: estates/small\n`);
        expect(await readEstate(folder)).to.eql({
            name: "small",
            topology: topologyOf("small"),
            configFolder: path.join(folder, "estates", "small"),
        });
        await chooseEstate(folder, "full");
        expect(await text()).to.equal(project);
    });

    it("is found however the folder is written, and refused when there is none such", async () => {
        for (const same of ["./estates/small", "estates/small/"]) {
            await fs.writeFile(
                path.join(folder, "Pulumi.yaml"),
                `name: x\nstackConfigDir: ${same}\n`,
            );
            expect((await readEstate(folder)).name).to.equal("small");
        }
        await fs.writeFile(path.join(folder, "Pulumi.yaml"), "name: x\nstackConfigDir: pears\n");
        const error = await readEstate(folder).catch(String);
        expect(error).to.contain("must be absent (full) or estates/small (small)");
        expect(error).to.contain('got "pears"');
    });

    it("leaves a Pulumi.yaml that says so already as it is", () => {
        const odd = "stackConfigDir:   estates/small\nname: x\n";
        expect(withEstate(odd, "small")).to.equal(odd);
    });

    it("refuses files that name another estate than their folder's", async () => {
        const file = path.join(folder, "estates", "small", "Pulumi.global.yaml");
        await fs.writeFile(file, "config: {}\n");
        const error = await estateOf(folder, "small").catch(String);
        expect(error).to.contain(`${file}: \`meridian:estate\`: must be small, got "full"`);
    });

    it("is not changed while a stack that it does not have is deployed", async () => {
        const estate = await estateWith(
            new FakeStacks({ outputs: { "ap-east-1": { region: "ap-east-1" } } }),
        );
        const error = await changeEstate(estate).catch(String);
        expect(error).to.contain("the small estate has no ap-east-1, and they are deployed");
        expect(await text()).to.equal(project);
    });

    it("is changed once they are gone", async () => {
        await changeEstate(await estateWith(new FakeStacks({ outputs: { "ap-east-1": {} } })));
        expect((await readEstate(folder)).name).to.equal("small");
    });

    it("of a rehearsal is kept when it goes on, and never written to the repository", async () => {
        const home = path.join(folder, ".home");
        const laidOut = await layOutProject(folder, home);
        expect((await readEstate(laidOut)).name).to.equal("full");
        await chooseEstate(laidOut, "small");
        await layOutProject(folder, home);
        expect((await readEstate(laidOut)).name).to.equal("small");
        expect(await text()).to.equal(project);
        const copy = path.join(laidOut, "estates", "small", "Pulumi.global.yaml");
        expect((await fs.lstat(copy)).isSymbolicLink()).to.equal(false);
        expect(await fs.readFile(copy, "utf8")).to.equal(
            `encryptionsalt: ${rehearsalSalt}\nconfig:\n  meridian:estate: small\n`,
        );
    });
});
