import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

const root = path.join(__dirname, "..");

/** Pages that a reader comes to, relative to the root. */
const pages = [
    "README.md",
    "CHANGELOG.md",
    ...fs
        .readdirSync(path.join(root, "docs"))
        .filter((name) => name.endsWith(".md"))
        .map((name) => `docs/${name}`),
];

/** Text of a page without its code, in which nothing is a link or a heading. */
function prose(page: string): string {
    return fs
        .readFileSync(path.join(root, page), "utf8")
        .replaceAll(/^```[\s\S]*?^```/gm, "")
        .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ""));
}

/** Anchors as GitHub makes them of headings: lower case, no punctuation, hyphens for blanks. */
function anchorsOf(page: string): Set<string> {
    return new Set(
        [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
            heading
                .toLowerCase()
                .replaceAll(/[^\p{Letter}\p{Number}_ -]/gu, "")
                .replaceAll(" ", "-"),
        ),
    );
}

describe("links between the pages", () => {
    for (const page of pages) {
        it(`all lead somewhere in ${page}`, () => {
            const dead = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
                .map(([, link = ""]) => link)
                .filter((link) => !/^[a-z]+:/.test(link))
                .filter((link) => {
                    const [target = "", anchor] = link.split("#");
                    const file = target === "" ? page : path.join(path.dirname(page), target);
                    return (
                        !fs.existsSync(path.join(root, file)) ||
                        (anchor !== undefined && !anchorsOf(file).has(anchor))
                    );
                });
            expect(dead).to.deep.equal([]);
        });
    }
});
