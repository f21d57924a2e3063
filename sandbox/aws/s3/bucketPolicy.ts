import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { text } from "../support/known";
import { policyProblems } from "../support/policyDocument";
import { unknownPrincipal } from "../support/principals";
import { bucketInRegion, policyType, publicAccessBlockOf } from "./buckets";
import { isPublicPolicy } from "./publicPolicy";

/** Most bytes of a bucket policy, https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html. */
const maxPolicyBytes = 20 * 1024;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html */
function admit(inputs: Props, context: TypeContext): void {
    const bucket = bucketInRegion(inputs, context);
    const document = text(inputs, "policy") ?? "";
    const problem = policyProblems(document, "resource")[0] ?? resourceProblem(document, bucket.id);
    if (problem !== undefined) {
        throw new AwsError("MalformedPolicy", problem);
    }
    if (unknownPrincipal(document, context) !== undefined) {
        throw new AwsError(
            "MalformedPolicy",
            `Invalid principal in policy (${unknownPrincipal(document, context)})`,
        );
    }
    if (Buffer.byteLength(document) > maxPolicyBytes) {
        throw new AwsError(
            "PolicyTooLarge",
            `policies must not exceed ${maxPolicyBytes} bytes, got ${Buffer.byteLength(document)}`,
        );
    }
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-options
    if (
        publicAccessBlockOf(bucket.id, context.region, context.store).blockPublicPolicy &&
        isPublicPolicy(document)
    ) {
        throw new AwsError(
            "AccessDenied",
            `User: arn:aws:iam::${context.accountId}:user/rehearsal is not authorized to perform: s3:PutBucketPolicy on resource: ` +
                `"arn:aws:s3:::${bucket.id}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
            403,
        );
    }
}

/** Every statement must be about the bucket or what is in it. */
function resourceProblem(document: string, bucket: string): string | undefined {
    const { Statement } = JSON.parse(document) as { Statement: unknown };
    const statements = (Array.isArray(Statement) ? Statement : [Statement]) as {
        Resource?: unknown;
    }[];
    const resources = statements.flatMap(({ Resource }) => Resource ?? []) as unknown[];
    const arn = `arn:aws:s3:::${bucket}`;
    return resources.every(
        (resource) =>
            typeof resource === "string" && (resource === arn || resource.startsWith(`${arn}/`)),
    )
        ? undefined
        : "Policy has invalid resource";
}

export const bucketPolicy: ResourceType = {
    type: policyType,
    service: "s3",
    home: "regional",
    actions: {
        create: "PutBucketPolicy",
        read: "GetBucketPolicy",
        update: "PutBucketPolicy",
        delete: "DeleteBucketPolicy",
    },
    inputs: ["bucket", "policy"],
    required: ["bucket", "policy"],
    replaceOn: ["bucket"],
    upsert: true,
    documents: ["policy"],
    computed: [],
    admit,
    compute: (inputs) => ({ id: text(inputs, "bucket") ?? "", outputs: inputs }),
};
