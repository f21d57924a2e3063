import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, given, number, record, text } from "../support/known";
import { Problems } from "../support/problems";
import { namespaces } from "./namespaces";
import { checkAddress, targetToken } from "./target";

/**
 * The provider's own id is the policy's name, unique per target only; here it is what `pulumi import`
 * takes: `namespace/resource-id/dimension/name`.
 *
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
 */
export const policyType: ResourceType = {
    type: "aws:appautoscaling/policy:Policy",
    service: "appautoscaling",
    home: "regional",
    actions: {
        create: "PutScalingPolicy",
        read: "DescribeScalingPolicies",
        update: "PutScalingPolicy",
        delete: "DeleteScalingPolicy",
    },
    inputs: [
        "name",
        "policyType",
        "predictiveScalingPolicyConfiguration",
        "resourceId",
        "scalableDimension",
        "serviceNamespace",
        "stepScalingPolicyConfiguration",
        "targetTrackingScalingPolicyConfiguration",
    ],
    required: ["resourceId", "scalableDimension", "serviceNamespace"],
    replaceOn: ["name", "resourceId", "scalableDimension", "serviceNamespace"],
    autoname: { property: "name", maxLength: 255 },
    defaults: { policyType: "StepScaling" },
    computed: ["alarmArns", "arn"],

    check(inputs) {
        const problems = new Problems();
        checkAddress(problems, inputs);
        const configurations: Readonly<Record<string, string>> = {
            PredictiveScaling: "predictiveScalingPolicyConfiguration",
            StepScaling: "stepScalingPolicyConfiguration",
            TargetTrackingScaling: "targetTrackingScalingPolicyConfiguration",
        };
        problems.oneOf(inputs, "policyType", Object.keys(configurations));
        const kind = text(inputs, "policyType");
        const needed = configurations[kind ?? ""];
        if (needed !== undefined && !given(inputs, needed)) {
            problems.add(needed, `must be set for policyType ${kind}`);
        }
        const tracking = record(inputs, "targetTrackingScalingPolicyConfiguration");
        if (tracking !== undefined) {
            checkTracking(problems, tracking, text(inputs, "serviceNamespace"));
        }
        return problems.found;
    },

    admit(inputs, context) {
        const [namespace, resourceId, dimension] = addressOf(inputs);
        const registered = context.store.get(
            targetToken,
            context.region,
            addressOf(inputs).join("/"),
        );
        if (registered === undefined) {
            throw new AwsError(
                "ObjectNotFoundException",
                `No scalable target registered for service namespace: ${namespace}, resource ID: ${resourceId}, scalable dimension: ${dimension}`,
            );
        }
        refuseLabel(inputs, context);
    },

    compute(inputs, context, current) {
        const id = [...addressOf(inputs), text(inputs, "name")].join("/");
        const own = `scalingPolicy:${context.unique(32)}:resource/${addressOf(inputs)[0]}/${addressOf(inputs)[1]}:policyName/${text(inputs, "name")}`;
        const tracking = text(inputs, "policyType") === "TargetTrackingScaling";
        const alarm = (which: string): string =>
            arn(
                "cloudwatch",
                context,
                `alarm:TargetTracking-${addressOf(inputs)[1]}-Alarm${which}-${context.unique(32)}`,
            );
        return {
            id,
            outputs: {
                ...inputs,
                id,
                alarmArns: current?.alarmArns ?? (tracking ? [alarm("High"), alarm("Low")] : []),
                arn: text(current, "arn") ?? arn("autoscaling", context, own),
            },
        };
    },
};

function addressOf(inputs: Props): readonly [string, string, string] {
    return [
        text(inputs, "serviceNamespace") ?? "",
        text(inputs, "resourceId") ?? "",
        text(inputs, "scalableDimension") ?? "",
    ];
}

/** @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html */
function checkTracking(problems: Problems, tracking: Props, namespace: string | undefined): void {
    const path = "targetTrackingScalingPolicyConfiguration.";
    problems.range(tracking, "scaleInCooldown", 0, 2_147_483_647, path);
    problems.range(tracking, "scaleOutCooldown", 0, 2_147_483_647, path);
    const metrics = ["customizedMetricSpecification", "predefinedMetricSpecification"];
    if (metrics.filter((property) => given(tracking, property)).length !== 1) {
        problems.add(path + metrics[1], `exactly one of ${metrics.join(", ")} must be set`);
    }
    const target = number(tracking, "targetValue");
    if (target === undefined ? !given(tracking, "targetValue") : target <= 0) {
        problems.add(`${path}targetValue`, `must be above 0, got ${target}`);
    }
    const predefined = record(tracking, "predefinedMetricSpecification");
    const allowed = namespaces[namespace ?? ""]?.predefinedMetrics;
    if (predefined === undefined || allowed === undefined) {
        return;
    }
    const inside = `${path}predefinedMetricSpecification.`;
    problems.oneOf(predefined, "predefinedMetricType", allowed, inside);
    const perTarget = text(predefined, "predefinedMetricType") === "ALBRequestCountPerTarget";
    if (perTarget !== given(predefined, "resourceLabel")) {
        problems.add(
            `${inside}resourceLabel`,
            perTarget
                ? "must be app/<name>/<id>/targetgroup/<name>/<id> for ALBRequestCountPerTarget"
                : "is for ALBRequestCountPerTarget only",
        );
    }
    problems.matches(
        predefined,
        "resourceLabel",
        /^app\/[^/]+\/[^/]+\/targetgroup\/[^/]+\/[^/]+$/,
        "must be app/<name>/<id>/targetgroup/<name>/<id>",
        inside,
    );
}

/** The load balancer and target group a request count is of must be the account's. */
function refuseLabel(inputs: Props, context: TypeContext): void {
    const tracking = record(inputs, "targetTrackingScalingPolicyConfiguration");
    const label = text(record(tracking, "predefinedMetricSpecification"), "resourceLabel");
    if (label === undefined) {
        return;
    }
    const [balancer = "", group = ""] = label.split(/\/(?=targetgroup\/)/);
    const exists = (type: string, suffix: string): boolean =>
        context.store
            .list(type, context.region)
            .some(({ outputs }) => text(outputs, "arnSuffix") === suffix);
    if (
        !exists("aws:lb/loadBalancer:LoadBalancer", balancer) ||
        !exists("aws:lb/targetGroup:TargetGroup", group)
    ) {
        throw new AwsError(
            "ValidationException",
            `Invalid resource label: ${label}. It must name a load balancer and a target group that exist.`,
        );
    }
}
