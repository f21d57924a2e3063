import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";

/** `runtime.options` of a Pulumi.yaml, as far as they say how to start Node. */
export interface RuntimeOptions {
    /** Whether TypeScript is compiled on the fly. */
    readonly typescript: boolean;
    /** A tsconfig other than the one in the program's folder. */
    readonly tsconfig: string | undefined;
    /** Arguments for Node itself. */
    readonly nodeArgs: readonly string[];
}

/** @throws Error when an option has a value that Node cannot be started with */
export function runtimeOptionsOf(info: ProgramInfo | undefined): RuntimeOptions {
    const options = info?.getOptions()?.toJavaScript() ?? {};
    const typescript = options["typescript"] ?? true;
    if (typeof typescript !== "boolean") {
        throw new Error(
            `runtime option typescript must be true or false, got ${JSON.stringify(typescript)}; change it in Pulumi.yaml`,
        );
    }
    const tsconfig = text(options["tsconfig"], "tsconfig");
    return {
        typescript,
        tsconfig: tsconfig === "" ? undefined : tsconfig,
        nodeArgs: splitWords(text(options["nodeargs"], "nodeargs")),
    };
}

/** Environment that tells `@pulumi/pulumi` how to load the program. */
export function typescriptEnvironment(options: RuntimeOptions): Record<string, string> {
    return {
        ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
        ...(options.tsconfig === undefined
            ? {}
            : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
    };
}

/** Splits as a shell does, with single and double quotes and backslashes; nothing is expanded. */
export function splitWords(line: string): readonly string[] {
    const words: string[] = [];
    let word: string | undefined;
    let quote: string | undefined;
    for (let at = 0; at < line.length; at++) {
        const character = line[at] as string;
        if (character === "\\" && quote !== "'" && at + 1 < line.length) {
            word = (word ?? "") + (line[++at] as string);
        } else if (quote !== undefined) {
            if (character === quote) {
                quote = undefined;
            } else {
                word = (word ?? "") + character;
            }
        } else if (character === "'" || character === '"') {
            quote = character;
            word ??= "";
        } else if (/\s/.test(character)) {
            if (word !== undefined) {
                words.push(word);
            }
            word = undefined;
        } else {
            word = (word ?? "") + character;
        }
    }
    if (word !== undefined) {
        words.push(word);
    }
    return words;
}

function text(value: unknown, name: string): string {
    if (value === undefined || value === null) {
        return "";
    }
    if (typeof value !== "string") {
        throw new Error(
            `runtime option ${name} must be text, got ${JSON.stringify(value)}; change it in Pulumi.yaml`,
        );
    }
    return value;
}
