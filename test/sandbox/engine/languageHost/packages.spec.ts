import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { installedPackages } from "../../../../sandbox/engine/languageHost/packages";

describe("installedPackages", () => {
    let folder: string;

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-packages-"));
    });
    afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

    function manifest(name: string, content: object): void {
        const file = path.join(folder, name, "package.json");
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, JSON.stringify(content));
    }

    it("lists what the program names, and the plugins of those that have one", () => {
        manifest(".", {
            dependencies: { "@pulumi/aws": "^7", left: "1" },
            devDependencies: { dev: "1" },
        });
        manifest("node_modules/@pulumi/aws", { version: "7.48.0", pulumi: { resource: true } });
        manifest("node_modules/left", { version: "1.2.3", pulumi: { resource: false } });
        manifest("node_modules/dev", {
            version: "0.1.0",
            pulumi: { resource: true, name: "other", version: "v2.0.0", server: "https://x.test" },
        });
        manifest("node_modules/unnamed", { version: "1.0.0", pulumi: { resource: true } });

        expect(installedPackages(path.join(folder, "infra"))).to.eql([
            {
                name: "@pulumi/aws",
                version: "7.48.0",
                plugin: { name: "aws", version: "7.48.0", server: "" },
            },
            { name: "left", version: "1.2.3", plugin: undefined },
            {
                name: "dev",
                version: "0.1.0",
                plugin: { name: "other", version: "2.0.0", server: "https://x.test" },
            },
        ]);
    });

    it("leaves out what is named and not installed", () => {
        manifest(".", { dependencies: { gone: "1" } });
        expect(installedPackages(folder)).to.eql([]);
    });
});
