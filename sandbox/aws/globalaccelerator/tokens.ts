import type { Props, StoredResource } from "../../world/store";
import type { TypeContext } from "../resourceType";
import { text } from "../support/known";

export const tokens = {
    accelerator: "aws:globalaccelerator/accelerator:Accelerator",
    listener: "aws:globalaccelerator/listener:Listener",
    endpointGroup: "aws:globalaccelerator/endpointGroup:EndpointGroup",
} as const;

/**
 * The zone that aliases to an accelerator name, the same for all of them.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/global_accelerator.html
 */
export const acceleratorZoneId = "Z2BJ6XQ5FK7U4H";

type Account = Pick<TypeContext, "store">;

export function listenersOf(account: Account, acceleratorArn: string): readonly StoredResource[] {
    return account.store
        .list(tokens.listener)
        .filter(({ outputs }) => text(outputs, "acceleratorArn") === acceleratorArn);
}

export function groupsOf(account: Account, listenerArn: string): readonly StoredResource[] {
    return account.store
        .list(tokens.endpointGroup)
        .filter(({ outputs }) => text(outputs, "listenerArn") === listenerArn);
}

/** Whether IPv6 clients reach the accelerator too. */
export function isDualStack(accelerator: Props): boolean {
    return text(accelerator, "ipAddressType") === "DUAL_STACK";
}
