import { expect } from "chai";

import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "./support/account";

const webAclType = "aws:wafv2/webAcl:WebAcl";
const associationType = "aws:wafv2/webAclAssociation:WebAclAssociation";
const loggingType = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration";
const balancerArn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/1";

const visibilityConfig = { metricName: "m", cloudwatchMetricsEnabled: true };
const path = (searchString: string): Props => ({
    byteMatchStatement: {
        searchString,
        positionalConstraint: "STARTS_WITH",
        fieldToMatch: { uriPath: {} },
        textTransformations: [{ priority: 0, type: "NONE" }],
    },
});
const rate = (changes: Props = {}): Props => ({
    rateBasedStatement: { limit: 2000, aggregateKeyType: "IP", ...changes },
});
const managed = (name = "AWSManagedRulesCommonRuleSet"): Props => ({
    managedRuleGroupStatement: { vendorName: "AWS", name },
});
const rule = (statement: Props, changes: Props = {}): Props => ({
    name: "rate",
    priority: 0,
    action: { block: {} },
    statement,
    visibilityConfig,
    ...changes,
});
const groupRule = (name: string, priority: number): Props =>
    rule(managed(name), {
        name: `${name}-${priority}`,
        priority,
        action: undefined,
        overrideAction: { none: {} },
    });
const webAcl = (changes: Props = {}): Props => ({
    name: "edge",
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    visibilityConfig,
    rules: [rule(rate()), groupRule("AWSManagedRulesCommonRuleSet", 1)],
    ...changes,
});
const only = (statement: Props, changes: Props = {}): Props =>
    webAcl({ rules: [rule(statement, changes)] });

describe("WAF", () => {
    let account: Account;
    beforeEach(async () => {
        account = await Account.open();
    });
    afterEach(() => {
        account.close();
    });

    describe("a web ACL", () => {
        it("says whose it is, and what its rules cost", async () => {
            const made = await account.create(webAclType, "w", webAcl());
            expect(made.arn).to.match(
                /^arn:aws:wafv2:eu-west-1:111122223333:regional\/webacl\/edge\/[0-9a-f-]{36}$/,
            );
            expect(made.capacity).to.equal(702);
            const global = await account.create(
                webAclType,
                "g",
                webAcl({
                    scope: "CLOUDFRONT",
                    region: "us-east-1",
                    rules: [rule(rate({ scopeDownStatement: path("/a") }))],
                }),
            );
            expect(global.arn).to.match(/^arn:aws:wafv2:us-east-1:111122223333:global\/webacl\//);
            expect(global.capacity).to.equal(4);
        });

        const refused: readonly [string, Props, string][] = [
            [
                "scope CLOUDFRONT in another region",
                webAcl({ scope: "CLOUDFRONT", region: "eu-west-1" }),
                "must be us-east-1",
            ],
            ["an unknown scope", webAcl({ scope: "GLOBAL" }), "scope: must be one of"],
            ["a name with a dot", webAcl({ name: "a.b" }), "name: must be"],
            [
                "two default actions",
                webAcl({ defaultAction: { allow: {}, block: {} } }),
                "exactly one of allow, block",
            ],
            [
                "a priority twice",
                webAcl({ rules: [rule(rate()), rule(rate(), { name: "b" })] }),
                "a priority of its own, got 0",
            ],
            ["a priority below 0", only(rate(), { priority: -1 }), "got -1"],
            [
                "a rule's name twice",
                webAcl({ rules: [rule(rate()), rule(rate(), { priority: 1 })] }),
                "a name of its own, got rate",
            ],
            ["a rule without action", only(rate(), { action: undefined }), "a rule has an action"],
            [
                "a rule group with an action",
                only(managed()),
                "has an overrideAction, and no action",
            ],
            ["a limit of 9", only(rate({ limit: 9 })), "from 10 to 2000000000, got 9"],
            [
                "a window of 90 s",
                only(rate({ evaluationWindowSec: 90 })),
                "60, 120, 300 or 600, got 90",
            ],
            [
                "forwarded addresses without their header",
                only(rate({ aggregateKeyType: "FORWARDED_IP" })),
                "forwardedIpConfig: must be set",
            ],
            [
                "a constant rate of everything",
                only(rate({ aggregateKeyType: "CONSTANT" })),
                "scopeDownStatement: must be set",
            ],
            ["an unknown key", only(rate({ aggregateKeyType: "HOST" })), "must be one of"],
            [
                "a rate inside a rate",
                only(rate({ scopeDownStatement: rate() })),
                "cannot be nested",
            ],
            [
                "a rule group inside a not",
                only({ notStatement: { statement: managed() } }),
                "cannot be nested",
            ],
            [
                "a rule group that AWS does not have",
                webAcl({ rules: [groupRule("AWSManagedRulesEverything", 0)] }),
                "AWS has no managed rule group",
            ],
            ["two kinds in a statement", only({ ...rate(), ...path("/a") }), "exactly one kind"],
            [
                "an and of one",
                only({ andStatement: { statements: [path("/a")] } }),
                "at least 2 statements, got 1",
            ],
            [
                "an unknown position",
                only({ byteMatchStatement: { searchString: "a", positionalConstraint: "AT" } }),
                "positionalConstraint: must be one of",
            ],
            [
                "nothing to search",
                only({ byteMatchStatement: { searchString: "", positionalConstraint: "EXACTLY" } }),
                "1 to 200 bytes",
            ],
            [
                "no transformation",
                only({
                    byteMatchStatement: {
                        searchString: "a",
                        positionalConstraint: "EXACTLY",
                        textTransformations: [],
                    },
                }),
                "such as NONE",
            ],
            [
                "a metric name with a space",
                webAcl({ visibilityConfig: { metricName: "a b" } }),
                "metricName: must be",
            ],
            ["rules and JSON", webAcl({ ruleJson: "[]" }), "conflicts with rules"],
        ];
        it("is accepted as it should be", () => {
            expect(account.problems(webAclType, webAcl())).to.deep.equal([]);
            const nested = {
                orStatement: {
                    statements: [path("/a"), { notStatement: { statement: path("/b") } }],
                },
            };
            expect(
                account.problems(webAclType, only(rate({ scopeDownStatement: nested }))),
            ).to.deep.equal([]);
        });
        for (const [what, inputs, words] of refused) {
            it(`is refused with ${what}`, () => {
                expect(account.problems(webAclType, inputs).join()).to.contain(words);
            });
        }

        it("is made for CloudFront in us-east-1 alone, also where only the provider says the region", async () => {
            expect(
                await refusal(account.create(webAclType, "w", webAcl({ scope: "CLOUDFRONT" }))),
            ).to.contain("The scope is not valid.");
        });

        it("has a name of its own in its region", async () => {
            await account.create(webAclType, "w", webAcl());
            expect(await refusal(account.create(webAclType, "v", webAcl()))).to.contain(
                "WAFDuplicateItemException",
            );
            await account.create(webAclType, "v", webAcl({ region: "us-east-1" }));
        });

        it("uses 5000 capacity units at most", async () => {
            const rules = Array.from({ length: 8 }, (_, index) =>
                groupRule("AWSManagedRulesCommonRuleSet", index),
            );
            expect(await refusal(account.create(webAclType, "w", webAcl({ rules })))).to.contain(
                "WAFLimitsExceededException: the rules need 5600",
            );
            await account.create(webAclType, "w", webAcl({ rules: rules.slice(1) }));
        });

        it("stays while a load balancer or a distribution has it", async () => {
            const made = await account.create(webAclType, "w", webAcl());
            const uses: readonly [string, Props][] = [
                ["aws:cloudfront/distribution:Distribution", { webAclId: made.arn }],
                [associationType, { webAclArn: made.arn }],
            ];
            for (const [type, outputs] of uses) {
                account.declare(type, "user", outputs);
                expect(await refusal(account.remove(webAclType, "w")), type).to.contain(
                    "WAFAssociatedItemException",
                );
                account.store.delete(type, account.region, "user");
            }
            await account.remove(webAclType, "w");
        });
    });

    describe("an association", () => {
        let webAclArn: string;
        beforeEach(async () => {
            webAclArn = String((await account.create(webAclType, "w", webAcl())).arn);
            account.declare("aws:lb/loadBalancer:LoadBalancer", balancerArn, {
                arn: balancerArn,
                loadBalancerType: "application",
            });
        });
        const associate = (inputs: Props = {}, name = "a"): Promise<Props> =>
            account.create(associationType, name, {
                resourceArn: balancerArn,
                webAclArn,
                ...inputs,
            });

        it("is of a regional web ACL and a load balancer of its region", async () => {
            await associate();
            const elsewhere = await account.create(
                webAclType,
                "v",
                webAcl({ region: "us-east-1" }),
            );
            expect(await refusal(associate({ webAclArn: elsewhere.arn }, "b"))).to.contain(
                "WAFNonexistentItemException",
            );
            const other = balancerArn.replace("web", "none");
            expect(await refusal(associate({ resourceArn: other }, "b"))).to.contain(
                "WAFNonexistentItemException",
            );
        });

        it("is one a load balancer", async () => {
            await associate();
            const second = await account.create(webAclType, "v", webAcl({ name: "second" }));
            expect(await refusal(associate({ webAclArn: second.arn }, "b"))).to.contain(
                "a resource has one web ACL",
            );
        });

        it("is not with a network load balancer", async () => {
            account.declare("aws:lb/loadBalancer:LoadBalancer", balancerArn, {
                arn: balancerArn,
                loadBalancerType: "network",
            });
            expect(await refusal(associate())).to.contain("WAFInvalidParameterException");
        });

        it("is not how a distribution gets its web ACL, nor for one of scope CLOUDFRONT", () => {
            const problems = (inputs: Props) => account.problems(associationType, inputs).join();
            const distribution = "arn:aws:cloudfront::111122223333:distribution/E1";
            expect(problems({ resourceArn: distribution, webAclArn })).to.contain("set webAclId");
            expect(
                problems({
                    resourceArn: balancerArn,
                    webAclArn: "arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/1",
                }),
            ).to.contain("scope REGIONAL");
        });
    });

    describe("logging", () => {
        const groupArn = (name: string, region = "eu-west-1") =>
            `arn:aws:logs:${region}:111122223333:log-group:${name}`;
        const config = (changes: Props = {}): Props => ({
            resourceArn: "arn",
            logDestinationConfigs: [groupArn("aws-waf-logs-a")],
            ...changes,
        });
        const filter = (changes: Props = {}): Props => ({
            loggingFilter: {
                defaultBehavior: "DROP",
                filters: [
                    {
                        behavior: "KEEP",
                        requirement: "MEETS_ANY",
                        conditions: [{ actionCondition: { action: "BLOCK" } }],
                        ...changes,
                    },
                ],
            },
        });
        const refused: readonly [string, Props, string][] = [
            ["no destination", config({ logDestinationConfigs: [] }), "exactly 1"],
            [
                "a name without the prefix",
                config({ logDestinationConfigs: [groupArn("waf")] }),
                "starts with aws-waf-logs-",
            ],
            [
                "a group's ARN with :*",
                config({ logDestinationConfigs: [`${groupArn("aws-waf-logs-a")}:*`] }),
                "without :*",
            ],
            [
                "101 redacted fields",
                config({ redactedFields: Array.from({ length: 101 }, () => ({})) }),
                "at most 100",
            ],
            [
                "an unknown requirement",
                config(filter({ requirement: "ALL" })),
                "requirement: must be",
            ],
            [
                "an unknown behaviour of a filter",
                config(filter({ behavior: "PASS" })),
                "behavior: must be one of",
            ],
            [
                "an unknown behaviour otherwise",
                config({
                    loggingFilter: {
                        ...(filter({}).loggingFilter as Props),
                        defaultBehavior: "PASS",
                    },
                }),
                "defaultBehavior: must be one of",
            ],
            [
                "an unknown action",
                config(filter({ conditions: [{ actionCondition: { action: "DROP" } }] })),
                "action: must be one of",
            ],
        ];
        it("is accepted as it should be", () => {
            expect(account.problems(loggingType, config(filter()))).to.deep.equal([]);
        });
        for (const [what, inputs, words] of refused) {
            it(`is refused with ${what}`, () => {
                expect(account.problems(loggingType, inputs).join()).to.contain(words);
            });
        }

        it("needs a web ACL and a group of its region", async () => {
            expect(await refusal(account.create(loggingType, "l", config()))).to.contain(
                "WAFNonexistentItemException",
            );
            const { arn: resourceArn } = await account.create(webAclType, "w", webAcl());
            const create = (destination: string): Promise<Props> =>
                account.create(
                    loggingType,
                    "l",
                    config({ resourceArn, logDestinationConfigs: [destination] }),
                );
            const missing = groupArn("aws-waf-logs-a");
            expect(await refusal(create(missing))).to.contain("The log destination is not there");
            const far = groupArn("aws-waf-logs-a", "us-east-1");
            account.declare("aws:cloudwatch/logGroup:LogGroup", "far", { arn: far }, "us-east-1");
            expect(await refusal(create(far))).to.contain("not in eu-west-1");
            account.declare("aws:cloudwatch/logGroup:LogGroup", "near", { arn: missing });
            await create(missing);
        });
    });
});
