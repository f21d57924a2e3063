import type { Readable } from "node:stream";

import { RunPluginResponse, type RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";

import { ended, type Children } from "./children";
import { runtimeOptionsOf, typescriptEnvironment } from "./runtimeOptions";
import { sdkScript } from "./sdk";

/** Where the plugin's output goes. `write` tells whether the reader keeps up. */
export interface PluginStream {
    write(response: RunPluginResponse): boolean;
    once(event: "drain", listener: () => void): unknown;
}

/** Status when a signal ended the plugin: a process has no status of its own then. */
const endedBySignal = 1;

/**
 * Runs a policy pack or a provider that is written in TypeScript or JavaScript. Streams what it
 * prints as it prints it, and its exit status last.
 *
 * @param onCancelled is given a function that ends the plugin, for when the call is cancelled
 * @throws Error when it cannot be started
 */
export async function runPlugin(
    request: RunPluginRequest,
    stream: PluginStream,
    children: Children,
    onCancelled: (cancel: () => void) => void,
): Promise<void> {
    const info = request.getInfo();
    const folder = info?.getProgramDirectory() || request.getProgram();
    const options = runtimeOptionsOf(info);
    const policyPack = request.getKind() === "analyzer";
    const script = policyPack ? "cmd/run-policy-pack" : "cmd/run-plugin";
    const args = policyPack
        ? [...request.getArgsList(), folder]
        : [folder, ...request.getArgsList()];
    const child = children.start([...options.nodeArgs, sdkScript(folder, script), ...args], {
        // A pack finds its name, version and tsconfig in the folder it runs in.
        cwd: policyPack ? folder : request.getPwd() || folder,
        environment: { ...environmentOf(request), ...typescriptEnvironment(options) },
        output: "pipe",
    });
    onCancelled(() => children.end(child));
    forward(child.stdout, stream, (bytes) => {
        const response = new RunPluginResponse();
        response.setStdout(bytes);
        return response;
    });
    forward(child.stderr, stream, (bytes) => {
        const response = new RunPluginResponse();
        response.setStderr(bytes);
        return response;
    });
    const { code } = await ended(child);
    const last = new RunPluginResponse();
    last.setExitcode(code ?? endedBySignal);
    stream.write(last);
}

function forward(
    source: Readable | null,
    stream: PluginStream,
    wrap: (bytes: Uint8Array) => RunPluginResponse,
): void {
    source?.on("data", (bytes: Buffer) => {
        // A plain Uint8Array: protobuf copies a Buffer's whole pool otherwise.
        if (!stream.write(wrap(new Uint8Array(bytes)))) {
            source.pause();
            stream.once("drain", () => source.resume());
        }
    });
}

/** The whole environment for the plugin; the engine sends its own with its additions last. */
function environmentOf(request: RunPluginRequest): NodeJS.ProcessEnv {
    const entries = request.getEnvList().map((entry) => {
        const at = entry.indexOf("=");
        return [entry.slice(0, at), entry.slice(at + 1)] as const;
    });
    return entries.length === 0 ? { ...process.env } : Object.fromEntries(entries);
}
