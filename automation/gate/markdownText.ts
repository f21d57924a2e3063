import { clipped, plainText } from "./plainText";

/** Characters that mean something in GitHub's Markdown or in HTML, wherever in a line. */
const special = /[\\`*_{}[\]<>()#+!|~&$:]/g;
/** What GitHub makes links of, and tells people by: `@name`, `#12`. */
const reference = /([@#])(?=[\w])/g;

/**
 * Text as it is, on one line, whatever is in it: safe in a table's cell. An entity is never taken for
 * Markdown (CommonMark 6.2), and a zero-width space keeps GitHub from notifying whoever is named.
 *
 * @param limit characters of the text that are kept
 */
export function inline(text: string, limit = 600): string {
    return clipped(plainText(text), limit)
        .trim()
        .replace(reference, "$1\u200b")
        .replace(special, (character) => `&#${character.charCodeAt(0)};`)
        .replace(/\n+/g, "<br>");
}

/** The same in a fixed-width font. */
export function code(text: string, limit = 200): string {
    return `<code>${inline(text, limit)}</code>`;
}

/** A link, where the address is one of the web; else the text alone. */
export function link(text: string, address: string): string {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    return url !== undefined && (url.protocol === "https:" || url.protocol === "http:")
        ? `[${text}](<${url.href.replace(/[<>|`\\]/g, encodeURIComponent)}>)`
        : text;
}

/** Several lines as they are, in a fence longer than any in them. */
export function block(text: string, limit = 3000): string {
    const kept = clipped(plainText(text), limit);
    const longest = Math.max(2, ...(kept.match(/`+/g) ?? []).map((run) => run.length));
    const fence = "`".repeat(longest + 1);
    return `${fence}text\n${kept}\n${fence}`;
}
