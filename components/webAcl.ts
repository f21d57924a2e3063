import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";
import * as wafv2 from "@pulumi/aws/wafv2";

export interface WebAclArgs {
    /** `CLOUDFRONT` for distributions, in us-east-1; `REGIONAL` for the load balancers of a region. */
    readonly scope: "CLOUDFRONT" | "REGIONAL";
    readonly region: string;
    /** Physical name; its log group is `aws-waf-logs-` and this. */
    readonly aclName: string;
    /** Requests outside the catalogue that one address may send in five minutes, 10 or more. */
    readonly requestsPerFiveMinutes: number;
    /** The same for reads of the catalogue. */
    readonly catalogueReadsPerFiveMinutes: number;
    /** Key of the region that CloudWatch Logs may use. */
    readonly logKeyArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
}

type Rule = Exclude<pulumi.Unwrap<wafv2.WebAclArgs["rules"]>, undefined>[number];

/** AWS's own rule groups, together 925 of the 5000 capacity units that a web ACL may use. */
const managedGroups = [
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesCommonRuleSet",
] as const;

/**
 * A web ACL that lets pass what AWS's rule groups find nothing against, up to a rate per address. What
 * it blocks or counts is logged, without cookies and credentials; what passes is in the access logs.
 *
 * Reads of the catalogue have a rate of their own: the address of an edge location stands for all the
 * users behind it, and a limit meant for one person would cut a whole city off.
 *
 * @example
 * new WebAcl("firewall", { scope: "REGIONAL", region: "eu-west-1", aclName: "meridian", ... });
 */
export class WebAcl extends pulumi.ComponentResource {
    /** Known only once what it blocks is logged. */
    readonly arn: pulumi.Output<string>;

    constructor(name: string, args: WebAclArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:WebAcl", name, {}, opts);

        const acl = new wafv2.WebAcl(
            name,
            {
                region: args.region,
                scope: args.scope,
                name: args.aclName,
                defaultAction: { allow: {} },
                rules: [...this.rateRules(args), ...this.managedRules()],
                visibilityConfig: visibility(args.aclName),
            },
            { parent: this },
        );
        const logging = this.createLogging(name, args, acl);

        this.arn = pulumi.all([acl.arn, logging.id]).apply(([arn]) => arn);
        this.registerOutputs({ arn: this.arn });
    }

    private rateRules(args: WebAclArgs): Rule[] {
        const catalogue = {
            byteMatchStatement: {
                fieldToMatch: { uriPath: {} },
                positionalConstraint: "STARTS_WITH",
                searchString: "/catalogue",
                textTransformations: [{ priority: 0, type: "NONE" }],
            },
        };
        const rate = (limit: number, scopeDownStatement: object): Rule["statement"] => ({
            rateBasedStatement: {
                aggregateKeyType: "IP",
                evaluationWindowSec: 300,
                limit,
                scopeDownStatement,
            },
        });
        return [
            {
                name: "rate",
                priority: 0,
                action: { block: {} },
                statement: rate(args.requestsPerFiveMinutes, {
                    notStatement: { statement: catalogue },
                }),
                visibilityConfig: visibility("rate"),
            },
            {
                name: "catalogue-rate",
                priority: 1,
                action: { block: {} },
                statement: rate(args.catalogueReadsPerFiveMinutes, catalogue),
                visibilityConfig: visibility("catalogue-rate"),
            },
        ];
    }

    private managedRules(): Rule[] {
        return managedGroups.map((group, index) => ({
            name: group,
            priority: 10 + index,
            overrideAction: { none: {} },
            statement: { managedRuleGroupStatement: { vendorName: "AWS", name: group } },
            visibilityConfig: visibility(group),
        }));
    }

    /** @see https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html */
    private createLogging(
        name: string,
        args: WebAclArgs,
        acl: wafv2.WebAcl,
    ): wafv2.WebAclLoggingConfiguration {
        const logs = new cloudwatch.LogGroup(
            `${name}-logs`,
            {
                region: args.region,
                // WAF writes to groups of this beginning only.
                name: `aws-waf-logs-${args.aclName}`,
                retentionInDays: args.logRetentionDays,
                kmsKeyId: args.logKeyArn,
            },
            { parent: this },
        );
        return new wafv2.WebAclLoggingConfiguration(
            name,
            {
                region: args.region,
                resourceArn: acl.arn,
                logDestinationConfigs: [logs.arn],
                redactedFields: ["authorization", "cookie"].map((header) => ({
                    singleHeader: { name: header },
                })),
                loggingFilter: {
                    defaultBehavior: "DROP",
                    filters: [
                        {
                            behavior: "KEEP",
                            requirement: "MEETS_ANY",
                            conditions: ["BLOCK", "COUNT"].map((action) => ({
                                actionCondition: { action },
                            })),
                        },
                    ],
                },
            },
            { parent: this },
        );
    }
}

function visibility(metricName: string) {
    return { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName };
}
