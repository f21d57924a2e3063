// A static site in two regions: each bucket is replicated to the other, and CloudFront asks the second
// one when the first one fails.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const accountId = "111122223333";
const domain = "docs.example.com";
const regions = ["eu-west-1", "us-east-1"] as const;
type Region = (typeof regions)[number];

const bucketName = (region: Region) => `docs-site-${region}-${accountId}`;
const otherThan = (region: Region): Region => (region === "eu-west-1" ? "us-east-1" : "eu-west-1");

const owner = {
    Sid: "Owner",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: "kms:*",
    Resource: "*",
};

function storage(region: Region) {
    const key = new aws.kms.Key(`site-${region}`, {
        region,
        description: `documentation site in ${region}`,
        enableKeyRotation: true,
        policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
                owner,
                {
                    Sid: "Edge",
                    Effect: "Allow",
                    Principal: { Service: "cloudfront.amazonaws.com" },
                    Action: "kms:Decrypt",
                    Resource: "*",
                    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
                },
            ],
        }),
    });
    const bucket = new aws.s3.Bucket(`site-${region}`, { region, bucket: bucketName(region) });
    const of = { region, bucket: bucket.id };
    new aws.s3.BucketPublicAccessBlock(`site-${region}`, {
        ...of,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
    });
    const versioning = new aws.s3.BucketVersioning(`site-${region}`, {
        ...of,
        versioningConfiguration: { status: "Enabled" },
    });
    new aws.s3.BucketServerSideEncryptionConfiguration(`site-${region}`, {
        ...of,
        rules: [
            {
                applyServerSideEncryptionByDefault: {
                    sseAlgorithm: "aws:kms",
                    kmsMasterKeyId: key.arn,
                },
                bucketKeyEnabled: true,
            },
        ],
    });
    new aws.s3.BucketLifecycleConfiguration(`site-${region}`, {
        ...of,
        rules: [
            {
                id: "old-versions",
                status: "Enabled",
                filter: { prefix: "" },
                noncurrentVersionExpiration: { noncurrentDays: 30 },
            },
        ],
    });
    return { region, key, bucket, versioning };
}

const sites = {
    "eu-west-1": storage("eu-west-1"),
    "us-east-1": storage("us-east-1"),
};

for (const region of regions) {
    const [from, to] = [sites[region], sites[otherThan(region)]];
    const role = new aws.iam.Role(`replicate-from-${region}`, {
        assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "s3.amazonaws.com" }),
    });
    new aws.iam.RolePolicy(`replicate-from-${region}`, {
        role: role.id,
        policy: pulumi.jsonStringify({
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
                    Resource: from.bucket.arn,
                },
                {
                    Effect: "Allow",
                    Action: ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl"],
                    Resource: pulumi.interpolate`${from.bucket.arn}/*`,
                },
                {
                    Effect: "Allow",
                    Action: ["s3:ReplicateObject", "s3:ReplicateDelete"],
                    Resource: pulumi.interpolate`${to.bucket.arn}/*`,
                },
                { Effect: "Allow", Action: "kms:Decrypt", Resource: from.key.arn },
                { Effect: "Allow", Action: "kms:Encrypt", Resource: to.key.arn },
            ],
        }),
    });
    new aws.s3.BucketReplicationConfig(
        `from-${region}`,
        {
            region,
            bucket: from.bucket.id,
            role: role.arn,
            rules: [
                {
                    id: "site",
                    priority: 1,
                    status: "Enabled",
                    filter: { prefix: "" },
                    deleteMarkerReplication: { status: "Enabled" },
                    sourceSelectionCriteria: {
                        sseKmsEncryptedObjects: { status: "Enabled" },
                        replicaModifications: { status: "Enabled" },
                    },
                    destination: {
                        bucket: to.bucket.arn,
                        encryptionConfiguration: { replicaKmsKeyId: to.key.arn },
                    },
                },
            ],
        },
        { dependsOn: [from.versioning, to.versioning] },
    );
}

const logKey = new aws.kms.Key("edge-logs", {
    region: "us-east-1",
    enableKeyRotation: true,
    policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            owner,
            {
                Sid: "Logs",
                Effect: "Allow",
                Principal: { Service: "logs.us-east-1.amazonaws.com" },
                Action: ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:Describe*"],
                Resource: "*",
                Condition: {
                    ArnLike: {
                        "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:us-east-1:${accountId}:log-group:aws-waf-logs-*`,
                    },
                },
            },
        ],
    }),
});
const metrics = (metricName: string) => ({
    cloudwatchMetricsEnabled: true,
    sampledRequestsEnabled: true,
    metricName,
});
const firewall = new aws.wafv2.WebAcl("site", {
    region: "us-east-1",
    name: "docs-site",
    scope: "CLOUDFRONT",
    defaultAction: { allow: {} },
    rules: [
        {
            name: "flood",
            priority: 0,
            action: { block: {} },
            statement: { rateBasedStatement: { limit: 2000, aggregateKeyType: "IP" } },
            visibilityConfig: metrics("flood"),
        },
    ],
    visibilityConfig: metrics("docs-site"),
});
const firewallLog = new aws.cloudwatch.LogGroup("firewall", {
    region: "us-east-1",
    name: "aws-waf-logs-docs-site",
    retentionInDays: 90,
    kmsKeyId: logKey.arn,
});
new aws.wafv2.WebAclLoggingConfiguration("site", {
    region: "us-east-1",
    resourceArn: firewall.arn,
    logDestinationConfigs: [firewallLog.arn],
});

const access = new aws.cloudfront.OriginAccessControl("site", {
    name: "docs-site",
    originAccessControlOriginType: "s3",
    signingBehavior: "always",
    signingProtocol: "sigv4",
});
const distribution = new aws.cloudfront.Distribution("site", {
    enabled: true,
    isIpv6Enabled: true,
    httpVersion: "http2and3",
    aliases: [domain],
    defaultRootObject: "index.html",
    webAclId: firewall.arn,
    origins: regions.map((region) => ({
        originId: region,
        domainName: sites[region].bucket.bucketRegionalDomainName,
        originAccessControlId: access.id,
    })),
    originGroups: [
        {
            originId: "either",
            failoverCriteria: { statusCodes: [500, 502, 503, 504] },
            members: regions.map((originId) => ({ originId })),
        },
    ],
    defaultCacheBehavior: {
        targetOriginId: "either",
        viewerProtocolPolicy: "redirect-to-https",
        allowedMethods: ["GET", "HEAD", "OPTIONS"],
        cachedMethods: ["GET", "HEAD"],
        cachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6",
        compress: true,
    },
    // The archive of logs is another account's.
    loggingConfig: { bucket: "example-edge-log-archive.s3.amazonaws.com", prefix: "docs/" },
    restrictions: { geoRestriction: { restrictionType: "none" } },
    viewerCertificate: {
        acmCertificateArn: `arn:aws:acm:us-east-1:${accountId}:certificate/12345678-1234-1234-1234-123456789012`,
        sslSupportMethod: "sni-only",
        minimumProtocolVersion: "TLSv1.2_2021",
    },
});

for (const region of regions) {
    const { bucket } = sites[region];
    new aws.s3.BucketPolicy(`site-${region}`, {
        region,
        bucket: bucket.id,
        policy: pulumi.jsonStringify({
            Version: "2012-10-17",
            Statement: [
                {
                    Sid: "Edge",
                    Effect: "Allow",
                    Principal: { Service: "cloudfront.amazonaws.com" },
                    Action: "s3:GetObject",
                    Resource: pulumi.interpolate`${bucket.arn}/*`,
                    Condition: { StringEquals: { "aws:SourceArn": distribution.arn } },
                },
                {
                    Sid: "TlsOnly",
                    Effect: "Deny",
                    Principal: "*",
                    Action: "s3:*",
                    Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
                    Condition: { Bool: { "aws:SecureTransport": "false" } },
                },
            ],
        }),
    });
}

for (const type of ["A", "AAAA"]) {
    new aws.route53.Record(`site-${type}`, {
        zoneId: "Z0123456789EXAMPLE",
        name: domain,
        type,
        aliases: [
            {
                name: distribution.domainName,
                zoneId: distribution.hostedZoneId,
                evaluateTargetHealth: false,
            },
        ],
    });
}

export const url = `https://${domain}`;
