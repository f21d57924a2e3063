import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import { builtinModules } from "node:module";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { expect } from "chai";

import { readPackInfo } from "../../automation/pulumi/packInfo";

const run = promisify(execFile);
const root = path.join(__dirname, "..", "..");

for (const pack of ["resilience", "evacuation"]) {
    describe(`the pack ${pack}, as it is published`, () => {
        let home: string;
        let unpacked: string;

        before(async () => {
            home = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-packed-"));
            const { stdout } = await run(
                "npm",
                ["pack", "--json", "--offline", "--pack-destination", home],
                { cwd: path.join(root, "policies", pack) },
            );
            const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
            await run("tar", ["-xzf", path.join(home, filename), "-C", home]);
            unpacked = path.join(home, "package");
        });
        after(() => fs.rm(home, { recursive: true, force: true }));

        it("needs what its package.json names and nothing outside its folder", async () => {
            const manifest = JSON.parse(
                await fs.readFile(path.join(unpacked, "package.json"), "utf8"),
            ) as { dependencies: Record<string, string>; private?: boolean };
            expect(manifest.private).to.equal(undefined);
            // Its TypeScript is too new for the compiler that comes with the SDK.
            expect(manifest.dependencies).to.include.keys("typescript", "ts-node");
            const files = await fs.readdir(unpacked, { recursive: true });
            expect(files).to.include.members(["PulumiPolicy.yaml", "tsconfig.json", "index.ts"]);
            for (const file of files.filter((name) => name.endsWith(".ts"))) {
                const text = await fs.readFile(path.join(unpacked, file), "utf8");
                for (const [, wanted = ""] of text.matchAll(/from "([^"]+)"/g)) {
                    if (wanted.startsWith(".")) {
                        const target = path.join(path.dirname(file), `${wanted}.ts`);
                        expect(files, `${file} imports ${wanted}`).to.include(target);
                    } else if (!builtinModules.includes(wanted.replace(/^node:/, ""))) {
                        const name = /^(@[^/]+\/)?[^/]+/.exec(wanted)?.[0] ?? "";
                        expect(manifest.dependencies, `${file} imports ${wanted}`).to.have.property(
                            name,
                        );
                    }
                }
            }
        });

        it("brings the licence that it is under", async () => {
            const [packed, own] = await Promise.all(
                [unpacked, root].map((folder) => fs.readFile(path.join(folder, "LICENSE"), "utf8")),
            );
            expect(packed).to.equal(own);
        });

        it("starts, and has the rules that it has here", async () => {
            await fs.symlink(path.join(root, "node_modules"), path.join(unpacked, "node_modules"));
            const [there, here] = await Promise.all(
                [unpacked, path.join(root, "policies", pack)].map((folder) => readPackInfo(folder)),
            );
            expect(there).to.eql(here);
            expect(there?.rules.length).to.be.greaterThan(0);
        });
    });
}
