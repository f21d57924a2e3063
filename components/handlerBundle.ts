import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { keptBundle, type Bundles } from "./keptBundle";

/** Lambda handlers in runtime/handlers, each a file that exports `handler`. */
const handlers = [
    "conflictDetector",
    "consumer",
    "decider",
    "homeKeeper",
    "observer",
    "replicator",
    "rotator",
] as const;
export type HandlerName = (typeof handlers)[number];

let bundles: Bundles | undefined;

/** A handler as Lambda takes it: one file, `index.js`. The same sources give the same bytes. */
export function handlerBundle(handler: HandlerName): pulumi.asset.AssetArchive {
    bundles ??= bundleAll();
    const code = bundles[handler];
    if (code === undefined) {
        throw new Error(`esbuild made no bundle of the ${handler}`);
    }
    return new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(code) });
}

/** All at once: most of the time goes into starting esbuild. */
function bundleAll(): Bundles {
    const root = path.join(__dirname, "..");
    const folder = path.join(root, "node_modules", ".cache", "handlers");
    return keptBundle(path.join(folder, "bundles.json"), {
        absWorkingDir: root,
        entryPoints: Object.fromEntries(
            handlers.map((handler) => [
                handler,
                path.join(root, "runtime", "handlers", `${handler}.ts`),
            ]),
        ),
        outdir: folder,
        bundle: true,
        minify: true,
        platform: "node",
        format: "cjs",
        target: "node24",
        // The runtime brings the SDK and what it is made of: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
        external: ["@aws-sdk/*", "@smithy/*"],
    });
}
