import fs from "node:fs";
import path from "node:path";

/** A Pulumi program of one file, and what it says of itself. */
export interface Program {
    readonly name: string;
    readonly file: string;
    /** `<rule>: <logical name>`, sorted. */
    readonly expected: readonly string[];
    /** Logical names of what AWS itself refuses, sorted. */
    readonly refused: readonly string[];
}

const caught = /^\/\/ Caught by ([a-z-]+): (.+)$/gm;
const refused = /^\/\/ Refused by AWS: (.+)$/gm;

/** The programs of a folder. The head of each says by which rules it is caught, and on which resources. */
export function programsIn(folder: string): readonly Program[] {
    return fs
        .readdirSync(folder)
        .filter((file) => file.endsWith(".ts"))
        .map((file) => {
            const text = fs.readFileSync(path.join(folder, file), "utf8");
            return {
                name: path.basename(file, ".ts"),
                file: path.join(folder, file),
                expected: [...text.matchAll(caught)]
                    .flatMap(([, rule, resources]) =>
                        names(resources).map((resource) => `${rule}: ${resource}`),
                    )
                    .sort(),
                refused: [...text.matchAll(refused)]
                    .flatMap(([, resources]) => names(resources))
                    .sort(),
            };
        });
}

function names(list: string | undefined): readonly string[] {
    return (list ?? "").split(", ");
}
