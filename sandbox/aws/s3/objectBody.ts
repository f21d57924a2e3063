import fs from "node:fs";

import type { Props } from "../../world/store";
import { record, text } from "../support/known";

/**
 * The bytes of an object, whichever way its resource gives them: `content`, `contentBase64`, or an
 * asset in `source` (text, or a file on this machine).
 *
 * @throws Error when the asset's file cannot be read.
 */
export function objectBody(inputs: Props): Buffer {
    const base64 = text(inputs, "contentBase64");
    if (base64 !== undefined) {
        return Buffer.from(base64, "base64");
    }
    const source = record(inputs, "source");
    const file = text(source, "path");
    if (file !== undefined) {
        return fs.readFileSync(file);
    }
    return Buffer.from(text(source, "text") ?? text(inputs, "content") ?? "", "utf8");
}
