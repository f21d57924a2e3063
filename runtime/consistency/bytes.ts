/** Thrown for bytes that are no state, or not in the one form that a state has. */
export class MalformedBytesError extends Error {
    override readonly name = "MalformedBytesError";
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that grow as they are written. */
export class ByteWriter {
    #bytes = new Uint8Array(1024);
    #length = 0;

    writeByte(byte: number): void {
        this.#reserve(1);
        this.#bytes[this.#length++] = byte;
    }

    /** A whole number from 0 to 2^53 - 1, 7 bits to a byte, the lowest first. */
    writeCount(value: number): void {
        this.#reserve(8);
        let rest = value;
        while (rest >= 0x80) {
            this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
            rest = Math.floor(rest / 0x80);
        }
        this.#bytes[this.#length++] = rest;
    }

    /** UTF-8. @param length what `textLength` says. @throws MalformedBytesError */
    writeText(text: string, length: number): void {
        this.#reserve(length);
        if (length === text.length) {
            for (let at = 0; at < length; at++) {
                this.#bytes[this.#length++] = text.charCodeAt(at);
            }
        } else {
            this.#bytes.set(encodeText(text), this.#length);
            this.#length += length;
        }
    }

    finish(): Uint8Array {
        return this.#bytes.slice(0, this.#length);
    }

    #reserve(more: number): void {
        if (this.#length + more > this.#bytes.length) {
            const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
            grown.set(this.#bytes.subarray(0, this.#length));
            this.#bytes = grown;
        }
    }
}

/** Reads what `ByteWriter` wrote, and nothing else. */
export class ByteReader {
    readonly #bytes: Uint8Array;
    #at = 0;

    constructor(bytes: Uint8Array) {
        this.#bytes = bytes;
    }

    get atEnd(): boolean {
        return this.#at === this.#bytes.length;
    }

    /** @throws MalformedBytesError */
    readByte(): number {
        const byte = this.#bytes[this.#at++];
        if (byte === undefined) {
            throw new MalformedBytesError("the state's bytes end too early");
        }
        return byte;
    }

    /** @throws MalformedBytesError */
    readCount(): number {
        let byte = this.readByte();
        let value = byte & 0x7f;
        for (let weight = 0x80; byte >= 0x80; weight *= 0x80) {
            byte = this.readByte();
            value += (byte & 0x7f) * weight;
            if (byte === 0 || !Number.isSafeInteger(value)) {
                throw new MalformedBytesError(
                    "a number in the state's bytes is above 2^53 - 1, or longer than it must be",
                );
            }
        }
        return value;
    }

    /** UTF-8 of so many bytes. @throws MalformedBytesError */
    readText(length: number): string {
        if (length > this.#bytes.length - this.#at) {
            throw new MalformedBytesError("the state's bytes end too early");
        }
        const end = this.#at + length;
        // Most texts are a few letters; to call the decoder for them takes longer than to read them.
        let text = "";
        for (let at = this.#at; at < end; at++) {
            const byte = this.#bytes[at] as number;
            if (byte >= 0x80) {
                text = decodeText(this.#bytes.subarray(this.#at, end));
                break;
            }
            text += String.fromCharCode(byte);
        }
        this.#at = end;
        return text;
    }
}

/** How many bytes of UTF-8 a text has: as many as letters only if each is of ASCII. @throws MalformedBytesError */
export function textLength(text: string): number {
    for (let at = 0; at < text.length; at++) {
        if (text.charCodeAt(at) >= 0x80) {
            return encodeText(text).length;
        }
    }
    return text.length;
}

/** @throws MalformedBytesError for half a surrogate pair, which UTF-8 cannot say */
function encodeText(text: string): Uint8Array {
    if (/\p{Surrogate}/u.test(text)) {
        throw new MalformedBytesError(
            `${JSON.stringify(text)} has half a surrogate pair: it must be well-formed Unicode`,
        );
    }
    return encoder.encode(text);
}

function decodeText(bytes: Uint8Array): string {
    try {
        return decoder.decode(bytes);
    } catch {
        throw new MalformedBytesError("a text in the state's bytes is no UTF-8");
    }
}
