import type { StoredResource } from "../../world/store";
import type { TypeContext } from "../resourceType";
import { text } from "./known";

const keyType = "aws:kms/key:Key";
const aliasType = "aws:kms/alias:Alias";

/**
 * The key a service would find by an id, an ARN or an alias in its own region. Keys of AWS's own
 * (`alias/aws/...`) are there without anybody making them.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
 */
export function findKey(
    reference: string,
    context: Pick<TypeContext, "store" | "region">,
): StoredResource | "managed by AWS" | undefined {
    const arn = /^arn:aws:kms:([^:]+):\d{12}:(key\/|alias\/)(.+)$/.exec(reference);
    if (arn !== null && arn[1] !== context.region) {
        return undefined;
    }
    const name = arn === null ? reference : arn[2] === "key/" ? arn[3] : `alias/${arn[3]}`;
    if (name === undefined || name.startsWith("alias/aws/")) {
        return name === undefined ? undefined : "managed by AWS";
    }
    const id = name.startsWith("alias/")
        ? text(context.store.get(aliasType, context.region, name)?.outputs, "targetKeyId")
        : name;
    return id === undefined ? undefined : context.store.get(keyType, context.region, id);
}
