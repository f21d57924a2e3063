import { createHash } from "node:crypto";

import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, given, items, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { uuid } from "../support/uuid";
import { certificateToken } from "./status";

/** Names on one certificate: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html */
const namesPerCertificate = 10;

const label = "(?!-)[a-z0-9-]{1,63}(?<!-)";
const domain = new RegExp(`^(\\*\\.)?(${label}\\.)+${label}$`, "i");

/** @see https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html */
export const certificateType: ResourceType = {
    type: certificateToken,
    service: "acm",
    home: "regional",
    actions: {
        create: "RequestCertificate",
        read: "DescribeCertificate",
        update: "UpdateCertificateOptions",
        delete: "DeleteCertificate",
    },
    inputs: [
        "certificateAuthorityArn",
        "certificateBody",
        "certificateChain",
        "domainName",
        "earlyRenewalDuration",
        "keyAlgorithm",
        "options",
        "privateKey",
        "privateKeyWo",
        "privateKeyWoVersion",
        "subjectAlternativeNames",
        "tags",
        "validationMethod",
        "validationOptions",
    ],
    required: [],
    replaceOn: [
        "certificateAuthorityArn",
        "domainName",
        "keyAlgorithm",
        "subjectAlternativeNames",
        "validationMethod",
        "validationOptions",
    ],
    unordered: ["subjectAlternativeNames"],
    computed: [
        "arn",
        "domainValidationOptions",
        "notAfter",
        "notBefore",
        "pendingRenewal",
        "renewalEligibility",
        "renewalSummaries",
        "status",
        "type",
        "validationEmails",
    ],

    check(inputs) {
        const problems = new Problems();
        problems.oneOf(inputs, "validationMethod", ["DNS", "EMAIL"]);
        problems.oneOf(inputs, "keyAlgorithm", [
            "EC_prime256v1",
            "EC_secp384r1",
            "EC_secp521r1",
            "RSA_1024",
            "RSA_2048",
            "RSA_3072",
            "RSA_4096",
        ]);
        problems.exactlyOne(inputs, ["domainName", "certificateBody"]);
        if (
            given(inputs, "domainName") &&
            !given(inputs, "validationMethod") &&
            !given(inputs, "certificateAuthorityArn")
        ) {
            problems.add("validationMethod", "must be DNS or EMAIL for a public certificate");
        }
        for (const name of namesOf(inputs)) {
            if (!domain.test(name) || name.length > 253) {
                problems.add("domainName", `"${name}" is not a domain name`);
            }
        }
        const first = text(inputs, "domainName");
        if (first !== undefined && first.length > 64) {
            problems.add(
                "domainName",
                `must have at most 64 characters, got ${first.length}; put a longer name in subjectAlternativeNames`,
            );
        }
        const count = items(inputs, "subjectAlternativeNames").length;
        if (count >= namesPerCertificate) {
            problems.add(
                "subjectAlternativeNames",
                `a certificate has at most ${namesPerCertificate} names, got ${count + 1}`,
            );
        }
        return problems.found;
    },

    compute(inputs, context, current) {
        const id =
            text(current, "arn") ?? arn("acm", context, `certificate/${uuid(context.unique(32))}`);
        const imported = given(inputs, "certificateBody");
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: id,
                domainValidationOptions:
                    text(inputs, "validationMethod") === "DNS"
                        ? namesOf(inputs).map((name) => validationOption(name, context))
                        : [],
                keyAlgorithm: text(inputs, "keyAlgorithm") ?? "RSA_2048",
                notAfter: "",
                notBefore: "",
                pendingRenewal: false,
                renewalEligibility: "INELIGIBLE",
                renewalSummaries: [],
                status: imported ? "ISSUED" : "PENDING_VALIDATION",
                subjectAlternativeNames: namesOf(inputs),
                type: imported ? "IMPORTED" : "AMAZON_ISSUED",
                validationEmails: [],
            },
        };
    },

    // https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html
    refuseDelete(outputs, context) {
        const id = text(outputs, "arn");
        const used = context.store
            .list("aws:lb/listener:Listener")
            .some((listener) => listener.outputs.certificateArn === id);
        if (used) {
            throw new AwsError("ResourceInUseException", `Certificate ${id} in use.`);
        }
    },
};

/** Every name on the certificate, the first one first. */
function namesOf(inputs: Props): readonly string[] {
    const first = text(inputs, "domainName");
    return [
        ...new Set([
            ...(first === undefined ? [] : [first]),
            ...texts(inputs, "subjectAlternativeNames"),
        ]),
    ];
}

/**
 * The record that proves control of a name. It depends on the account and the name alone, so that
 * certificates in several regions share it, and a wildcard shares its parent's.
 *
 * @see https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
 */
function validationOption(name: string, context: TypeContext): Props {
    const bare = name.replace(/^\*\./, "");
    const digest = createHash("sha256").update(`${context.accountId}|${bare}`).digest("hex");
    return {
        domainName: name,
        resourceRecordName: `_${digest.slice(0, 32)}.${bare}.`,
        resourceRecordType: "CNAME",
        resourceRecordValue: `_${digest.slice(32, 64)}.jkddzztszm.acm-validations.aws.`,
    };
}
