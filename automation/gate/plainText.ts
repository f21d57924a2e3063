const control = /[\u0000-\u0008\u000b-\u001f\u007f\u2028\u2029\ufffe\uffff]/g;

/**
 * Text without what reports cannot hold: control characters, which XML forbids, and halves of
 * characters. Line ends become `\n`.
 */
export function plainText(text: string): string {
    // By way of UTF-8, which has no lone surrogates: each becomes U+FFFD.
    return Buffer.from(text, "utf8").toString("utf8").replace(/\r\n?/g, "\n").replace(control, "");
}

/** The text, or its first characters and an ellipsis; never half a character. */
export function clipped(text: string, limit: number): string {
    return text.length <= limit ? text : `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, "")}…`;
}
