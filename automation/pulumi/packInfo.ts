import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import type { ServiceClientConstructor } from "@grpc/grpc-js";
import type { AnalyzerInfo, PolicyInfo } from "@pulumi/pulumi/proto/analyzer_pb";

import { messageOf } from "../errors";
import { compiledPack } from "./compiledPack";
import type { PolicySeverity } from "./events";
import { nodeOptions } from "./nodeOptions";

/** What a policy pack says of itself. */
export interface PackInfo {
    readonly name: string;
    readonly rules: readonly RuleInfo[];
}

/** What a policy says of itself; texts that it leaves out are empty. */
export interface RuleInfo {
    readonly name: string;
    readonly description: string;
    readonly level: "advisory" | "mandatory" | "disabled";
    readonly severity?: PolicySeverity;
    readonly remediation: string;
    readonly url: string;
    readonly tags: readonly string[];
    /** What its settings are when nothing is configured; a setting without a default is left out. @default none */
    readonly settings?: Readonly<Record<string, unknown>>;
    /** What its settings may be, by name, as JSON Schema. @default none */
    readonly schema?: Readonly<Record<string, unknown>>;
}

/** How long a pack may take to start and to answer. */
const deadlineMs = 60_000;
/** First lines of what a pack that failed wrote. */
const errorLines = 5;

/**
 * Starts a pack as the engine does and asks what its rules are: the engine's events carry neither a
 * rule's remediation nor the rules that nothing violates.
 *
 * @param folder the pack's, absolute.
 * @throws Error that says how the pack failed
 */
export async function readPackInfo(folder: string, signal?: AbortSignal): Promise<PackInfo> {
    const compiled = await compiledPack(folder);
    const child = spawn(
        process.execPath,
        [require.resolve("@pulumi/pulumi/cmd/run-policy-pack"), "127.0.0.1:1", compiled],
        {
            // The pack looks for its package.json here.
            cwd: compiled,
            env: {
                ...process.env,
                NODE_OPTIONS: nodeOptions(),
                PULUMI_NODEJS_TYPESCRIPT: "true",
                PULUMI_NODEJS_TRANSPILE_ONLY: "true",
            },
            stdio: ["ignore", "pipe", "pipe"],
            ...(signal === undefined ? {} : { signal }),
        },
    );
    try {
        return infoOf(await askInfo(await portOf(child, child.stdout, child.stderr)));
    } finally {
        child.kill();
    }
}

/** The port that a pack prints once it listens. */
function portOf(child: ChildProcess, stdout: Readable, stderr: Readable): Promise<number> {
    return new Promise((resolve, reject) => {
        let said = "";
        const timer = setTimeout(
            () => reject(new Error(`it did not start within ${deadlineMs / 1000} s`)),
            deadlineMs,
        );
        const done = (): void => clearTimeout(timer);
        stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
        createInterface({ input: stdout }).on("line", (line) => {
            if (/^\d+$/.test(line.trim())) {
                done();
                resolve(Number(line));
            }
        });
        child.once("error", (error) => {
            done();
            reject(error);
        });
        child.once("close", (code) => {
            done();
            const words = said.trim().split("\n").slice(0, errorLines).join("\n");
            reject(new Error(words || `it ended with status ${code} before it could be asked`));
        });
    });
}

async function askInfo(port: number): Promise<AnalyzerInfo> {
    const [stubs, grpc, empty] = await Promise.all([
        import("@pulumi/pulumi/proto/analyzer_grpc_pb.js") as Promise<{ default: unknown }>,
        import("@grpc/grpc-js"),
        import("google-protobuf/google/protobuf/empty_pb.js"),
    ]);
    // CommonJS modules whose names Node does not see: all is in the default export.
    const { AnalyzerClient } = stubs.default as { AnalyzerClient: ServiceClientConstructor };
    const { Empty } = empty.default;
    const client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    try {
        return await new Promise((resolve, reject) => {
            const ask = client["getAnalyzerInfo"] as unknown as (
                request: unknown,
                options: { deadline: number },
                answer: (error: Error | null, info: AnalyzerInfo) => void,
            ) => void;
            ask.call(client, new Empty(), { deadline: Date.now() + deadlineMs }, (error, info) =>
                error === null ? resolve(info) : reject(new Error(messageOf(error))),
            );
        });
    } finally {
        client.close();
    }
}

/** Enforcement levels of `analyzer.proto`; a rule that may remediate blocks what it cannot mend. */
const levels: Readonly<Record<number, RuleInfo["level"]>> = {
    0: "advisory",
    1: "mandatory",
    2: "disabled",
    3: "mandatory",
};
/** Severities of `analyzer.proto`; 0 is none. */
const severities: Readonly<Record<number, PolicySeverity>> = {
    1: "low",
    2: "medium",
    3: "high",
    4: "critical",
};

function infoOf(info: AnalyzerInfo): PackInfo {
    return { name: info.getName(), rules: info.getPoliciesList().map(ruleOf) };
}

function ruleOf(policy: PolicyInfo): RuleInfo {
    const severity = severities[policy.getSeverity()];
    const schema = policy.getConfigschema()?.getProperties()?.toJavaScript() ?? {};
    const settings = Object.entries(schema).flatMap(([name, property]) => {
        const value = (property as { readonly default?: unknown } | null)?.default;
        return value === undefined ? [] : [[name, value] as const];
    });
    return {
        name: policy.getName(),
        description: policy.getDescription(),
        level: levels[policy.getEnforcementlevel()] ?? "mandatory",
        ...(severity === undefined ? {} : { severity }),
        remediation: policy.getRemediationSteps(),
        url: policy.getUrl(),
        tags: policy.getTagsList(),
        ...(settings.length === 0 ? {} : { settings: Object.fromEntries(settings) }),
        ...(Object.keys(schema).length === 0 ? {} : { schema }),
    };
}
