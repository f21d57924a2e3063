import type { StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { text } from "../support/known";

export const functionType = "aws:lambda/function:Function";

/** ARNs of what a function can hand a failed event to. */
export const queueOrTopicArn = /^arn:aws:(sqs|sns):[a-z0-9-]+:\d{12}:[\w-]+(\.fifo)?$/;

/** A function by name, partial ARN or ARN, with or without a qualifier, in the region of the call. */
export function findFunction(reference: string, context: TypeContext): StoredResource | undefined {
    const arn = /^arn:aws:lambda:([^:]+):\d{12}:function:([\w-]+)/.exec(reference);
    if (arn !== null && arn[1] !== context.region) {
        return undefined;
    }
    const name = arn?.[2] ?? reference.split(":")[0] ?? "";
    return context.store.get(functionType, context.region, name);
}

/** @throws AwsError ResourceNotFoundException */
export function refuseMissingFunction(reference: string, context: TypeContext): StoredResource {
    const found = findFunction(reference, context);
    if (found === undefined) {
        const arn = reference.startsWith("arn:")
            ? reference
            : `arn:aws:lambda:${context.region}:${context.accountId}:function:${reference}`;
        throw new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
    }
    return found;
}

/** Whether the queue or topic behind an ARN is there. Other services' ARNs are taken on trust. */
export function targetExists(arn: string, context: TypeContext): boolean {
    const service = arn.split(":")[2];
    const type = { sqs: "aws:sqs/queue:Queue", sns: "aws:sns/topic:Topic" }[service ?? ""];
    return (
        type === undefined ||
        context.store.find(type, ({ outputs }) => text(outputs, "arn") === arn) !== undefined
    );
}
