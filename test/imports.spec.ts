import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

const root = path.join(__dirname, "..");

/** Who may import whom: design rule, kept by eslint.config.mjs as well. */
const allowed: Readonly<Record<string, readonly RegExp[]>> = {
    infra: [/^infra\//, /^components\//],
    components: [/^components\//],
    policies: [/^policies\//],
    runtime: [/^runtime\//],
    sandbox: [/^sandbox\//],
    automation: [
        /^automation\//,
        /^infra\/topology$/,
        /^infra\/stackOutputs$/,
        /^runtime\/consistency\/window$/,
        /^runtime\/store\/reconcile\/tables$/,
        // What records answer, which needs no Pulumi.
        /^policies\/resilience\/(routing\/\w+|unknown)$/,
    ],
};

const folders = Object.keys(allowed);

function sources(folder: string): readonly string[] {
    return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
        const child = path.join(folder, entry.name);
        if (entry.isDirectory()) {
            return entry.name === "node_modules" ? [] : sources(child);
        }
        return child.endsWith(".ts") ? [child] : [];
    });
}

/** What a file imports of our own, as paths from the root without extension. */
function imports(file: string): readonly string[] {
    const text = fs.readFileSync(path.join(root, file), "utf8");
    const pattern = /(?:from|import|require)\s*\(?\s*"(\.[^"]*)"/g;
    return [...text.matchAll(pattern)].map(([, specifier]) =>
        path.join(path.dirname(file), specifier as string),
    );
}

describe("import rules", () => {
    for (const folder of folders) {
        it(`${folder}/ imports only what the layers allow`, () => {
            const broken = sources(folder).flatMap((file) =>
                imports(file)
                    .filter((target) => folders.includes(target.split(path.sep)[0] as string))
                    .filter((target) => !allowed[folder]?.some((rule) => rule.test(target)))
                    .filter(
                        (target) =>
                            !(file === "automation/index.ts" && target.startsWith("sandbox")),
                    )
                    .map((target) => `${file} imports ${target}`),
            );
            expect(broken).to.deep.equal([]);
        });
    }

    it("keeps Pulumi and AWS out of the pure files", () => {
        for (const file of ["infra/topology.ts", "infra/stackOutputs.ts"]) {
            expect(fs.readFileSync(path.join(root, file), "utf8"), file).not.to.match(
                /from "@(pulumi|aws-sdk)/,
            );
        }
    });

    it("keeps Pulumi out of what reasons about records", () => {
        for (const file of [
            ...sources("policies/resilience/routing"),
            "policies/resilience/unknown.ts",
        ]) {
            expect(fs.readFileSync(path.join(root, file), "utf8"), file).not.to.match(
                /from "@pulumi/,
            );
        }
    });

    it("keeps Pulumi out of what runs in the cloud", () => {
        for (const file of sources("runtime")) {
            expect(fs.readFileSync(path.join(root, file), "utf8"), file).not.to.match(
                /from "@pulumi/,
            );
        }
    });

    it("keeps clocks, packages and the machine out of what reasons about consistency", () => {
        const files = sources("runtime/consistency");
        expect(files.length).to.be.greaterThan(0);
        for (const file of files) {
            const text = fs.readFileSync(path.join(root, file), "utf8");
            expect(text, file).not.to.match(
                /from "[^.]|require\(|import\(|Date\b|performance|process\.|Math\.random/,
            );
        }
    });

    it("lets only the configuration reader read the configuration", () => {
        const readers = ["infra", "components"]
            .flatMap(sources)
            .filter((file) =>
                /new pulumi\.Config|new Config\(|allConfig\(/.test(
                    fs.readFileSync(path.join(root, file), "utf8"),
                ),
            );
        expect(readers).to.deep.equal(["infra/config.ts"]);
    });
});
