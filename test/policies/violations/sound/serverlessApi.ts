// A serverless API in two regions over a global table; users go to the region that is nearest and well.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const accountId = "111122223333";
const zoneId = "Z0123456789EXAMPLE";
const domain = "notes.example.com";
const home = "eu-west-1";
const regions = [home, "us-east-1"];

const keyPolicy = (region: string): string =>
    JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "Owner",
                Effect: "Allow",
                Principal: { AWS: `arn:aws:iam::${accountId}:root` },
                Action: "kms:*",
                Resource: "*",
            },
            {
                Sid: "LogsAndAlarms",
                Effect: "Allow",
                Principal: {
                    Service: [`logs.${region}.amazonaws.com`, "cloudwatch.amazonaws.com"],
                },
                Action: ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:Describe*"],
                Resource: "*",
                Condition: { StringEquals: { "aws:SourceAccount": accountId } },
            },
        ],
    });

const keys = Object.fromEntries(
    regions.map((region) => [
        region,
        new aws.kms.Key(`notes-${region}`, {
            region,
            enableKeyRotation: true,
            policy: keyPolicy(region),
        }),
    ]),
);
const keyArn = (region: string): pulumi.Output<string> => (keys[region] as aws.kms.Key).arn;

const table = new aws.dynamodb.Table("notes", {
    region: home,
    name: "notes",
    billingMode: "PAY_PER_REQUEST",
    hashKey: "owner",
    rangeKey: "id",
    attributes: [
        { name: "owner", type: "S" },
        { name: "id", type: "S" },
    ],
    streamEnabled: true,
    streamViewType: "NEW_AND_OLD_IMAGES",
    serverSideEncryption: { enabled: true, kmsKeyArn: keyArn(home) },
    pointInTimeRecovery: { enabled: true },
    deletionProtectionEnabled: true,
    replicas: regions
        .filter((region) => region !== home)
        .map((regionName) => ({
            regionName,
            kmsKeyArn: keyArn(regionName),
            pointInTimeRecovery: true,
            deletionProtectionEnabled: true,
            propagateTags: true,
        })),
});

const vault = new aws.backup.Vault("notes", { region: home, kmsKeyArn: keyArn(home) });
const plan = new aws.backup.Plan("notes", {
    region: home,
    name: "notes",
    rules: [
        {
            ruleName: "daily",
            targetVaultName: vault.name,
            schedule: "cron(0 3 * * ? *)",
            lifecycle: { deleteAfter: 35 },
        },
    ],
});
new aws.backup.Selection("notes", {
    region: home,
    planId: plan.id,
    iamRoleArn: `arn:aws:iam::${accountId}:role/service-role/AWSBackupDefaultServiceRole`,
    resources: [table.arn],
});

function deploy(region: string): void {
    const inRegion = (name: string): string => `${name}-${region}`;
    const kmsKeyArn = keyArn(region);

    const onCall = new aws.sns.Topic(inRegion("on-call"), { region, kmsMasterKeyId: kmsKeyArn });
    const deadLetters = new aws.sqs.Queue(inRegion("dead-letters"), {
        region,
        kmsMasterKeyId: kmsKeyArn,
        messageRetentionSeconds: 14 * 24 * 3600,
    });
    const log = new aws.cloudwatch.LogGroup(inRegion("handler"), {
        region,
        name: "/aws/lambda/notes",
        retentionInDays: 90,
        kmsKeyId: kmsKeyArn,
    });

    const role = new aws.iam.Role(inRegion("handler"), {
        assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({
            Service: "lambda.amazonaws.com",
        }),
    });
    new aws.iam.RolePolicy(inRegion("handler"), {
        role: role.id,
        policy: pulumi.jsonStringify({
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
                    Resource: `arn:aws:dynamodb:${region}:${accountId}:table/notes`,
                },
                {
                    Effect: "Allow",
                    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
                    Resource: pulumi.interpolate`${log.arn}:*`,
                },
                { Effect: "Allow", Action: "sqs:SendMessage", Resource: deadLetters.arn },
                {
                    Effect: "Allow",
                    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
                    Resource: kmsKeyArn,
                },
            ],
        }),
    });
    const handler = new aws.lambda.Function(inRegion("handler"), {
        region,
        name: "notes",
        role: role.arn,
        runtime: "nodejs22.x",
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({
            "index.js": new pulumi.asset.StringAsset(
                "exports.handler = async () => ({ statusCode: 200 });",
            ),
        }),
        memorySize: 256,
        timeout: 5,
        reservedConcurrentExecutions: 200,
        deadLetterConfig: { targetArn: deadLetters.arn },
        environment: { variables: { TABLE: "notes" } },
        kmsKeyArn,
    });

    const api = new aws.apigatewayv2.Api(inRegion("notes"), {
        region,
        protocolType: "HTTP",
        disableExecuteApiEndpoint: true,
    });
    const integration = new aws.apigatewayv2.Integration(inRegion("notes"), {
        region,
        apiId: api.id,
        integrationType: "AWS_PROXY",
        integrationUri: handler.arn,
        payloadFormatVersion: "2.0",
    });
    new aws.apigatewayv2.Route(inRegion("notes"), {
        region,
        apiId: api.id,
        routeKey: "$default",
        target: pulumi.interpolate`integrations/${integration.id}`,
    });
    new aws.lambda.Permission(inRegion("notes"), {
        region,
        action: "lambda:InvokeFunction",
        function: handler.name,
        principal: "apigateway.amazonaws.com",
        sourceArn: pulumi.interpolate`${api.executionArn}/*`,
    });
    const name = new aws.apigatewayv2.DomainName(inRegion("notes"), {
        region,
        domainName: domain,
        domainNameConfiguration: {
            certificateArn: `arn:aws:acm:${region}:${accountId}:certificate/12345678-1234-1234-1234-123456789012`,
            endpointType: "REGIONAL",
            securityPolicy: "TLS_1_2",
        },
    });

    const check = new aws.route53.HealthCheck(inRegion("notes"), {
        type: "HTTPS",
        fqdn: `${region}.health.${domain}`,
        port: 443,
        resourcePath: "/health",
        requestInterval: 10,
        failureThreshold: 3,
        enableSni: true,
    });
    new aws.route53.Record(inRegion("notes"), {
        zoneId,
        name: domain,
        type: "A",
        setIdentifier: region,
        latencyRoutingPolicies: [{ region }],
        healthCheckId: check.id,
        aliases: [
            {
                name: name.domainNameConfiguration.targetDomainName,
                zoneId: name.domainNameConfiguration.hostedZoneId,
                evaluateTargetHealth: true,
            },
        ],
    });

    new aws.cloudwatch.MetricAlarm(inRegion("errors"), {
        region,
        comparisonOperator: "GreaterThanThreshold",
        evaluationPeriods: 3,
        datapointsToAlarm: 2,
        metricName: "Errors",
        namespace: "AWS/Lambda",
        dimensions: { FunctionName: handler.name },
        period: 60,
        statistic: "Sum",
        threshold: 5,
        treatMissingData: "notBreaching",
        alarmActions: [onCall.arn],
        okActions: [onCall.arn],
    });
}

regions.forEach(deploy);

export const url = `https://${domain}`;
