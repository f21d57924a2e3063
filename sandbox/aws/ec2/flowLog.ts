import { roleAllows } from "../../world/permissions";
import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import { roleTrust } from "../iam/trust";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, byId, given, isOther, keepId, number, text } from "../support/known";
import { Problems } from "../support/problems";
import { required, tokens } from "./tokens";

const sources = [
    "eniId",
    "regionalNatGatewayId",
    "subnetId",
    "transitGatewayAttachmentId",
    "transitGatewayId",
    "vpcId",
] as const;

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html */
export const flowLogType: ResourceType = {
    type: tokens.flowLog,
    service: "ec2",
    home: "regional",
    actions: {
        create: "CreateFlowLogs",
        read: "DescribeFlowLogs",
        update: "CreateTags",
        delete: "DeleteFlowLogs",
    },
    inputs: [
        ...sources,
        "deliverCrossAccountRole",
        "destinationOptions",
        "iamRoleArn",
        "logDestination",
        "logDestinationType",
        "logFormat",
        "maxAggregationInterval",
        "tagFieldSpecifications",
        "tags",
        "trafficType",
    ],
    required: [],
    replaceOn: [
        ...sources,
        "deliverCrossAccountRole",
        "destinationOptions",
        "iamRoleArn",
        "logDestination",
        "logDestinationType",
        "logFormat",
        "maxAggregationInterval",
        "tagFieldSpecifications",
        "trafficType",
    ],
    defaults: { logDestinationType: "cloud-watch-logs", maxAggregationInterval: 600 },
    computed: ["arn", "logFormat"],

    check(inputs) {
        const problems = new Problems();
        problems.exactlyOne(inputs, sources);
        problems.oneOf(inputs, "trafficType", ["ACCEPT", "ALL", "REJECT"]);
        problems.oneOf(inputs, "logDestinationType", [
            "cloud-watch-logs",
            "kinesis-data-firehose",
            "s3",
        ]);
        const interval = number(inputs, "maxAggregationInterval");
        if (interval !== undefined && interval !== 60 && interval !== 600) {
            problems.add("maxAggregationInterval", `must be 60 or 600 seconds, got ${interval}`);
        }
        if (["vpcId", "subnetId", "eniId"].some((source) => given(inputs, source))) {
            if (!given(inputs, "trafficType")) {
                problems.add("trafficType", "must be set to ACCEPT, REJECT or ALL");
            }
        }
        if (!given(inputs, "logDestination")) {
            problems.add("logDestination", "must be the ARN that logs go to");
        }
        if (text(inputs, "logDestinationType") === "cloud-watch-logs") {
            if (!given(inputs, "iamRoleArn")) {
                problems.add("iamRoleArn", "must be set for a log group as destination");
            }
        } else if (given(inputs, "iamRoleArn")) {
            problems.add("iamRoleArn", "is for a log group as destination only");
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const vpcId = text(inputs, "vpcId");
        if (vpcId !== undefined) {
            required(context, "vpc", vpcId);
        }
        const subnetId = text(inputs, "subnetId");
        if (subnetId !== undefined) {
            required(context, "subnet", subnetId);
        }
        refuseDestination(inputs, context);
        const describe = (props: Props): string =>
            [...sources, "logDestination", "trafficType"]
                .map((property) => text(props, property) ?? "")
                .join("|");
        const same = context.store
            .list(tokens.flowLog, context.region)
            .some(
                (other) => isOther(other, current) && describe(other.outputs) === describe(inputs),
            );
        if (same) {
            throw new AwsError(
                "FlowLogAlreadyExists",
                "Error. There is an existing Flow Log with the same configuration and log destination.",
            );
        }
    },

    compute(inputs, context, current) {
        const id = keepId(current, () => `fl-${context.unique(17)}`);
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("ec2", context, `vpc-flow-log/${id}`),
                logFormat: text(inputs, "logFormat") ?? defaultFormat,
            },
        };
    },
};

const defaultFormat =
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

const service = "vpc-flow-logs.amazonaws.com";

/**
 * What the role needs, and on what of a log group whose ARN ends with its name.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
 */
const publishing: Readonly<Record<string, (group: string) => string>> = {
    "logs:CreateLogGroup": (group) => group,
    "logs:CreateLogStream": (group) => `${group}:log-stream:eni-1`,
    "logs:DescribeLogGroups": (group) => group.replace(/log-group:.*/, "log-group::log-stream:"),
    "logs:DescribeLogStreams": (group) => `${group}:log-stream:`,
    "logs:PutLogEvents": (group) => `${group}:log-stream:eni-1`,
};

/**
 * A log group must exist in the region and its role must trust the flow logs service, a bucket must exist.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html
 */
function refuseDestination(inputs: Props, context: TypeContext): void {
    const destination = text(inputs, "logDestination") ?? "";
    const kind = text(inputs, "logDestinationType");
    const refuse = (): never => {
        throw new AwsError(
            "LogDestinationNotFoundException",
            `LogDestination: ${destination} does not exist`,
        );
    };
    if (kind === "s3") {
        const bucket = destination.replace(/^arn:aws:s3:::/, "").split("/")[0];
        const exists = context.store.find(
            "aws:s3/bucket:Bucket",
            ({ outputs }) => text(outputs, "bucket") === bucket,
        );
        if (exists === undefined) {
            refuse();
        }
    }
    if (kind !== "cloud-watch-logs") {
        return;
    }
    const group = /^arn:aws:logs:([^:]+):\d+:log-group:([^:]+)(:\*)?$/.exec(destination);
    if (
        group?.[1] !== context.region ||
        byId(context, "aws:cloudwatch/logGroup:LogGroup", group[2] ?? "") === undefined
    ) {
        refuse();
    }
    const role = text(inputs, "iamRoleArn") ?? "";
    if (roleTrust(role, service, context) !== "trusted") {
        throw new AwsError(
            "InvalidParameter",
            `Unable to assume the IAM role ${role}: it must exist and its trust policy must allow ${service}`,
        );
    }
    refuseRole(role, destination.replace(/:\*$/, ""), context);
}

/**
 * EC2 takes a flow log whose role may not write, delivers nothing and says so where nobody looks
 * (`DeliverLogsStatus` FAILED, "Access error"). Here it is refused, so that somebody sees it.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html
 */
function refuseRole(role: string, group: string, context: TypeContext): void {
    const missing = Object.entries(publishing)
        .filter(([action, on]) => !roleAllows(context, role, service, action, on(group)))
        .map(([action]) => action);
    if (missing.length > 0) {
        throw new AwsError(
            "InvalidParameter",
            `Access error: the IAM role ${role} does not have sufficient permissions to publish to CloudWatch Logs; it lacks ${missing.join(", ")} (AWS would take the flow log and deliver nothing)`,
        );
    }
}
