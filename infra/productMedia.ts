import * as fs from "node:fs";
import * as path from "node:path";

const folder = path.join(__dirname, "media");

/** The pictures of infra/media, by product. */
export function productMedia(): Readonly<Record<string, string>> {
    return Object.fromEntries(
        fs
            .readdirSync(folder)
            .filter((file) => file.endsWith(".svg"))
            .sort()
            .map((file) => [
                path.basename(file, ".svg"),
                fs.readFileSync(path.join(folder, file), "utf8"),
            ]),
    );
}
