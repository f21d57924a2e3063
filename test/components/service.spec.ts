import { expect } from "chai";

import { emitEvents } from "../../components/eventPermissions";
import { readReceiptKeys } from "../../components/receiptKeyPermissions";
import { Service, type ServiceArgs } from "../../components/service";
import { bucketStatements, parseEcrImage } from "../../components/servicePermissions";
import { policyIn, setMocks, settled, type Registrations } from "../support/mocks";

const accountId = "111122223333";
const args: ServiceArgs = {
    region: "eu-west-1",
    accountId,
    image: `${accountId}.dkr.ecr.eu-west-1.amazonaws.com/meridian-storefront:0.1.0`,
    containerPort: 8080,
    environment: { PORT: "8080", LOG_LEVEL: "info" },
    tableName: "meridian-storefront",
    mediaBucket: "meridian-media-eu-west-1-111122223333",
    ordersBucket: "meridian-orders-eu-west-1-111122223333",
    subnetIds: ["subnet-a", "subnet-b"],
    securityGroupId: "sg-1",
    targetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/x/1",
    loadBalancerArnSuffix: "app/lb/1",
    targetGroupArnSuffix: "targetgroup/x/1",
    dataKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/data",
    logKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/operations",
    logRetentionDays: 90,
    minimumTasks: 6,
    maximumTasks: 24,
};

describe("the storefront's service", () => {
    let registered: Registrations;

    before(async () => {
        registered = await setMocks();
        new Service("service", args);
        await settled();
    });

    const service = () => registered.one("aws:ecs/service:Service", "service");
    const task = () => registered.inputs("aws:ecs/taskDefinition:TaskDefinition", "service");

    it("lets its tasks read media and archive orders in the region's buckets, through S3's use of the key", () => {
        const { Statement } = policyIn(
            registered.inputs("aws:iam/rolePolicy:RolePolicy", "service-task-policy"),
        );
        const about = Statement.filter(({ Action }) => /s3:|GenerateDataKey/.test(String(Action)));
        expect(
            about.map(({ Action, Resource, Condition }) => [Action, Resource, Condition]),
        ).to.deep.equal([
            ["s3:GetObject", `arn:aws:s3:::${args.mediaBucket}/*`, undefined],
            ["s3:ListBucket", `arn:aws:s3:::${args.mediaBucket}`, undefined],
            ["s3:PutObject", `arn:aws:s3:::${args.ordersBucket}/orders/*`, undefined],
            [
                ["kms:Decrypt", "kms:GenerateDataKey"],
                args.dataKeyArn,
                { StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } },
            ],
            [
                "kms:GenerateDataKey",
                args.dataKeyArn,
                { StringEquals: { "kms:ViaService": ["kinesis.eu-west-1.amazonaws.com"] } },
            ],
        ]);
    });

    it("lets its tasks write to the region's stream, and read none", () => {
        const { Statement } = policyIn(
            registered.inputs("aws:iam/rolePolicy:RolePolicy", "service-task-policy"),
        );
        expect(
            Statement.filter(({ Action }) => /kinesis:/.test(String(Action))).map(
                ({ Action, Resource }) => [Action, Resource],
            ),
        ).to.deep.equal([
            ["kinesis:PutRecords", "arn:aws:kinesis:eu-west-1:111122223333:stream/meridian-events"],
        ]);
    });

    it("runs on Fargate, on ARM, without a public address", () => {
        expect(task()).to.deep.include({
            requiresCompatibilities: ["FARGATE"],
            networkMode: "awsvpc",
            runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
        });
        expect(service().inputs["networkConfiguration"]).to.deep.equal({
            subnets: ["subnet-a", "subnet-b"],
            securityGroups: ["sg-1"],
            assignPublicIp: false,
        });
    });

    it("gives the container exactly the environment it was given, sorted", () => {
        const [container] = JSON.parse(task()["containerDefinitions"] as string) as [
            Record<string, unknown>,
        ];
        expect(container).to.deep.include({
            image: args.image,
            readonlyRootFilesystem: true,
            portMappings: [{ containerPort: 8080, protocol: "tcp" }],
            environment: [
                { name: "LOG_LEVEL", value: "info" },
                { name: "PORT", value: "8080" },
            ],
        });
    });

    it("rolls a failed deployment back, and fails the update with it", () => {
        expect(service().inputs).to.deep.include({
            deploymentCircuitBreaker: { enable: true, rollback: true },
            deploymentMinimumHealthyPercent: 100,
            waitForSteadyState: true,
        });
    });

    it("starts with the minimum and leaves the count to autoscaling from then on", () => {
        expect(service().inputs["desiredCount"]).to.equal(6);
        expect(service().options.ignoreChanges).to.deep.equal(["desiredCount"]);
        expect(registered.inputs("aws:appautoscaling/target:Target", "service-scaling")).to.include(
            {
                serviceNamespace: "ecs",
                resourceId: "service/service/meridian-storefront",
                minCapacity: 6,
                maxCapacity: 24,
            },
        );
    });

    it("scales on CPU and on requests", () => {
        const metrics = registered.of("aws:appautoscaling/policy:Policy").map(
            ({ inputs }) =>
                (
                    inputs["targetTrackingScalingPolicyConfiguration"] as {
                        predefinedMetricSpecification: object;
                    }
                ).predefinedMetricSpecification,
        );
        expect(metrics).to.deep.equal([
            { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
            {
                predefinedMetricType: "ALBRequestCountPerTarget",
                resourceLabel: "app/lb/1/targetgroup/x/1",
            },
        ]);
    });

    it("may use its table's items and key, its buckets, its cache, its stream and its keys of receipts, and nothing else", () => {
        const { Statement } = policyIn(
            registered.inputs("aws:iam/rolePolicy:RolePolicy", "service-task-policy"),
        );
        expect(Statement).to.have.length(
            4 +
                bucketStatements(args).length +
                emitEvents(args.region, accountId, args.dataKeyArn).length +
                readReceiptKeys(args).length,
        );
        expect(Statement.slice(0, 4)).to.deep.equal([
            {
                Sid: "UseItems",
                Effect: "Allow",
                Action: [
                    "dynamodb:BatchGetItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:Query",
                ],
                Resource: "arn:aws:dynamodb:eu-west-1:111122223333:table/meridian-storefront",
            },
            {
                Sid: "QueryIndexes",
                Effect: "Allow",
                Action: "dynamodb:Query",
                Resource:
                    "arn:aws:dynamodb:eu-west-1:111122223333:table/meridian-storefront/index/*",
            },
            {
                Sid: "OpenTable",
                Effect: "Allow",
                Action: ["kms:Decrypt", "kms:DescribeKey"],
                Resource: args.dataKeyArn,
                Condition: {
                    StringEquals: { "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com" },
                },
            },
            {
                Sid: "ConnectToCache",
                Effect: "Allow",
                Action: "elasticache:Connect",
                Resource: [
                    "arn:aws:elasticache:eu-west-1:111122223333:replicationgroup:meridian-cache-eu-west-1",
                    "arn:aws:elasticache:eu-west-1:111122223333:user:meridian-storefront",
                ],
            },
        ]);
    });

    it("may read its own region's copy of the keys of receipts, and no other secret", () => {
        const { Statement } = policyIn(
            registered.inputs("aws:iam/rolePolicy:RolePolicy", "service-task-policy"),
        );
        const pattern =
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:meridian/receipt-keys-??????";
        expect(Statement.slice(-2)).to.deep.equal([
            {
                Sid: "ReadReceiptKeys",
                Effect: "Allow",
                Action: "secretsmanager:GetSecretValue",
                Resource: pattern,
            },
            {
                Sid: "OpenReceiptKeys",
                Effect: "Allow",
                Action: ["kms:Decrypt"],
                Resource: args.dataKeyArn,
                Condition: {
                    StringEquals: { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" },
                    ArnLike: { "kms:EncryptionContext:SecretARN": pattern },
                },
            },
        ]);
    });

    it("is started by a role that may pull its one image and write its one log", () => {
        const { Statement } = policyIn(
            registered.inputs("aws:iam/rolePolicy:RolePolicy", "service-execution-policy"),
        );
        expect(Statement.map(({ Resource }) => Resource)).to.deep.equal([
            "*",
            "arn:aws:ecr:eu-west-1:111122223333:repository/meridian-storefront",
            "arn:aws:cloudwatch:eu-west-1:111122223333:/meridian/storefront:*",
        ]);
        expect(Statement[0]?.["Action"]).to.equal("ecr:GetAuthorizationToken");
    });

    it("names its roles after the region, because IAM is global", () => {
        expect(
            registered.of("aws:iam/role:Role").map(({ inputs }) => inputs["name"]),
        ).to.deep.equal([
            "meridian-storefront-execution-eu-west-1",
            "meridian-storefront-task-eu-west-1",
        ]);
    });
});

describe("an ECR image", () => {
    it("is read by its parts, with a tag or a digest", () => {
        expect(
            parseEcrImage("111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/storefront:1.0"),
        ).to.deep.equal({ accountId, region: "eu-west-1", repository: "team/storefront" });
        expect(
            parseEcrImage(
                `111122223333.dkr.ecr.eu-west-1.amazonaws.com/storefront@sha256:${"a".repeat(64)}`,
            )?.repository,
        ).to.equal("storefront");
    });

    it("is none without a tag, or from elsewhere", () => {
        for (const image of [
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/storefront",
            "docker.io/library/node:22",
            "node:22",
            "",
        ]) {
            expect(parseEcrImage(image), image).to.be.undefined;
        }
    });
});
