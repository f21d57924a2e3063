import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, isOther, keepId, records, record, text } from "../support/known";
import { uuid } from "../support/uuid";
import { distributionToken } from "./tokens";

/** Custom policies of a kind an account may have, https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-policies. */
const mostPolicies = 20;

export interface PolicyKind {
    readonly token: string;
    /** As in the API's actions and error codes, such as `CachePolicy`. */
    readonly noun: string;
    /** As in its ARN. */
    readonly arnPart: string;
    /** Property of a cache behaviour that names it. */
    readonly usedAs: string;
}

/** What the policies of CloudFront have in common: a name of their own, a version, and users that keep them from going. */
export function namedPolicy(
    kind: PolicyKind,
    own: Pick<ResourceType, "inputs" | "required"> & Partial<ResourceType>,
): ResourceType {
    const { token, noun } = kind;
    return {
        type: token,
        service: "cloudfront",
        home: "us-east-1",
        actions: {
            create: `Create${noun}`,
            read: `Get${noun}`,
            update: `Update${noun}`,
            delete: `Delete${noun}`,
        },
        replaceOn: [],
        autoname: { property: "name", maxLength: 128 },
        computed: ["arn", "etag"],
        changesOnUpdate: ["etag"],
        admit(inputs, context, current) {
            refuseName(inputs, context, current, kind);
        },
        compute(inputs, context, current) {
            const id = keepId(current, () => uuid(context.unique(32)));
            return {
                id,
                outputs: {
                    ...inputs,
                    id,
                    arn: arn("cloudfront", context, `${kind.arnPart}/${id}`),
                    etag: nextVersion(current, context),
                },
            };
        },
        refuseDelete(outputs, context) {
            const id = text(outputs, "id");
            const used = context.store
                .list(distributionToken)
                .some(({ outputs: distribution }) =>
                    behaviorsOf(distribution).some(
                        (behavior) => text(behavior, kind.usedAs) === id,
                    ),
                );
            if (used) {
                throw new AwsError(
                    `${noun}InUse`,
                    `Cannot delete the ${words(noun)} because it is attached to one or more cache behaviors.`,
                    409,
                );
            }
        },
        ...own,
    };
}

/** Every cache behaviour of a distribution, the default one last. */
export function behaviorsOf(distribution: Props): readonly Props[] {
    const last = record(distribution, "defaultCacheBehavior");
    return [
        ...records(distribution, "orderedCacheBehaviors"),
        ...(last === undefined ? [] : [last]),
    ];
}

/** The version that an update has to name, https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowToUpdateDistribution.html. */
export function nextVersion(current: Props | undefined, context: TypeContext): string {
    const fresh = `E${context.unique(12).toUpperCase()}`;
    const turn = /-(\d+)$/.exec(text(current, "etag") ?? "-0")?.[1] ?? "0";
    return current === undefined ? fresh : `${fresh}-${Number(turn) + 1}`;
}

function refuseName(
    inputs: Props,
    context: TypeContext,
    current: Props | undefined,
    { token, noun }: PolicyKind,
): void {
    const others = context.store.list(token).filter((other) => isOther(other, current));
    const name = text(inputs, "name");
    if (others.some(({ outputs }) => text(outputs, "name") === name)) {
        throw new AwsError(
            `${noun}AlreadyExists`,
            `A ${words(noun)} with the same name already exists in this account: ${name}`,
            409,
        );
    }
    if (others.length >= mostPolicies) {
        throw new AwsError(
            `TooMany${noun.replace(/y$/, "ies")}`,
            `You have reached the maximum number of custom policies of this kind: ${mostPolicies}`,
        );
    }
}

function words(noun: string): string {
    return noun.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
