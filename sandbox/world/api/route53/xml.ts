import { XMLBuilder, XMLParser } from "fast-xml-parser";

import { AwsError } from "../../../aws/awsError";
import { xmlResponse } from "../errors";
import type { ApiResponse } from "../handler";

/** Content of an element: text, further elements, or the same element several times. Absent ones are left out. */
export type XmlValue =
    | string
    | number
    | boolean
    | undefined
    | readonly XmlValue[]
    | { readonly [element: string]: XmlValue };

export type XmlElement = { readonly [element: string]: XmlValue };

const builder = new XMLBuilder({ attributeNamePrefix: "@", ignoreAttributes: false });
const parser = new XMLParser({
    // Values stay the text they are: a name such as 1e3 is no number.
    parseTagValue: false,
    trimValues: true,
});

const namespace = "https://route53.amazonaws.com/doc/2013-04-01/";

/** An answer of Route 53's API with the given root element. */
export function route53Response(
    root: string,
    content: XmlElement,
    headers: Readonly<Record<string, string>> = {},
): ApiResponse {
    const body = builder.build({ [root]: { "@xmlns": namespace, ...written(content) } });
    const response = xmlResponse(body);
    return { ...response, headers: { ...response.headers, ...headers } };
}

/** The root element of a request. @throws AwsError MalformedInput */
export function readXml(body: Buffer, root: string): XmlReader {
    let document: unknown;
    try {
        document = parser.parse(body.toString("utf8"), true);
    } catch (error) {
        throw new AwsError("MalformedInput", `the request is no XML: ${String(error)}`);
    }
    const element = new XmlReader(document).child(root);
    if (element === undefined) {
        throw new AwsError("MalformedInput", `Unexpected element: expected ${root}`);
    }
    return element;
}

/** Reads a parsed element; whatever is not there is undefined. */
export class XmlReader {
    constructor(private readonly element: unknown) {}

    child(name: string): XmlReader | undefined {
        const found = this.#raw(name);
        return found === undefined ? undefined : new XmlReader(found);
    }

    children(list: string, item: string): readonly XmlReader[] {
        const parent = this.child(list);
        const found = parent === undefined ? undefined : parent.#raw(item);
        return (Array.isArray(found) ? found : found === undefined ? [] : [found]).map(
            (entry) => new XmlReader(entry),
        );
    }

    /** Text of the element itself. */
    get value(): string {
        return typeof this.element === "string" ? this.element : "";
    }

    text(name: string): string | undefined {
        return this.child(name)?.value;
    }

    /** @throws AwsError InvalidInput */
    number(name: string): number | undefined {
        const text = this.text(name);
        if (text === undefined) {
            return undefined;
        }
        if (!/^-?\d+$/.test(text)) {
            throw new AwsError("InvalidInput", `${name} must be a whole number, got "${text}"`);
        }
        return Number(text);
    }

    #raw(name: string): unknown {
        return typeof this.element === "object" && this.element !== null
            ? (this.element as Readonly<Record<string, unknown>>)[name]
            : undefined;
    }
}

function written(element: XmlElement): XmlElement {
    return Object.fromEntries(
        Object.entries(element)
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) => [name, content(value)]),
    );
}

function content(value: XmlValue): XmlValue {
    if (Array.isArray(value)) {
        return (value as readonly XmlValue[]).map(content);
    }
    return typeof value === "object" ? written(value as XmlElement) : value;
}
