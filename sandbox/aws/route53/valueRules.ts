import { isIPv4, isIPv6 } from "node:net";

/**
 * What Route 53 says of one value of a record set; nothing when it has the type's format. DS, HTTPS,
 * NAPTR, SSHFP, SVCB and TLSA values are not looked at.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
 */
export function valueProblem(type: string, value: string): string | undefined {
    const problem = fault(type, value);
    return problem === undefined
        ? undefined
        : `Invalid Resource Record: 'FATAL problem: ${problem} encountered with '${value}''`;
}

function fault(type: string, value: string): string | undefined {
    const fields = value.trim().split(/\s+/);
    switch (type) {
        case "A":
            return isIPv4(value)
                ? undefined
                : "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)";
        case "AAAA":
            return isIPv6(value)
                ? undefined
                : "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)";
        case "CNAME":
        case "NS":
        case "PTR":
            return fields.length === 1
                ? nameFault(value)
                : "DomainNameIllegal (Value is not a valid domain name)";
        case "MX":
            return numbersAndName(fields, ["priority"], "MX");
        case "SRV":
            return numbersAndName(fields, ["priority", "weight", "port"], "SRV");
        case "CAA":
            return caaFault(value);
        case "SOA":
            return soaFault(fields);
        case "TXT":
        case "SPF":
            return textFault(value);
        default:
            return undefined;
    }
}

/** @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html */
function nameFault(name: string): string | undefined {
    const labels = name.replace(/\.$/, "").split(".");
    if (name === "." || name === "") {
        return name === "" ? "DomainNameEmpty (Domain name is empty)" : undefined;
    }
    if (labels.some((label) => label === "")) {
        return "DomainLabelEmpty (Domain label is empty)";
    }
    if (labels.some((label) => label.length > 63)) {
        return "DomainLabelTooLong (Domain label is too long)";
    }
    return name.length > 255 ? "DomainNameTooLong (Domain name is too long)" : undefined;
}

function numbersAndName(
    fields: readonly string[],
    numbers: readonly string[],
    type: string,
): string | undefined {
    if (fields.length !== numbers.length + 1) {
        return `${type}RRDATAIllegalFieldCount (Value must have ${numbers.join(", ")} and a domain name)`;
    }
    const bad = numbers.find((_, index) => !isNumber(fields[index], 65_535));
    return bad === undefined
        ? nameFault(fields[numbers.length] ?? "")
        : `${type}RRDATAIllegalNumber (${bad} must be from 0 to 65535)`;
}

function caaFault(value: string): string | undefined {
    const [, flags, tag] = /^(\S+)\s+(\S+)\s+"(?:[^"\\]|\\.)*"$/.exec(value.trim()) ?? [];
    if (!isNumber(flags, 255)) {
        return "CAARRDATAIllegal (Value must be flags from 0 to 255, a tag, and text in quotation marks)";
    }
    return /^[A-Za-z0-9]{1,15}$/.test(tag ?? "")
        ? undefined
        : "CAARRDATAIllegalTag (The tag has 1 to 15 letters and digits)";
}

function soaFault(fields: readonly string[]): string | undefined {
    const numbers = fields.slice(2);
    return fields.length === 7 && numbers.every((field) => isNumber(field, 2 ** 32 - 1))
        ? (nameFault(fields[0] ?? "") ?? nameFault(fields[1] ?? ""))
        : "SOARRDATAIllegal (Value must be two domain names and five numbers)";
}

function textFault(value: string): string | undefined {
    if (!/^"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*$/s.test(value)) {
        return "InvalidCharacterString (Value should be enclosed in quotation marks)";
    }
    const strings = value.match(/"(?:[^"\\]|\\.)*"/gs) ?? [];
    if (strings.some((text) => text.length > 257)) {
        return "CharacterStringTooLong (Value is too long)";
    }
    // Anything but printable ASCII is written as an octal code.
    return /[^\x20-\x7e]/.test(value)
        ? "InvalidCharacterString (Value contains invalid characters)"
        : undefined;
}

function isNumber(text: string | undefined, most: number): boolean {
    return text !== undefined && /^\d+$/.test(text) && Number(text) <= most;
}
