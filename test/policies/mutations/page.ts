import type { Judged } from "./judge";

/** Whether it came to what its mutation says. */
export function asExpected({ found, caughtBy }: Judged): boolean {
    return JSON.stringify(found) === JSON.stringify([...caughtBy].sort());
}

/**
 * The table of the mutations, as Markdown.
 *
 * @param parts what became of the mutations, by what they break
 */
export function mutationPage(parts: Readonly<Record<string, readonly Judged[]>>): string {
    const all = Object.values(parts).flat();
    const survivors = all.filter(({ found }) => found.length === 0);
    const gaps = survivors.filter(({ harmless }) => harmless === undefined).length;
    return [
        "# Mutations",
        "Written by `npm run mutate`: change [the catalogue](../test/policies/mutations/catalogue), and not this page.",
        `Every stack of the full estate is broken in one way at a time and judged by the packs, evacuations by both. Of ${all.length} mutations ${all.length - survivors.length} are caught. The other ${survivors.length} are no harm, or are refused by AWS${gaps === 0 ? "" : `, but for ${gaps}`}; the last column says why.`,
        ...Object.entries(parts).flatMap(([part, judged]) => [`## ${part}`, table(judged)]),
    ].join("\n\n");
}

function table(judged: readonly Judged[]): string {
    const rows = judged.map(({ what, stack, found, harmless, gap }) => [
        what,
        `\`${stack}\``,
        found.map((rule) => `\`${rule}\``).join("<br>") || "nothing",
        found.length > 0 ? "" : (harmless ?? `**it should be**: ${gap}`),
    ]);
    return [
        ["what is broken", "stack", "caught by", "why not"],
        ["---", "---", "---", "---"],
        ...rows,
    ]
        .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
        .join("\n");
}
