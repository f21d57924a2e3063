import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import { roleTrust } from "../iam/trust";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, given, number, record, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { containerProblems, parseContainers } from "./containers";
import { cpuUnits, isFargateSize, memoryMib } from "./fargateSizes";
import { ecsTokens } from "./names";

const immutable = [
    "containerDefinitions",
    "cpu",
    "enableFaultInjection",
    "ephemeralStorage",
    "executionRoleArn",
    "family",
    "ipcMode",
    "memory",
    "networkMode",
    "pidMode",
    "placementConstraints",
    "proxyConfiguration",
    "requiresCompatibilities",
    "runtimePlatform",
    "taskRoleArn",
    "volumes",
] as const;

/**
 * The provider's own id is the family, which a replacement shares with what it replaces; here it is
 * the ARN, which is also what `pulumi import` takes.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
export const taskDefinitionType: ResourceType = {
    type: ecsTokens.taskDefinition,
    service: "ecs",
    home: "regional",
    actions: {
        create: "RegisterTaskDefinition",
        read: "DescribeTaskDefinition",
        update: "TagResource",
        delete: "DeregisterTaskDefinition",
    },
    inputs: [...immutable, "skipDestroy", "tags", "trackLatest"],
    required: ["containerDefinitions", "family"],
    replaceOn: immutable,
    unordered: ["requiresCompatibilities"],
    documents: ["containerDefinitions"],
    defaults: { enableFaultInjection: false, skipDestroy: false, trackLatest: false },
    computed: ["arn", "arnWithoutRevision", "networkMode", "revision"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "family",
            /^[\w-]{1,255}$/,
            "must be 1 to 255 letters, digits, hyphens and underscores",
        );
        problems.oneOf(inputs, "networkMode", ["awsvpc", "bridge", "host", "none"]);
        const platform = record(inputs, "runtimePlatform") ?? {};
        problems.oneOf(platform, "cpuArchitecture", ["ARM64", "X86_64"], "runtimePlatform.");
        if (isFargate(inputs)) {
            checkFargate(problems, inputs);
        }
        checkContainers(problems, inputs);
        return problems.found;
    },

    admit(inputs, context) {
        for (const property of ["executionRoleArn", "taskRoleArn"]) {
            const role = text(inputs, property);
            if (role !== undefined) {
                refuseRole(role, context);
            }
        }
    },

    compute(inputs, context, current) {
        const family = text(inputs, "family") ?? "";
        const revision = number(current, "revision") ?? nextRevision(family, context);
        const withoutRevision = arn("ecs", context, `task-definition/${family}`);
        const id = `${withoutRevision}:${revision}`;
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: id,
                arnWithoutRevision: withoutRevision,
                networkMode: text(inputs, "networkMode") ?? "bridge",
                revision,
            },
        };
    },
};

export function isFargate(inputs: Props): boolean {
    return texts(inputs, "requiresCompatibilities").includes("FARGATE");
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html */
function checkFargate(problems: Problems, inputs: Props): void {
    for (const property of ["cpu", "memory"]) {
        if (!given(inputs, property)) {
            problems.add(
                property,
                `Fargate requires that '${property}' be defined at the task level.`,
            );
        }
    }
    const mode = given(inputs, "networkMode") ? text(inputs, "networkMode") : "bridge";
    if (mode !== undefined && mode !== "awsvpc") {
        problems.add("networkMode", `Fargate only supports network mode 'awsvpc', got "${mode}"`);
    }
    const cpu = sizeOf(inputs, "cpu");
    const memory = sizeOf(inputs, "memory");
    if (cpu === undefined || memory === undefined) {
        return;
    }
    const units = cpuUnits(cpu);
    const mib = memoryMib(memory);
    if (units === undefined || mib === undefined || !isFargateSize(units, mib)) {
        problems.add(
            "memory",
            `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory. See the Amazon ECS documentation for the valid values.`,
        );
    }
}

function sizeOf(inputs: Props, property: string): string | undefined {
    return text(inputs, property) ?? number(inputs, property)?.toString();
}

function checkContainers(problems: Problems, inputs: Props): void {
    const definitions = text(inputs, "containerDefinitions");
    if (definitions === undefined) {
        return;
    }
    const containers = parseContainers(definitions);
    if (containers === undefined) {
        problems.add(
            "containerDefinitions",
            "ECS Task Definition container_definitions is invalid: it must be a JSON list of objects",
        );
        return;
    }
    const shape = {
        fargate: isFargate(inputs),
        ownInterface: text(inputs, "networkMode") === "awsvpc",
        hasExecutionRole: given(inputs, "executionRoleArn"),
    };
    for (const problem of containerProblems(containers, shape)) {
        problems.add("containerDefinitions", problem);
    }
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html */
function refuseRole(role: string, context: TypeContext): void {
    const trust = roleTrust(role, "ecs-tasks.amazonaws.com", context);
    if (trust === "missing") {
        throw new AwsError("ClientException", `Role is not valid: ${role} does not exist`);
    }
    if (trust === "refused") {
        throw new AwsError(
            "ClientException",
            `ECS was unable to assume the role '${role}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`,
        );
    }
}

function nextRevision(family: string, context: TypeContext): number {
    const revisions = context.store
        .list(ecsTokens.taskDefinition, context.region)
        .filter((other) => text(other.outputs, "family") === family)
        .map((other) => number(other.outputs, "revision") ?? 0);
    return Math.max(0, ...revisions) + 1;
}
