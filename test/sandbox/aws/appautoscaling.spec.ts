import { expect } from "chai";

import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "./support/account";

const targetType = "aws:appautoscaling/target:Target";
const policyType = "aws:appautoscaling/policy:Policy";

const service: Props = {
    serviceNamespace: "ecs",
    resourceId: "service/main/app",
    scalableDimension: "ecs:service:DesiredCount",
};

const table: Props = {
    serviceNamespace: "dynamodb",
    resourceId: "table/orders",
    scalableDimension: "dynamodb:table:ReadCapacityUnits",
};

const tracking = (metric: Props = {}, overrides: Props = {}): Props => ({
    policyType: "TargetTrackingScaling",
    targetTrackingScalingPolicyConfiguration: {
        targetValue: 60,
        predefinedMetricSpecification: {
            predefinedMetricType: "ECSServiceAverageCPUUtilization",
            ...metric,
        },
        ...overrides,
    },
});

describe("Application Auto Scaling", () => {
    let account: Account;
    beforeEach(async () => {
        account = await Account.open();
        const arn = "arn:aws:ecs:eu-west-1:111122223333:service/main/app";
        account.declare("aws:ecs/service:Service", arn, { arn });
        account.declare(
            "aws:dynamodb/table:Table",
            "orders",
            {
                name: "orders",
                replicas: [{ regionName: "ap-south-1" }],
                globalSecondaryIndexes: [{ name: "byDay" }],
            },
            "eu-west-1",
        );
    });
    afterEach(() => {
        account.close();
    });

    describe("a target", () => {
        const create = (inputs: Props, name = "target"): Promise<Props> =>
            account.create(targetType, name, { minCapacity: 2, maxCapacity: 8, ...inputs });

        it("acts through the service's linked role", async () => {
            expect((await create(service)).roleArn).to.equal(
                "arn:aws:iam::111122223333:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
            );
        });

        it("is one a dimension, so that reads and writes of a table scale apart", async () => {
            await create(table, "reads");
            await create(
                { ...table, scalableDimension: "dynamodb:table:WriteCapacityUnits" },
                "writes",
            );
            expect(account.store.list(targetType)).to.have.length(2);
        });

        it("is found for an index, and in a replica's region", async () => {
            await create({
                ...table,
                resourceId: "table/orders/index/byDay",
                scalableDimension: "dynamodb:index:ReadCapacityUnits",
            });
            await create({ ...table, region: "ap-south-1" }, "replica");
            expect(await refusal(create({ ...table, region: "us-east-1" }, "none"))).to.contain(
                "DynamoDB table does not exist",
            );
        });

        it("is refused with a maximum below its minimum", () => {
            expect(
                account.problems(targetType, { ...service, minCapacity: 3, maxCapacity: 2 }),
            ).to.deep.equal([
                "maxCapacity: Maximum capacity cannot be less than minimum capacity: must be at least 3, got 2",
            ]);
        });

        it("is refused for a dimension or an id of another service", () => {
            const problems = account.problems(targetType, {
                ...service,
                minCapacity: 1,
                maxCapacity: 1,
                resourceId: "table/orders",
                scalableDimension: "dynamodb:table:ReadCapacityUnits",
            });
            expect(problems).to.have.length(2);
        });

        it("is refused for a service that does not exist", async () => {
            expect(
                await refusal(create({ ...service, resourceId: "service/main/other" })),
            ).to.contain("ECS service doesn't exist: service/main/other");
        });
    });

    describe("a policy", () => {
        const problems = (inputs: Props): string =>
            account.problems(policyType, { ...service, ...inputs }).join();

        it("needs its target first", async () => {
            const inputs = { ...service, ...tracking() };
            expect(await refusal(account.create(policyType, "cpu", inputs))).to.contain(
                "ObjectNotFoundException: No scalable target registered for service namespace: ecs, resource ID: service/main/app",
            );
            await account.create(targetType, "t", { ...service, minCapacity: 1, maxCapacity: 2 });
            const made = await account.create(policyType, "cpu", inputs);
            expect(made.alarmArns).to.have.length(2);
        });

        const invalid: readonly [string, Props, string][] = [
            [
                "no configuration of its kind",
                { policyType: "TargetTrackingScaling" },
                "must be set",
            ],
            ["a target value of 0", tracking({}, { targetValue: 0 }), "must be above 0"],
            [
                "another service's metric",
                tracking({ predefinedMetricType: "DynamoDBReadCapacityUtilization" }),
                "must be one of ALBRequestCountPerTarget",
            ],
            [
                "request counts of nothing",
                tracking({ predefinedMetricType: "ALBRequestCountPerTarget" }),
                "resourceLabel: must be app/",
            ],
            ["a label for CPU", tracking({ resourceLabel: "app/a/1" }), "is for ALBRequestCount"],
        ];
        for (const [what, inputs, words] of invalid) {
            it(`is refused with ${what}`, () => {
                expect(problems(inputs)).to.contain(words);
            });
        }

        it("is refused for a load balancer that does not exist", async () => {
            await account.create(targetType, "t", { ...service, minCapacity: 1, maxCapacity: 2 });
            const inputs = {
                ...service,
                ...tracking({
                    predefinedMetricType: "ALBRequestCountPerTarget",
                    resourceLabel: "app/web/1/targetgroup/web/2",
                }),
            };
            expect(await refusal(account.create(policyType, "rate", inputs))).to.contain(
                "Invalid resource label",
            );
            account.declare("aws:lb/loadBalancer:LoadBalancer", "b", { arnSuffix: "app/web/1" });
            account.declare("aws:lb/targetGroup:TargetGroup", "g", {
                arnSuffix: "targetgroup/web/2",
            });
            await account.create(policyType, "rate", inputs);
        });
    });
});
