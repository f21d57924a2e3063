import fs from "node:fs";
import path from "node:path";

import { EngineError } from "./engineError";
import { lastLines, run, type RunOptions } from "./processes";

export interface GoBuild {
    readonly version: string;
    /** Go's own command. */
    readonly go: string;
    /** An empty folder; the CLI appears in its `bin`. */
    readonly folder: string;
    readonly onProgress: (line: string) => void;
    readonly signal?: AbortSignal;
}

const tool = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/**
 * Builds the CLI from its Go module. A module of our own asks for it as a tool: the CLI's go.mod
 * has `replace` lines, and `go install <package>@<version>` refuses those.
 *
 * @throws EngineError with the end of Go's own output
 */
export async function buildWithGo(build: GoBuild): Promise<void> {
    const module = path.join(build.folder, "module");
    fs.mkdirSync(module);
    fs.writeFileSync(path.join(module, "go.mod"), "module engine\n\ngo 1.25\n");

    await step("fetching the Go module", ["get", "-tool", `${tool}@v${build.version}`]);
    await step("building", [
        "build",
        "-trimpath",
        "-ldflags",
        // Without its version in it the CLI prints an empty one, which the Automation API refuses.
        `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${build.version}`,
        "-o",
        path.join(build.folder, "bin", "pulumi"),
        tool,
    ]);
    fs.rmSync(module, { recursive: true, force: true });

    async function step(what: string, args: readonly string[]): Promise<void> {
        const title = `pulumi ${build.version}: ${what}`;
        build.onProgress(title);
        const options: RunOptions = {
            cwd: module,
            environment: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" },
            onRunning: (seconds) => build.onProgress(`${title}, ${seconds} s`),
            ...(build.signal === undefined ? {} : { signal: build.signal }),
        };
        const completed = await run(build.go, args, options);
        if (completed.status !== 0) {
            throw new EngineError(
                `${title} failed: \`go ${args[0]}\` ended with ${completed.status ?? "a signal"}: ${lastLines(completed)}`,
            );
        }
    }
}
