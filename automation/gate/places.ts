import fs from "node:fs/promises";
import path from "node:path";

/** Where in the repository a reviewer should look. */
export interface Place {
    /** From the project's folder, with forward slashes. */
    readonly file: string;
    /** From 1. */
    readonly line: number;
}

/** Where each component is declared, by its type token. */
export type Places = ReadonlyMap<string, Place>;

/** The token in a component's `super(...)`. */
const declaration = /\bsuper\(\s*"([^"\s]+:[^"\s]*:[^"\s]+)"/g;

/** Finds the components of a project: the classes in `components/` that give their type token. */
export async function componentPlaces(projectFolder: string): Promise<Places> {
    const folder = path.join(projectFolder, "components");
    const places = new Map<string, Place>();
    for (const name of await filesIn(folder)) {
        if (name.endsWith(".ts")) {
            const text = await fs.readFile(path.join(folder, name), "utf8");
            for (const match of text.matchAll(declaration)) {
                places.set(match[1] ?? "", {
                    file: `components/${name.split(path.sep).join("/")}`,
                    line: text.slice(0, match.index).split("\n").length,
                });
            }
        }
    }
    return places;
}

/** Sorted; none where there is no such folder. */
async function filesIn(folder: string): Promise<readonly string[]> {
    try {
        return (await fs.readdir(folder, { recursive: true })).sort();
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return [];
        }
        throw error;
    }
}

/**
 * The innermost component that a resource belongs to, which its URN names
 * (`<component>$<component>$<type>`); without one that is known, the stack's file.
 */
export function placeOf(urn: string, places: Places, stackFile: string): Place {
    const types = (urn.split("::")[2] ?? "").split("$").reverse();
    for (const type of types) {
        const place = places.get(type);
        if (place !== undefined) {
            return place;
        }
    }
    return { file: stackFile, line: 1 };
}
