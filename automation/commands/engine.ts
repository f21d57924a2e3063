import type { Output } from "../cli/output";
import type { Wiring } from "../wiring";

/** `meridian engine`: finds, installs or builds the Pulumi CLI and says which one it is. */
export async function engineCommand(
    wiring: Wiring,
    output: Output,
    options: { readonly home: string },
): Promise<void> {
    const engine = await wiring.prepareEngine({
        home: options.home,
        plugins: "standin",
        onProgress: (line) => output.progress(line),
    });
    output.result(
        { version: engine.version, pulumi: engine.pulumi, source: engine.source },
        `pulumi ${engine.version} (${engine.source}): ${engine.pulumi}`,
    );
}
