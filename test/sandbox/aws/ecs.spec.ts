import { expect } from "chai";

import { isFargateSize } from "../../../sandbox/aws/ecs/fargateSizes";
import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "./support/account";
import {
    balancerInputs,
    balancerType,
    listenerType,
    targetGroupInputs,
    targetGroupType,
} from "./support/loadBalancer";
import { network, role, type TestNetwork } from "./support/network";

const clusterType = "aws:ecs/cluster:Cluster";
const taskType = "aws:ecs/taskDefinition:TaskDefinition";
const serviceType = "aws:ecs/service:Service";

const container = (overrides: Props = {}): Props => ({
    name: "app",
    image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1",
    portMappings: [{ containerPort: 8080 }],
    environment: [{ name: "PORT", value: "8080" }],
    logConfiguration: {
        logDriver: "awslogs",
        options: {
            "awslogs-group": "/app",
            "awslogs-region": "eu-west-1",
            "awslogs-stream-prefix": "app",
        },
    },
    ...overrides,
});

const task = (overrides: Props = {}, containers: readonly Props[] = [container()]): Props => ({
    family: "app",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "256",
    memory: "512",
    executionRoleArn: "arn:aws:iam::111122223333:role/execution",
    containerDefinitions: JSON.stringify(containers),
    ...overrides,
});

describe("ECS", () => {
    let account: Account;
    beforeEach(async () => {
        account = await Account.open();
    });
    afterEach(() => {
        account.close();
    });

    it("knows the sizes Fargate runs", () => {
        const sizes: readonly [number, number, boolean][] = [
            [256, 512, true],
            [256, 2048, true],
            [256, 4096, false],
            [256, 1536, false],
            [512, 512, false],
            [512, 4096, true],
            [1024, 2048, true],
            [1024, 9216, false],
            [2048, 16384, true],
            [4096, 30720, true],
            [8192, 20480, true],
            [8192, 17408, false],
            [16384, 122880, true],
            [300, 512, false],
        ];
        expect(sizes.filter(([cpu, memory, is]) => isFargateSize(cpu, memory) !== is)).to.eql([]);
    });

    describe("a task definition", () => {
        const problems = (overrides: Props, ...containers: readonly Props[]): string =>
            account
                .problems(taskType, task(overrides, containers.length > 0 ? containers : undefined))
                .join();

        it("counts its revisions, and a change makes a new one", async () => {
            await role(account, "execution", "ecs-tasks.amazonaws.com");
            const first = await account.create(taskType, "first", task());
            const second = await account.create(taskType, "second", task({ memory: "1024" }));
            expect([first.revision, second.revision]).to.deep.equal([1, 2]);
            expect(second.arn).to.equal("arn:aws:ecs:eu-west-1:111122223333:task-definition/app:2");
            expect(account.replaces(taskType, task(), task({ memory: "1024" }))).to.eql(["memory"]);
        });

        it("does not change with the spacing of its containers", () => {
            const spaced = JSON.stringify([container()], undefined, 4);
            expect(
                account.replaces(taskType, task(), task({ containerDefinitions: spaced })),
            ).to.eql([]);
        });

        const onFargate: readonly [string, Props, string][] = [
            ["a size it does not run", { memory: "4096" }, "No Fargate configuration exists"],
            ["no CPU", { cpu: undefined }, "requires that 'cpu' be defined at the task level"],
            ["a bridge network", { networkMode: "bridge" }, "only supports network mode 'awsvpc'"],
            [
                "no execution role for ECR images",
                { executionRoleArn: undefined },
                "execution role ARN to support ECR images",
            ],
            [
                "no execution role for logs",
                { executionRoleArn: undefined },
                "execution role ARN to support log driver awslogs",
            ],
            ["containers that are no JSON", { containerDefinitions: "app" }, "is invalid"],
        ];
        for (const [what, overrides, words] of onFargate) {
            it(`is refused with ${what}`, () => {
                expect(problems(overrides)).to.contain(words);
            });
        }

        const containers: readonly [string, readonly Props[], string][] = [
            ["no name", [container({ name: "" })], "Container.name should not be null or empty"],
            ["no image", [container({ image: undefined })], "Container.image should not be"],
            ["one name twice", [container(), container()], "Container names must be unique"],
            ["nothing essential", [container({ essential: false })], "marked as essential"],
            [
                "another host port",
                [container({ portMappings: [{ containerPort: 8080, hostPort: 80 }] })],
                "must match",
            ],
            [
                "an environment value that is no text",
                [container({ environment: [{ name: "PORT", value: 8080 }] })],
                "both text",
            ],
            [
                "logs without a stream prefix",
                [
                    container({
                        logConfiguration: {
                            logDriver: "awslogs",
                            options: { "awslogs-group": "/app", "awslogs-region": "eu-west-1" },
                        },
                    }),
                ],
                "requires options: awslogs-stream-prefix",
            ],
            [
                "a log driver Fargate has not",
                [container({ logConfiguration: { logDriver: "json-file" } })],
                "does not support log driver 'json-file'",
            ],
        ];
        for (const [what, list, words] of containers) {
            it(`is refused with ${what}`, () => {
                expect(problems({}, ...list)).to.contain(words);
            });
        }

        it("is refused with a role that tasks cannot assume", async () => {
            expect(await refusal(account.create(taskType, "t", task()))).to.contain(
                "Role is not valid",
            );
            await role(account, "execution", "lambda.amazonaws.com");
            expect(await refusal(account.create(taskType, "t", task()))).to.contain(
                "ECS was unable to assume the role",
            );
        });
    });

    describe("a service", () => {
        let net: TestNetwork;
        let inputs: Props;
        let groupArn: unknown;
        let balancerArn: unknown;
        beforeEach(async () => {
            net = await network(account);
            await role(account, "execution", "ecs-tasks.amazonaws.com");
            await account.create("aws:cloudwatch/logGroup:LogGroup", "logs", { name: "/app" });
            const cluster = await account.create(clusterType, "main", { name: "main" });
            const definition = await account.create(taskType, "task", task());
            const balancer = await account.create(balancerType, "web", balancerInputs(net));
            balancerArn = balancer.arn;
            const group = await account.create(targetGroupType, "web", targetGroupInputs(net));
            groupArn = group.arn;
            await account.create(listenerType, "http", {
                loadBalancerArn: balancerArn,
                port: 80,
                defaultActions: [{ type: "forward", targetGroupArn: groupArn }],
            });
            inputs = {
                name: "app",
                cluster: cluster.arn,
                taskDefinition: definition.arn,
                launchType: "FARGATE",
                desiredCount: 2,
                networkConfiguration: { subnets: net.subnets, securityGroups: [net.groupId] },
                loadBalancers: [
                    { targetGroupArn: groupArn, containerName: "app", containerPort: 8080 },
                ],
                deploymentCircuitBreaker: { enable: true, rollback: true },
            };
        });
        const create = (overrides: Props = {}, name = "app"): Promise<Props> =>
            account.create(serviceType, name, { ...inputs, ...overrides });

        it("runs in its cluster, which stays with it", async () => {
            const made = await create();
            expect(made.arn).to.equal("arn:aws:ecs:eu-west-1:111122223333:service/main/app");
            expect(made.platformVersion).to.equal("LATEST");
            expect(await refusal(account.remove(clusterType, "main"))).to.contain(
                "ClusterContainsServicesException",
            );
        });

        const refused: readonly [string, () => Props, string][] = [
            ["no such cluster", () => ({ cluster: "other" }), "ClusterNotFoundException"],
            ["no such task", () => ({ taskDefinition: "app:9" }), "Unable to describe task"],
            [
                "no network",
                () => ({ networkConfiguration: undefined }),
                "Network Configuration must be provided",
            ],
            [
                "a subnet that does not exist",
                () => ({ networkConfiguration: { subnets: ["subnet-0"] } }),
                "The subnet ID 'subnet-0' does not exist",
            ],
            [
                "a container the task has not",
                () => ({
                    loadBalancers: [
                        { targetGroupArn: groupArn, containerName: "web", containerPort: 8080 },
                    ],
                }),
                "The container web does not exist in the task definition",
            ],
            [
                "a port the container has not",
                () => ({
                    loadBalancers: [
                        { targetGroupArn: groupArn, containerName: "app", containerPort: 80 },
                    ],
                }),
                "did not have a container port 80 defined",
            ],
        ];
        for (const [what, overrides, words] of refused) {
            it(`is refused with ${what}`, async () => {
                expect(await refusal(create(overrides()))).to.contain(words);
            });
        }

        const withGroup = async (overrides: Props): Promise<Props> => {
            const group = await account.create(
                targetGroupType,
                "other",
                targetGroupInputs(net, { name: "other", ...overrides }),
            );
            return {
                loadBalancers: [
                    { targetGroupArn: group.arn, containerName: "app", containerPort: 8080 },
                ],
            };
        };

        it("is refused with a target group that no listener leads to", async () => {
            expect(await refusal(create(await withGroup({})))).to.contain(
                "does not have an associated load balancer",
            );
        });

        it("is refused with a target group of instances", async () => {
            const other = await withGroup({ targetType: "instance" });
            const [entry] = other.loadBalancers as readonly Props[];
            await account.create(listenerType, "other", {
                loadBalancerArn: balancerArn,
                port: 81,
                defaultActions: [{ type: "forward", targetGroupArn: entry?.targetGroupArn }],
            });
            expect(await refusal(create(other))).to.contain(
                "incompatible with the awsvpc network mode",
            );
        });

        it("is refused while its log group is missing", async () => {
            await account.remove("aws:cloudwatch/logGroup:LogGroup", "logs");
            expect(await refusal(create())).to.contain("The specified log group does not exist");
        });

        it("is refused under a name its cluster has", async () => {
            await create();
            expect(await refusal(create({}, "twin"))).to.contain("was not idempotent");
        });

        const invalid: readonly [string, Props, string][] = [
            [
                "a circuit breaker under CodeDeploy",
                { deploymentController: { type: "CODE_DEPLOY" } },
                "can only be enabled with ECS deployment controller",
            ],
            [
                "a grace period without a load balancer",
                { loadBalancers: undefined, healthCheckGracePeriodSeconds: 30 },
                "Health check grace period is only valid",
            ],
            [
                "no room to deploy",
                { deploymentMaximumPercent: 100 },
                "deploymentMaximumPercent: a deployment needs room",
            ],
            ["fewer than no tasks", { desiredCount: -1 }, "desiredCount: must be"],
        ];
        for (const [what, overrides, words] of invalid) {
            it(`is refused with ${what}`, () => {
                expect(
                    account.problems(serviceType, { ...inputs, ...overrides }).join(),
                ).to.contain(words);
            });
        }
    });
});
