import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { arn, byId, given, isOther, number, record, text } from "../support/known";
import { Problems } from "../support/problems";
import { forwardedTo } from "./listener";
import { checkName, lbTokens } from "./names";

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
export const targetGroupType: ResourceType = {
    type: lbTokens.targetGroup,
    service: "elbv2",
    home: "regional",
    actions: {
        create: "CreateTargetGroup",
        read: "DescribeTargetGroups",
        update: "ModifyTargetGroup",
        delete: "DeleteTargetGroup",
    },
    inputs: [
        "connectionTermination",
        "deregistrationDelay",
        "healthCheck",
        "ipAddressType",
        "lambdaMultiValueHeadersEnabled",
        "loadBalancingAlgorithmType",
        "loadBalancingAnomalyMitigation",
        "loadBalancingCrossZoneEnabled",
        "name",
        "namePrefix",
        "port",
        "preserveClientIp",
        "protocol",
        "protocolVersion",
        "proxyProtocolV2",
        "slowStart",
        "stickiness",
        "tags",
        "targetControlPort",
        "targetFailovers",
        "targetGroupHealth",
        "targetHealthStates",
        "targetType",
        "vpcId",
    ],
    required: [],
    replaceOn: [
        "ipAddressType",
        "name",
        "namePrefix",
        "port",
        "protocol",
        "protocolVersion",
        "targetType",
        "vpcId",
    ],
    autoname: { property: "name", maxLength: 32 },
    defaults: {
        deregistrationDelay: 300,
        lambdaMultiValueHeadersEnabled: false,
        proxyProtocolV2: false,
        slowStart: 0,
        targetType: "instance",
    },
    computed: ["arn", "arnSuffix", "healthCheck", "ipAddressType", "loadBalancerArns"],

    check(inputs) {
        const problems = new Problems();
        checkName(problems, inputs);
        problems.oneOf(inputs, "targetType", ["alb", "instance", "ip", "lambda"]);
        problems.oneOf(inputs, "protocol", [
            "GENEVE",
            "HTTP",
            "HTTPS",
            "QUIC",
            "TCP",
            "TCP_QUIC",
            "TCP_UDP",
            "TLS",
            "UDP",
        ]);
        problems.oneOf(inputs, "protocolVersion", ["GRPC", "HTTP1", "HTTP2"]);
        problems.oneOf(inputs, "ipAddressType", ["ipv4", "ipv6"]);
        problems.oneOf(inputs, "loadBalancingAlgorithmType", [
            "least_outstanding_requests",
            "round_robin",
            "weighted_random",
        ]);
        problems.range(inputs, "port", 1, 65535);
        problems.range(inputs, "deregistrationDelay", 0, 3600);
        const slowStart = number(inputs, "slowStart");
        if (slowStart !== undefined && slowStart !== 0) {
            problems.range(inputs, "slowStart", 30, 900);
        }
        if (text(inputs, "targetType") !== "lambda") {
            for (const property of ["port", "protocol", "vpcId"]) {
                if (!given(inputs, property)) {
                    problems.add(property, "must be set unless targetType is lambda");
                }
            }
        }
        checkHealth(problems, record(inputs, "healthCheck") ?? {});
        return problems.found;
    },

    admit(inputs, context, current) {
        const name = text(inputs, "name");
        const same = context.store
            .list(lbTokens.targetGroup, context.region)
            .some((other) => isOther(other, current) && text(other.outputs, "name") === name);
        if (same) {
            throw new AwsError(
                "DuplicateTargetGroupName",
                `A target group with the same name '${name}' exists, but with different settings`,
            );
        }
        const vpcId = text(inputs, "vpcId");
        if (vpcId !== undefined && byId(context, "aws:ec2/vpc:Vpc", vpcId) === undefined) {
            throw new AwsError("ValidationError", `The VPC ID '${vpcId}' is not found`);
        }
    },

    compute(inputs, context, current) {
        const suffix =
            text(current, "arnSuffix") ??
            `targetgroup/${text(inputs, "name")}/${context.unique(16)}`;
        const id = arn("elasticloadbalancing", context, suffix);
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: id,
                arnSuffix: suffix,
                healthCheck: healthCheckOf(inputs),
                ipAddressType: text(inputs, "ipAddressType") ?? "ipv4",
                loadBalancerArns: context.store
                    .list(lbTokens.listener, context.region)
                    .filter((listener) => forwardedTo(listener.outputs).includes(id))
                    .map((listener) => text(listener.outputs, "loadBalancerArn")),
                loadBalancingAlgorithmType:
                    text(inputs, "loadBalancingAlgorithmType") ?? "round_robin",
                protocolVersion: text(inputs, "protocolVersion") ?? "HTTP1",
            },
        };
    },

    refuseDelete(outputs, context) {
        const id = text(outputs, "arn") ?? "";
        const used = context.store
            .list(lbTokens.listener, context.region)
            .some((listener) => forwardedTo(listener.outputs).includes(id));
        if (used) {
            throw new AwsError(
                "ResourceInUse",
                `Target group '${id}' is currently in use by a listener or a rule`,
            );
        }
    },
};

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html */
function checkHealth(problems: Problems, check: Props): void {
    const path = "healthCheck.";
    problems.range(check, "interval", 5, 300, path);
    problems.range(check, "timeout", 2, 120, path);
    problems.range(check, "healthyThreshold", 2, 10, path);
    problems.range(check, "unhealthyThreshold", 2, 10, path);
    problems.oneOf(check, "protocol", ["HTTP", "HTTPS", "TCP"], path);
    problems.matches(
        check,
        "path",
        /^\/[!-~]{0,1023}$/,
        "must begin with / and have at most 1024 characters",
        path,
    );
    problems.matches(
        check,
        "matcher",
        /^\d{1,3}(-\d{1,3})?(,\d{1,3}(-\d{1,3})?)*$/,
        "must be status codes such as 200 or 200-299,301",
        path,
    );
    const interval = number(check, "interval") ?? defaultHealthCheck.interval;
    const timeout = number(check, "timeout") ?? Math.min(defaultHealthCheck.timeout, interval - 1);
    if (timeout >= interval) {
        problems.add(
            `${path}timeout`,
            `Health check interval must be greater than the timeout, got interval ${interval} and timeout ${timeout}`,
        );
    }
}

const defaultHealthCheck = {
    enabled: true,
    healthyThreshold: 3,
    interval: 30,
    matcher: "200",
    path: "/",
    port: "traffic-port",
    protocol: "HTTP",
    timeout: 5,
    unhealthyThreshold: 3,
} as const;

/** What an HTTP target group's health check is when the rest of it is left to ELB. */
function healthCheckOf(inputs: Props): Props {
    return { ...defaultHealthCheck, ...record(inputs, "healthCheck") };
}
