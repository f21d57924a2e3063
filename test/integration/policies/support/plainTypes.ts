import type { ResourceType } from "../../../../sandbox/aws/resourceType";

/** What a preview asks of a type that the rehearsal cloud does not know. */
interface PlainType {
    readonly type: string;
    readonly inputs: readonly string[];
    readonly required?: readonly string[];
    /** Outputs that a preview does not know. */
    readonly computed: readonly string[];
    readonly autoname?: string;
}

/**
 * Types that our own stacks have no use for and rules judge: enough of each for a preview, and nothing
 * that could be deployed. Names are those of the AWS provider's schema.
 */
const plainTypes: readonly PlainType[] = [
    {
        type: "aws:apigatewayv2/api:Api",
        inputs: ["disableExecuteApiEndpoint", "name", "protocolType", "tags"],
        required: ["protocolType"],
        computed: ["apiEndpoint", "arn", "executionArn"],
        autoname: "name",
    },
    {
        type: "aws:apigatewayv2/domainName:DomainName",
        inputs: ["domainName", "domainNameConfiguration", "tags"],
        required: ["domainName", "domainNameConfiguration"],
        computed: ["apiMappingSelectionExpression", "arn"],
    },
    {
        type: "aws:apigatewayv2/integration:Integration",
        inputs: ["apiId", "integrationType", "integrationUri", "payloadFormatVersion"],
        required: ["apiId", "integrationType"],
        computed: ["integrationResponseSelectionExpression"],
    },
    {
        type: "aws:apigatewayv2/route:Route",
        inputs: ["apiId", "routeKey", "target"],
        required: ["apiId", "routeKey"],
        computed: [],
    },
    {
        type: "aws:cloudfront/originAccessControl:OriginAccessControl",
        inputs: [
            "description",
            "name",
            "originAccessControlOriginType",
            "signingBehavior",
            "signingProtocol",
        ],
        required: ["originAccessControlOriginType", "signingBehavior", "signingProtocol"],
        computed: ["arn", "etag"],
        autoname: "name",
    },
    {
        type: "aws:iam/accessKey:AccessKey",
        inputs: ["pgpKey", "status", "user"],
        required: ["user"],
        computed: ["createDate", "secret", "sesSmtpPasswordV4"],
    },
    {
        type: "aws:iam/user:User",
        inputs: ["forceDestroy", "name", "path", "permissionsBoundary", "tags"],
        computed: ["arn", "uniqueId"],
        autoname: "name",
    },
    {
        type: "aws:route53/zone:Zone",
        inputs: ["comment", "delegationSetId", "forceDestroy", "name", "tags", "vpcs"],
        required: ["name"],
        computed: ["arn", "nameServers", "primaryNameServer", "zoneId"],
    },
];

/** For a `ControlPlane` that only previews are run against. */
export const previewOnlyTypes: readonly ResourceType[] = plainTypes.map(
    ({ type, inputs, required = [], computed, autoname }) => ({
        type,
        service: /^aws:(\w+)\//.exec(type)?.[1] ?? "",
        home: "regional",
        actions: { create: "", read: "", update: "", delete: "" },
        inputs,
        required,
        replaceOn: [],
        computed,
        ...(autoname === undefined ? {} : { autoname: { property: autoname, maxLength: 64 } }),
        compute: () => {
            throw new Error(`${type} is here for previews alone; it cannot be made`);
        },
    }),
);
