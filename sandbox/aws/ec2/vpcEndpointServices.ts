/**
 * What follows `com.amazonaws.<region>.` in a service name. Append from the page when an endpoint for
 * a further service is needed: a name that is not here does not exist in the rehearsal.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
export const interfaceServices: ReadonlySet<string> = new Set([
    "application-autoscaling",
    "autoscaling",
    "dynamodb",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "ecs-agent",
    "ecs-telemetry",
    "elasticache",
    "elasticloadbalancing",
    "events",
    "firehose",
    "kinesis-streams",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "rds",
    "rds-data",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "states",
    "sts",
    "xray",
]);

/** @see https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html */
export const gatewayServices: ReadonlySet<string> = new Set(["dynamodb", "s3"]);
