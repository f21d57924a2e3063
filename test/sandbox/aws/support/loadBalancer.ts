import type { Props } from "../../../../sandbox/world/store";
import type { Account } from "./account";
import type { TestNetwork } from "./network";

export const balancerType = "aws:lb/loadBalancer:LoadBalancer";
export const targetGroupType = "aws:lb/targetGroup:TargetGroup";
export const listenerType = "aws:lb/listener:Listener";
export const certificateType = "aws:acm/certificate:Certificate";

export function balancerInputs(net: TestNetwork, inputs: Props = {}): Props {
    return { name: "web", subnets: net.subnets, securityGroups: [net.groupId], ...inputs };
}

export function targetGroupInputs(net: TestNetwork, inputs: Props = {}): Props {
    return {
        name: "web",
        port: 8080,
        protocol: "HTTP",
        targetType: "ip",
        vpcId: net.vpcId,
        ...inputs,
    };
}

/** A certificate, and the CNAMEs that prove it when `proven`. */
export async function certificate(
    account: Account,
    options: { readonly proven: boolean },
): Promise<string> {
    const made = await account.create(certificateType, "certificate", {
        domainName: "app.example.com",
        validationMethod: "DNS",
    });
    if (options.proven) {
        prove(account, made);
    }
    return String(made.arn);
}

/** Publishes the records the certificate waits for. */
export function prove(account: Account, made: Props): void {
    for (const option of made.domainValidationOptions as readonly Props[]) {
        const fqdn = String(option.resourceRecordName).replace(/\.$/, "");
        account.declare(
            "aws:route53/record:Record",
            fqdn,
            { type: "CNAME", name: fqdn, fqdn, records: [option.resourceRecordValue] },
            "global",
        );
    }
}
