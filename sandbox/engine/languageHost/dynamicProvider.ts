import { sdkScript } from "./sdk";

/**
 * `pulumi-resource-pulumi-nodejs`: the provider of dynamic resources. It is a script of the SDK
 * that the program uses; the engine starts it in the program's folder.
 */
const script = sdkScript(process.cwd(), "cmd/dynamic-provider");
process.argv[1] = script;
// eslint-disable-next-line @typescript-eslint/no-require-imports -- found only when it runs
require(script);
