import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { byArn, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import {
    canonicalName,
    certificateToken,
    missingRecords,
    validationRecords,
    validationToken,
} from "./status";

/** The provider's own wait for a certificate to be issued; it makes no resource on AWS. */
export const certificateValidationType: ResourceType = {
    type: validationToken,
    service: "acm",
    home: "regional",
    actions: {
        create: "DescribeCertificate",
        read: "DescribeCertificate",
        update: "DescribeCertificate",
        delete: "DescribeCertificate",
    },
    inputs: ["certificateArn", "validationRecordFqdns"],
    required: ["certificateArn"],
    replaceOn: ["certificateArn", "validationRecordFqdns"],
    unordered: ["validationRecordFqdns"],
    computed: [],

    check(inputs) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "certificateArn",
            /^arn:aws[\w-]*:acm:/,
            "must be the ARN of a certificate",
        );
        return problems.found;
    },

    admit(inputs, context) {
        const arn = text(inputs, "certificateArn") ?? "";
        const certificate = byArn(context, certificateToken, arn);
        if (certificate?.region !== context.region) {
            throw new AwsError(
                "ResourceNotFoundException",
                `Could not find certificate ${arn} in this account and region.`,
            );
        }
        const named = texts(inputs, "validationRecordFqdns").map(canonicalName);
        const expected = validationRecords(certificate).map(({ name }) => name);
        const unnamed = expected.filter((name) => !named.includes(name));
        if (named.length > 0 && unnamed.length > 0) {
            throw new AwsError(
                "MissingValidationRecord",
                `missing ${unnamed.join(", ")} DNS validation record`,
            );
        }
        // The provider waits 75 minutes for what can no longer come; the rehearsal says so at once.
        const missing = missingRecords(certificate, context);
        if (missing.length > 0) {
            throw new AwsError(
                "Timeout",
                `waiting for ACM Certificate (${arn}) to be issued: timeout while waiting for state to become 'ISSUED' (last state: 'PENDING_VALIDATION', timeout: 1h15m0s); no zone has ${missing
                    .map(({ name, value }) => `${name} CNAME ${value}`)
                    .join(", ")}`,
            );
        }
    },

    compute(inputs, context, current) {
        const issued = text(current, "id") ?? new Date(context.nowMs).toISOString();
        const id = current === undefined ? `${issued}-${context.unique(8)}` : issued;
        return { id, outputs: { ...inputs, id } };
    },
};
