import { acmTypes } from "./acm";
import { appautoscalingTypes } from "./appautoscaling";
import { cloudwatchTypes } from "./cloudwatch";
import { dynamodbTypes } from "./dynamodb";
import { ec2Types } from "./ec2";
import { ecsTypes } from "./ecs";
import { elasticacheTypes } from "./elasticache";
import { eventsTypes } from "./events";
import { globalacceleratorTypes } from "./globalaccelerator";
import { iamTypes } from "./iam";
import { kmsTypes } from "./kms";
import { lambdaTypes } from "./lambda";
import { lbTypes } from "./lb";
import type { ResourceType } from "./resourceType";
import { route53Types } from "./route53";
import { s3Types } from "./s3";
import { snsTypes } from "./sns";
import { sqsTypes } from "./sqs";

/** Every `aws:*` type the rehearsal cloud knows. An unknown one is refused by name. */
export const resourceTypes: readonly ResourceType[] = [
    ...acmTypes,
    ...appautoscalingTypes,
    ...cloudwatchTypes,
    ...dynamodbTypes,
    ...ec2Types,
    ...ecsTypes,
    ...elasticacheTypes,
    ...eventsTypes,
    ...globalacceleratorTypes,
    ...iamTypes,
    ...kmsTypes,
    ...lambdaTypes,
    ...lbTypes,
    ...route53Types,
    ...s3Types,
    ...snsTypes,
    ...sqsTypes,
];
