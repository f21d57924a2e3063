import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** A package that a program's own package.json names, as installed. */
export interface InstalledPackage {
    readonly name: string;
    readonly version: string;
    /** The provider plugin that belongs to it, if any. */
    readonly plugin:
        { readonly name: string; readonly version: string; readonly server: string } | undefined;
}

interface Manifest {
    readonly name?: string;
    readonly version?: string;
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
    readonly pulumi?: {
        readonly resource?: boolean;
        readonly name?: string;
        readonly version?: string;
        readonly server?: string;
    };
}

/**
 * The packages that a program names in its package.json and that are installed. Only those it
 * names: reading every package below node_modules is what makes large programs slow to start.
 */
export function installedPackages(programFolder: string): readonly InstalledPackage[] {
    const file = nearestManifest(programFolder);
    const manifest = file === undefined ? undefined : read(file);
    if (file === undefined || manifest === undefined) {
        return [];
    }
    const resolver = createRequire(file);
    const found: InstalledPackage[] = [];
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
        const installed = (resolver.resolve.paths(name) ?? [])
            .map((folder) => read(path.join(folder, name, "package.json")))
            .find((candidate) => candidate !== undefined);
        if (installed?.version !== undefined) {
            found.push({ name, version: installed.version, plugin: pluginOf(name, installed) });
        }
    }
    return found;
}

function pluginOf(packageName: string, manifest: Manifest): InstalledPackage["plugin"] {
    if (manifest.pulumi?.resource !== true) {
        return undefined;
    }
    return {
        // `@pulumi/aws` belongs to the plugin `aws` when it does not say otherwise.
        name: manifest.pulumi.name ?? packageName.replace(/^@[^/]+\//, ""),
        version: (manifest.pulumi.version ?? manifest.version ?? "").replace(/^v/, ""),
        server: manifest.pulumi.server ?? "",
    };
}

function nearestManifest(folder: string): string | undefined {
    for (let at = path.resolve(folder); ; at = path.dirname(at)) {
        const file = path.join(at, "package.json");
        if (fs.existsSync(file)) {
            return file;
        }
        if (at === path.dirname(at)) {
            return undefined;
        }
    }
}

function read(file: string): Manifest | undefined {
    try {
        return JSON.parse(fs.readFileSync(file, "utf8")) as Manifest;
    } catch {
        return undefined;
    }
}
