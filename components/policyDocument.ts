import * as pulumi from "@pulumi/pulumi";

type Values = pulumi.Input<string> | readonly pulumi.Input<string>[];

/** One statement of an IAM policy, in IAM's own words. */
export interface Statement {
    readonly Sid: string;
    readonly Effect: "Allow" | "Deny";
    /** Absent in identity policies. */
    readonly Principal?: "*" | { readonly AWS: Values } | { readonly Service: Values };
    readonly Action: Values;
    /** Absent in trust policies. */
    readonly Resource?: Values;
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, Values>>>>;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export function policyDocument(statements: readonly Statement[]): pulumi.Output<string> {
    return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** Refuses requests without TLS, for resource policies. */
export function denyWithoutTls(action: string, resource: Values): Statement {
    return {
        Sid: "DenyWithoutTls",
        Effect: "Deny",
        Principal: "*",
        Action: action,
        Resource: resource,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
}

/**
 * Narrows a grant to a service principal to what it does for this account: without it any account's
 * resource could make the service act here.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export function onBehalfOf(
    accountId: string,
    sourceArn?: Values,
): NonNullable<Statement["Condition"]> {
    return {
        StringEquals: { "aws:SourceAccount": accountId },
        ...(sourceArn === undefined ? {} : { ArnLike: { "aws:SourceArn": sourceArn } }),
    };
}
