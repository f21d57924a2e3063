import fs from "node:fs";
import path from "node:path";

import { generate } from "selfsigned";

/** A certificate with its private key, PEM. */
export interface KeyPair {
    readonly key: string;
    readonly cert: string;
}

const dayMs = 24 * 3600 * 1000;
/** World time runs ahead of the machine's, and both have to find a certificate valid. */
const validDays = 3650;

/**
 * The world's certificate authority. It stands for every public one that the world's clients trust,
 * and lives in the world's home so that a browser or `curl --cacert` can be told once.
 */
export class Certificates {
    readonly #issued = new Map<string, Promise<KeyPair>>();

    private constructor(
        private readonly authority: KeyPair,
        /** File that holds the authority's certificate. */
        readonly caFile: string,
    ) {}

    /** Opens the authority kept in `home`, or makes one there. */
    static async open(home: string): Promise<Certificates> {
        const caFile = path.join(home, "ca.pem");
        const keyFile = path.join(home, "ca.key");
        if (fs.existsSync(caFile) && fs.existsSync(keyFile)) {
            const kept = {
                cert: fs.readFileSync(caFile, "utf8"),
                key: fs.readFileSync(keyFile, "utf8"),
            };
            return new Certificates(kept, caFile);
        }
        const made = await issue("Rehearsal cloud authority", {
            extensions: [
                { name: "basicConstraints", cA: true, critical: true },
                { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
            ],
        });
        fs.mkdirSync(home, { recursive: true });
        // The key first: a home with a certificate and no key would never be completed.
        fs.writeFileSync(keyFile, made.key, { mode: 0o600 });
        fs.writeFileSync(caFile, made.cert);
        return new Certificates(made, caFile);
    }

    /** Certificate of the authority, PEM. */
    get caPem(): string {
        return this.authority.cert;
    }

    /** A server certificate for the names, wildcards allowed; the same one for the same names. */
    for(names: readonly string[]): Promise<KeyPair> {
        const unique = [...new Set(names.map((name) => name.toLowerCase()))].sort();
        const first = unique[0];
        if (first === undefined) {
            throw new RangeError("a certificate needs at least one name, got none");
        }
        const key = unique.join(",");
        let issued = this.#issued.get(key);
        if (issued === undefined) {
            issued = issue(first, {
                ca: this.authority,
                extensions: [
                    { name: "basicConstraints", cA: false },
                    { name: "keyUsage", digitalSignature: true, critical: true },
                    { name: "extKeyUsage", serverAuth: true },
                    {
                        name: "subjectAltName",
                        altNames: unique.map((value) => ({ type: 2, value })),
                    },
                ],
            });
            this.#issued.set(key, issued);
        }
        return issued;
    }
}

async function issue(
    commonName: string,
    options: Parameters<typeof generate>[1],
): Promise<KeyPair> {
    const now = Date.now();
    const result = await generate(
        // A common name has at most 64 characters (RFC 5280, ub-common-name); the names that count
        // are the alternative ones.
        [{ name: "commonName", value: commonName.slice(0, 64) }],
        {
            keyType: "ec",
            curve: "P-256",
            algorithm: "sha256",
            notBeforeDate: new Date(now - dayMs),
            notAfterDate: new Date(now + validDays * dayMs),
            ...options,
        },
    );
    return { key: result.private, cert: result.cert };
}
