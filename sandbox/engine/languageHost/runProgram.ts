import { RunResponse, type RunRequest } from "@pulumi/pulumi/proto/language_pb";

import { ended, type Children } from "./children";
import { runtimeOptionsOf, typescriptEnvironment } from "./runtimeOptions";
import { sdkScript } from "./sdk";

/** Status of a program that failed and has told the user why, so that nobody says it twice. */
const exitedAfterSayingWhy = 32;

/**
 * Runs a program to its end. Its output is our own, unchanged: the engine reads ours.
 *
 * @param onCancelled is given a function that ends the program, for when the call is cancelled
 */
export async function runProgram(
    request: RunRequest,
    engineAddress: string,
    children: Children,
    onCancelled: (cancel: () => void) => void,
): Promise<RunResponse> {
    const response = new RunResponse();
    try {
        const info = request.getInfo();
        const options = runtimeOptionsOf(info);
        const folder = info?.getProgramDirectory() ?? request.getPwd();
        const child = children.start(
            [
                ...options.nodeArgs,
                sdkScript(folder, "cmd/run"),
                ...programArguments(request, engineAddress),
            ],
            {
                cwd: request.getPwd(),
                environment: {
                    ...process.env,
                    PULUMI_CONFIG: JSON.stringify(
                        Object.fromEntries(request.getConfigMap().entries()),
                    ),
                    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
                    ...typescriptEnvironment(options),
                },
                output: "inherit",
            },
        );
        onCancelled(() => children.end(child));
        const { code, signal } = await ended(child);
        if (code === exitedAfterSayingWhy) {
            response.setBail(true);
        } else if (code !== 0) {
            response.setError(
                code === null
                    ? `program was ended by ${signal ?? "a signal"}`
                    : `program exited with non-zero exit code: ${code}`,
            );
        }
    } catch (error) {
        response.setError((error as Error).message);
    }
    return response;
}

/** The command line of `@pulumi/pulumi/cmd/run`. */
function programArguments(request: RunRequest, engineAddress: string): readonly string[] {
    const args = [
        `--monitor=${request.getMonitorAddress()}`,
        `--engine=${engineAddress}`,
        `--project=${request.getProject()}`,
        `--stack=${request.getStack()}`,
        `--organization=${request.getOrganization()}`,
        `--root-directory=${request.getInfo()?.getRootDirectory() ?? request.getPwd()}`,
        `--pwd=${request.getPwd()}`,
        `--parallel=${request.getParallel()}`,
    ];
    if (request.getDryrun()) {
        args.push("--dry-run");
    }
    const entryPoint = request.getInfo()?.getEntryPoint() ?? request.getProgram();
    return [...args, entryPoint === "" ? "." : entryPoint, ...request.getArgsList()];
}
