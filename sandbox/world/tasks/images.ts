import path from "node:path";

import { build } from "esbuild";

/** What stands for a container image: a command, or the entry file of a Node program. */
export type ImageSource =
    | { readonly command: readonly string[] }
    /** TypeScript or JavaScript; bundled once, so that its processes start fast and stay small. */
    | { readonly entry: string };

/** By repository name (`storefront`) or URI, with or without a tag; the most exact one counts. */
export type ImageSources = Readonly<Record<string, ImageSource>>;

/** Thrown when a task's image is none that the sandbox was given. */
export class ImageError extends Error {
    override readonly name = "ImageError";
}

/** The container images that the sandbox was told about. */
export class Images {
    readonly #bundles = new Map<string, Promise<readonly string[]>>();

    constructor(
        private readonly sources: ImageSources,
        /** Folder for bundles. */
        private readonly folder: string,
    ) {}

    /**
     * The command to run for an image such as `111122223333.dkr.ecr.eu-west-1.amazonaws.com/storefront:1.0`.
     *
     * @throws ImageError
     */
    async command(image: string): Promise<readonly string[]> {
        const uri = image.replace(/[:@][^/]*$/, "");
        const repository = uri.split("/").slice(1).join("/");
        const key = [image, uri, repository].find((name) => name in this.sources);
        const source = key === undefined ? undefined : this.sources[key];
        if (key === undefined || source === undefined) {
            throw new ImageError(
                `cannot pull container image ${image}: the sandbox knows ${
                    Object.keys(this.sources).join(", ") || "no image"
                }; add it to the sandbox's images option`,
            );
        }
        if ("command" in source) {
            return source.command;
        }
        let bundle = this.#bundles.get(key);
        if (bundle === undefined) {
            bundle = this.#bundle(key, source.entry);
            this.#bundles.set(key, bundle);
        }
        return bundle;
    }

    async #bundle(key: string, entry: string): Promise<readonly string[]> {
        const outfile = path.join(this.folder, `${key.replace(/[^A-Za-z0-9.-]/g, "_")}.js`);
        await build({
            entryPoints: [entry],
            outfile,
            bundle: true,
            platform: "node",
            target: "node20",
            logLevel: "silent",
        });
        return ["node", outfile];
    }
}
