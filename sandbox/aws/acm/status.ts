import type { StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { byArn, records, text, texts } from "../support/known";

export const certificateToken = "aws:acm/certificate:Certificate";
export const validationToken = "aws:acm/certificateValidation:CertificateValidation";

/** A CNAME that ACM looks for before it issues. */
export interface ValidationRecord {
    readonly name: string;
    readonly value: string;
}

/** Names and values of the records a DNS-validated certificate waits for, each once. */
export function validationRecords(certificate: StoredResource): readonly ValidationRecord[] {
    const byName = new Map(
        records(certificate.outputs, "domainValidationOptions").map((option) => [
            canonicalName(text(option, "resourceRecordName") ?? ""),
            canonicalName(text(option, "resourceRecordValue") ?? ""),
        ]),
    );
    return [...byName].map(([name, value]) => ({ name, value }));
}

/** The validation records that the account's zones do not answer. */
export function missingRecords(
    certificate: StoredResource,
    context: Pick<TypeContext, "store">,
): readonly ValidationRecord[] {
    const published = new Map(
        context.store
            .list("aws:route53/record:Record")
            .filter(({ outputs }) => text(outputs, "type") === "CNAME")
            .map(({ outputs }) => [
                canonicalName(text(outputs, "fqdn") ?? text(outputs, "name") ?? ""),
                texts(outputs, "records").map(canonicalName),
            ]),
    );
    return validationRecords(certificate).filter(
        ({ name, value }) => published.get(name)?.includes(value) !== true,
    );
}

/**
 * A certificate is issued once its records are there, and stays so when they go.
 *
 * @see https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
 */
export function isIssued(
    certificate: StoredResource,
    context: Pick<TypeContext, "store">,
): boolean {
    return (
        text(certificate.outputs, "status") === "ISSUED" ||
        context.store.find(
            validationToken,
            ({ outputs }) => outputs.certificateArn === certificate.outputs.arn,
        ) !== undefined ||
        missingRecords(certificate, context).length === 0
    );
}

/**
 * What a load balancer says to a certificate it cannot serve.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
 * @throws AwsError
 */
export function refuseUnusableCertificate(arn: string, context: TypeContext): void {
    if (!arn.startsWith(`arn:aws:acm:${context.region}:`)) {
        throw new AwsError("ValidationError", `Certificate ARN '${arn}' is not valid`);
    }
    const certificate = byArn(context, certificateToken, arn);
    if (certificate === undefined) {
        throw new AwsError("CertificateNotFound", `Certificate '${arn}' not found`);
    }
    if (!isIssued(certificate, context)) {
        throw new AwsError(
            "UnsupportedCertificate",
            `The certificate '${arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.`,
        );
    }
}

export function canonicalName(name: string): string {
    return name.toLowerCase().replace(/\.$/, "");
}
