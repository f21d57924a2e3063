// Caught by capacity-service-minimum: web
import * as aws from "@pulumi/aws";

// Half of it is idle at night.
const target = new aws.appautoscaling.Target("web", {
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: "service/platform/web",
    minCapacity: 2,
    maxCapacity: 40,
});
new aws.appautoscaling.Policy("web", {
    policyType: "TargetTrackingScaling",
    serviceNamespace: target.serviceNamespace,
    scalableDimension: target.scalableDimension,
    resourceId: target.resourceId,
    targetTrackingScalingPolicyConfiguration: {
        targetValue: 60,
        predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
    },
});
