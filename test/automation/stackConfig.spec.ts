import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { AutomationError } from "../../automation/errors";
import {
    readEntry,
    readStackFile,
    shareEdit,
    voteEdit,
    withEdits,
    writeAtomically,
} from "../../automation/stackConfig";

const text = `# Ireland
config:
  aws:region: eu-west-1 # fixed
  meridian:minimumTasks: 3
  # who may be voted on
  meridian:votes:
    ap-south-1: in-service # since May
encryptionsalt: v1:abc
`;

describe("an edit of a stack's configuration", () => {
    it("adds an entry and leaves comments, order and every other value", () => {
        const edited = withEdits(text, [voteEdit("us-east-1", "evacuate")], "file");
        expect(edited).to.equal(
            text.replace("# since May\n", "# since May\n    us-east-1: evacuate\n"),
        );
    });

    it("changes an entry in its place", () => {
        expect(withEdits(text, [voteEdit("ap-south-1", "evacuate")], "file")).to.equal(
            text.replace("ap-south-1: in-service", "ap-south-1: evacuate"),
        );
    });

    it("makes the map when there is none", () => {
        const edited = withEdits(text, [shareEdit("us-east-1", 10)], "file");
        expect(readEntry(edited, shareEdit("us-east-1", 0), "file")).to.equal(10);
        expect(edited).to.contain("# fixed").and.to.contain("# since May");
    });

    it("makes `config` when there is none", () => {
        const edited = withEdits("# empty\n", [voteEdit("us-east-1", "evacuate")], "file");
        expect(readEntry(edited, voteEdit("us-east-1", "evacuate"), "file")).to.equal("evacuate");
    });

    it("is the same a second time", () => {
        const once = withEdits(text, [voteEdit("us-east-1", "evacuate")], "file");
        expect(withEdits(once, [voteEdit("us-east-1", "evacuate")], "file")).to.equal(once);
    });

    it("refuses votes that are no map, and text that is no YAML", () => {
        const odd = "config:\n  meridian:votes: evacuate\n";
        expect(() => withEdits(odd, [voteEdit("us-east-1", "evacuate")], "Pulumi.x.yaml"))
            .to.throw(AutomationError)
            .with.property("message")
            .that.contains("Pulumi.x.yaml: `config.meridian:votes` must be a map by region");
        expect(() => withEdits("a: [", [voteEdit("r", "evacuate")], "Pulumi.x.yaml")).to.throw(
            "Pulumi.x.yaml is not valid YAML",
        );
    });

    it("names the file that is missing", async () => {
        const error = await readStackFile("/nowhere", "eu-west-1").catch(String);
        expect(error).to.contain("/nowhere/Pulumi.eu-west-1.yaml");
    });

    it("replaces a file as a whole and leaves nothing beside it", async () => {
        const folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-config-"));
        const file = path.join(folder, "Pulumi.x.yaml");
        await fs.writeFile(file, "old");
        await writeAtomically(file, "new");
        expect(await fs.readFile(file, "utf8")).to.equal("new");
        expect(await fs.readdir(folder)).to.eql(["Pulumi.x.yaml"]);
        await fs.rm(folder, { recursive: true });
    });
});
