import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { versions } from "../../../sandbox/engine/compatibility";
import {
    defaultCacheFolder,
    findEngine,
    type FindOptions,
} from "../../../sandbox/engine/findEngine";
import type { Installer } from "../../../sandbox/engine/installer";

const unreachable: Installer = {
    reachable: async () => false,
    install: async () => {
        throw new Error("must not be called");
    },
};

describe("findEngine", () => {
    let folder: string;
    let lines: string[];

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-find-"));
        lines = [];
    });
    afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

    function script(name: string, body: string): string {
        const file = path.join(folder, name);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
        return file;
    }

    /** A command that answers `version` as the CLI does. */
    const cli = (name: string, version: string): string => script(name, `echo ${version}`);

    const find = (options: Partial<FindOptions> = {}): ReturnType<typeof findEngine> =>
        findEngine({
            onProgress: (line) => lines.push(line),
            searchPath: path.join(folder, "path"),
            cacheFolder: path.join(folder, "cache"),
            installer: unreachable,
            goBinary: script("go", "echo no network >&2; exit 1"),
            ...options,
        });

    const cached = `cache/v${versions.cli}/bin/pulumi`;

    it("takes the one on PATH before the one it keeps", async () => {
        const pulumi = cli("path/pulumi", "v3.300.0");
        cli(cached, `v${versions.cli}`);
        expect(await find()).to.eql({ pulumi, version: "3.300.0", source: "path" });
    });

    it("goes past one that is too old, and says so", async () => {
        const old = cli("path/pulumi", "v3.1.0");
        const pulumi = cli("more/pulumi", "v3.300.0");
        const searchPath = [path.dirname(old), path.dirname(pulumi)].join(path.delimiter);
        expect(await find({ searchPath })).to.include({ pulumi, source: "path" });
        expect(lines.join("\n")).to.contain(old).and.to.contain("version 3.1.0 is too old");
    });

    it("takes the one it keeps when the one on PATH is too old or broken", async () => {
        for (const body of ["echo v3.1.0", "exit 3", "echo"]) {
            script("path/pulumi", body);
            const pulumi = cli(cached, `v${versions.cli}`);
            expect(await find()).to.eql({ pulumi, version: versions.cli, source: "cache" });
        }
    });

    it("runs the official installer where it can be reached", async () => {
        const installer: Installer = {
            reachable: async () => true,
            install: async (version, root) => {
                cli(path.join(path.relative(folder, root), "bin", "pulumi"), `v${version}`);
            },
        };
        expect(await find({ installer })).to.eql({
            pulumi: path.join(folder, cached),
            version: versions.cli,
            source: "installer",
        });
        expect((await find()).source).to.equal("cache");
    });

    it("builds when the installer takes too long, and stops waiting for it when told to", async () => {
        const stop = new AbortController();
        const never: Installer = {
            reachable: async () => true,
            install: () => new Promise(() => undefined),
        };
        const found = await find({ installer: never, installerSeconds: 0, goBinary: fakeGo() });
        expect(found.source).to.equal("build");
        expect(lines.join("\n")).to.contain("it was not done after 0 s");

        fs.rmSync(path.join(folder, "cache"), { recursive: true });
        const interrupted = find({ installer: never, signal: stop.signal, goBinary: fakeGo() });
        setImmediate(() => stop.abort(new Error("interrupted")));
        expect(await interrupted.catch(String)).to.equal("Error: interrupted");
        expect(fs.readdirSync(path.join(folder, "cache"))).to.eql([]);
    });

    it("builds when the installer fails, and keeps nothing of the failure", async () => {
        const installer: Installer = {
            reachable: async () => true,
            install: async (_version, root) => {
                fs.writeFileSync(path.join(root, "half"), "");
                throw new Error("connection reset");
            },
        };
        expect(await find({ installer, goBinary: fakeGo() })).to.include({ source: "build" });
        expect(lines.join("\n")).to.contain("connection reset");
        expect(fs.readdirSync(path.join(folder, "cache"))).to.eql([`v${versions.cli}`]);
        expect(fs.readdirSync(path.join(folder, "cache", `v${versions.cli}`))).to.eql(["bin"]);
    });

    it("keeps nothing of a build that does not give a CLI", async () => {
        const error = await find({ goBinary: fakeGo("echo v1.0.0") }).catch(String);
        expect(error).to.contain("version 1.0.0 has another major version");
        expect(fs.readdirSync(path.join(folder, "cache"))).to.eql([]);
    });

    it("names every way to get one when there is none, and why the others failed", async () => {
        const old = cli("path/pulumi", "v3.1.0");
        const error = await find().catch((reason: Error) => reason.message);
        expect(error)
            .to.contain(`${old}: version 3.1.0 is too old`)
            .and.to.contain("get.pulumi.com")
            .and.to.contain("no network")
            .and.to.contain("https://go.dev/dl/")
            .and.to.contain(path.join(folder, cached));
    });

    it("builds once when two processes want it at once", async () => {
        const goBinary = fakeGo();
        const [first, second] = await Promise.all([find({ goBinary }), find({ goBinary })]);
        expect([first.source, second.source].sort()).to.eql(["build", "cache"]);
        expect(fs.readFileSync(path.join(folder, "builds"), "utf8")).to.equal("build\n");
    });

    /** A Go that writes a script for a binary. */
    function fakeGo(body = `echo v${versions.cli}`): string {
        return script(
            "fakego",
            [
                'if [ "$1" = build ]; then',
                `echo build >> ${path.join(folder, "builds")}`,
                'while [ "$1" != -o ]; do shift; done',
                'mkdir -p "$(dirname "$2")"',
                `printf '#!/bin/sh\\n${body}\\n' > "$2"`,
                'chmod +x "$2"',
                "fi",
            ].join("\n"),
        );
    }
});

describe("defaultCacheFolder", () => {
    it("is in the user's cache folder, and ignores a relative one", () => {
        expect(defaultCacheFolder({ XDG_CACHE_HOME: "/c" })).to.equal("/c/meridian/engine");
        for (const value of ["relative", ""]) {
            expect(defaultCacheFolder({ XDG_CACHE_HOME: value })).to.equal(
                path.join(os.homedir(), ".cache", "meridian", "engine"),
            );
        }
    });
});
