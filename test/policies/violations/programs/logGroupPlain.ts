// Caught by encryption-log-group-customer-managed-key: api
import * as aws from "@pulumi/aws";

new aws.cloudwatch.LogGroup("api", { name: "/ecs/api", retentionInDays: 90 });
