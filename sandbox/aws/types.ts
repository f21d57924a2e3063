import { acmTypes } from "./acm";
import { appautoscalingTypes } from "./appautoscaling";
import { backupTypes } from "./backup";
import { cloudfrontTypes } from "./cloudfront";
import { cloudwatchTypes } from "./cloudwatch";
import { dynamodbTypes } from "./dynamodb";
import { ec2Types } from "./ec2";
import { ecsTypes } from "./ecs";
import { elasticacheTypes } from "./elasticache";
import { eventsTypes } from "./events";
import { globalacceleratorTypes } from "./globalaccelerator";
import { iamTypes } from "./iam";
import { kinesisTypes } from "./kinesis";
import { kmsTypes } from "./kms";
import { lambdaTypes } from "./lambda";
import { lbTypes } from "./lb";
import { rdsTypes } from "./rds";
import type { ResourceType } from "./resourceType";
import { route53Types } from "./route53";
import { s3Types } from "./s3";
import { secretsmanagerTypes } from "./secretsmanager";
import { snsTypes } from "./sns";
import { sqsTypes } from "./sqs";
import { wafv2Types } from "./wafv2";

/** Every `aws:*` type the rehearsal cloud knows. An unknown one is refused by name. */
export const resourceTypes: readonly ResourceType[] = [
    ...acmTypes,
    ...appautoscalingTypes,
    ...backupTypes,
    ...cloudfrontTypes,
    ...cloudwatchTypes,
    ...dynamodbTypes,
    ...ec2Types,
    ...ecsTypes,
    ...elasticacheTypes,
    ...eventsTypes,
    ...globalacceleratorTypes,
    ...iamTypes,
    ...kinesisTypes,
    ...kmsTypes,
    ...lambdaTypes,
    ...lbTypes,
    ...rdsTypes,
    ...route53Types,
    ...s3Types,
    ...secretsmanagerTypes,
    ...snsTypes,
    ...sqsTypes,
    ...wafv2Types,
];
