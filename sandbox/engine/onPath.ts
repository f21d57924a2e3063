import fs from "node:fs";
import path from "node:path";

/** Every executable file of this name on a search path, in its order, each file once. */
export function executablesOnPath(name: string, searchPath: string): readonly string[] {
    const found = new Map<string, string>();
    for (const folder of searchPath.split(path.delimiter)) {
        // An empty entry means the working folder to a shell; a stray `pulumi` there is no engine.
        if (folder === "" || !path.isAbsolute(folder)) {
            continue;
        }
        const file = path.join(folder, name);
        if (isExecutable(file)) {
            const real = fs.realpathSync(file);
            if (!found.has(real)) {
                found.set(real, file);
            }
        }
    }
    return [...found.values()];
}

export function isExecutable(file: string): boolean {
    try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
    } catch {
        return false;
    }
}
