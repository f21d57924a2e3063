import { z } from "zod";

import { tokens } from "../../aws/globalaccelerator/tokens";
import { properties } from "../properties";
import type { Store } from "../store";

/** An accelerator as the account describes it. */
export interface Accelerator {
    readonly arn: string;
    /** One that is not enabled has its addresses and takes no connection. */
    readonly enabled: boolean;
    /** Its own name, and for a dual-stack one the name that has IPv6 addresses too. */
    readonly dnsNames: readonly string[];
    readonly listeners: readonly Listener[];
}

export interface Listener {
    readonly arn: string;
    readonly protocol: "TCP" | "UDP";
    readonly portRanges: readonly { readonly fromPort: number; readonly toPort: number }[];
    readonly clientAffinity: "NONE" | "SOURCE_IP";
    readonly groups: readonly EndpointGroup[];
}

export interface EndpointGroup {
    readonly region: string;
    /** Percent of the connections that would come here which the group takes, 0 to 100. */
    readonly dialPercent: number;
    readonly endpoints: readonly Endpoint[];
    /** Port at the endpoint, by port of the listener; the same where none is named. */
    readonly portOverrides: ReadonlyMap<number, number>;
}

export interface Endpoint {
    /** ARN of the load balancer. */
    readonly id: string;
    /** 0 to 255; 0 takes nothing. */
    readonly weight: number;
    /** Whether the endpoint sees the client's own address. */
    readonly keepsClientAddress: boolean;
}

const acceleratorSchema = z.object({
    arn: z.string(),
    enabled: z.boolean().default(true),
    dnsName: z.string(),
    dualStackDnsName: z.string().default(""),
});
const listenerSchema = z.object({
    arn: z.string(),
    acceleratorArn: z.string(),
    protocol: z.enum(["TCP", "UDP"]),
    clientAffinity: z.enum(["NONE", "SOURCE_IP"]).default("NONE"),
    portRanges: z.array(z.object({ fromPort: z.number(), toPort: z.number() })),
});
const groupSchema = z.object({
    listenerArn: z.string(),
    endpointGroupRegion: z.string(),
    trafficDialPercentage: z.number().default(100),
    endpointConfigurations: z
        .array(
            z.object({
                endpointId: z.string(),
                // The provider sends 0 for a weight that is not set, where the API would make it 128:
                // hashicorp/terraform-provider-aws, internal/service/globalaccelerator/endpoint_group.go.
                weight: z.number().default(0),
                clientIpPreservationEnabled: z.boolean().default(false),
            }),
        )
        .default([]),
    portOverrides: z
        .array(z.object({ listenerPort: z.number(), endpointPort: z.number() }))
        .default([]),
});

/** The account's accelerators. */
export function accelerators(store: Store): readonly Accelerator[] {
    return store.list(tokens.accelerator).map((resource) => {
        const { arn, enabled, dnsName, dualStackDnsName } = acceleratorSchema.parse(
            properties(resource),
        );
        return {
            arn,
            enabled,
            dnsNames: [dnsName, ...(dualStackDnsName === "" ? [] : [dualStackDnsName])],
            listeners: listenersOf(store, arn),
        };
    });
}

function listenersOf(store: Store, acceleratorArn: string): readonly Listener[] {
    return store
        .list(tokens.listener)
        .map((resource) => listenerSchema.parse(properties(resource)))
        .filter((listener) => listener.acceleratorArn === acceleratorArn)
        .map((listener) => ({ ...listener, groups: groupsOf(store, listener.arn) }));
}

function groupsOf(store: Store, listenerArn: string): readonly EndpointGroup[] {
    return store
        .list(tokens.endpointGroup)
        .map((resource) => groupSchema.parse(properties(resource)))
        .filter((group) => group.listenerArn === listenerArn)
        .map((group) => ({
            region: group.endpointGroupRegion,
            dialPercent: group.trafficDialPercentage,
            endpoints: group.endpointConfigurations.map((endpoint) => ({
                id: endpoint.endpointId,
                weight: endpoint.weight,
                keepsClientAddress: endpoint.clientIpPreservationEnabled,
            })),
            portOverrides: new Map(
                group.portOverrides.map(({ listenerPort, endpointPort }) => [
                    listenerPort,
                    endpointPort,
                ]),
            ),
        }));
}
