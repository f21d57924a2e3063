// Caught by capacity-service-minimum: api
import * as aws from "@pulumi/aws";

const tasks = { minCapacity: 8, maxCapacity: 10 };

new aws.appautoscaling.Target("api", {
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: "service/platform/api",
    ...tasks,
});
