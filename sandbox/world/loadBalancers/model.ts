import type { z } from "zod";

import { text } from "../../aws/support/known";
import { associationToken } from "../../aws/wafv2/tokens";
import { properties } from "../properties";
import type { Store } from "../store";
import {
    actionSchema,
    balancerSchema,
    certificateSchema,
    groupSchema,
    listenerSchema,
} from "./schemas";

/** An application load balancer as the account describes it. */
export interface Balancer {
    readonly arn: string;
    readonly region: string;
    readonly dnsName: string;
    /** `app/<name>/<id>`: its CloudWatch dimension. */
    readonly arnSuffix: string;
    readonly dropInvalidHeaders: boolean;
    readonly idleTimeoutMs: number;
    /** ARN of the web ACL that judges its requests; undefined when there is none. */
    readonly webAclArn: string | undefined;
}

export type Action =
    | { readonly kind: "forward"; readonly groups: readonly WeightedGroup[] }
    | {
          readonly kind: "redirect";
          readonly status: number;
          /** Parts of the target; `#{host}` and the like stand for the request's own. */
          readonly protocol: string;
          readonly port: string;
          readonly host: string;
          readonly path: string;
          readonly query: string;
      }
    | {
          readonly kind: "fixed";
          readonly status: number;
          readonly contentType: string;
          readonly body: string;
      };

export interface WeightedGroup {
    readonly arn: string;
    readonly weight: number;
}

export interface ListenerModel {
    readonly arn: string;
    readonly port: number;
    readonly tls:
        | { readonly names: readonly string[]; readonly minVersion: "TLSv1.2" | "TLSv1.3" }
        | undefined;
    readonly action: Action;
}

export interface TargetGroup {
    readonly arn: string;
    readonly arnSuffix: string;
    readonly check: TargetCheck;
    readonly deregistrationDelayMs: number;
}

export interface TargetCheck {
    readonly path: string;
    /** Absent: the port that traffic goes to. */
    readonly port: number | undefined;
    readonly tls: boolean;
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly healthyThreshold: number;
    readonly unhealthyThreshold: number;
    readonly matches: (status: number) => boolean;
}

/** The account's application load balancers. */
export function balancers(store: Store): readonly Balancer[] {
    return store.list("aws:lb/loadBalancer:LoadBalancer").flatMap((resource) => {
        const read = balancerSchema.parse(properties(resource));
        return read.loadBalancerType === "application"
            ? [
                  {
                      arn: read.arn,
                      region: resource.region,
                      dnsName: read.dnsName,
                      arnSuffix: read.arnSuffix ?? suffixOf(read.arn),
                      dropInvalidHeaders: read.dropInvalidHeaderFields,
                      idleTimeoutMs: read.idleTimeout * 1000,
                      webAclArn: webAclOf(store, resource.region, read.arn),
                  },
              ]
            : [];
    });
}

function webAclOf(store: Store, region: string, balancerArn: string): string | undefined {
    const association = store
        .list(associationToken, region)
        .find(({ outputs }) => text(outputs, "resourceArn") === balancerArn);
    return text(association?.outputs, "webAclArn");
}

/** The listeners of one balancer. */
export function listenersOf(store: Store, balancer: Balancer): readonly ListenerModel[] {
    return store.list("aws:lb/listener:Listener", balancer.region).flatMap((resource) => {
        const read = listenerSchema.parse(properties(resource));
        if (read.loadBalancerArn !== balancer.arn) {
            return [];
        }
        const [action] = [...read.defaultActions].sort((a, b) => a.order - b.order).slice(-1);
        return action === undefined
            ? []
            : [
                  {
                      arn: read.arn,
                      port: read.port,
                      tls:
                          read.protocol === "HTTPS"
                              ? {
                                    names: [
                                        ...certificateNames(store, read.certificateArn),
                                        balancer.dnsName,
                                    ],
                                    minVersion: oldestTls(read.sslPolicy),
                                }
                              : undefined,
                      action: actionOf(action),
                  },
              ];
    });
}

/** The target groups of a region, by ARN. */
export function targetGroups(store: Store, region: string): ReadonlyMap<string, TargetGroup> {
    const found = new Map<string, TargetGroup>();
    for (const resource of store.list("aws:lb/targetGroup:TargetGroup", region)) {
        const read = groupSchema.parse(properties(resource));
        const check = read.healthCheck;
        found.set(read.arn, {
            arn: read.arn,
            arnSuffix: read.arnSuffix ?? suffixOf(read.arn),
            deregistrationDelayMs: read.deregistrationDelay * 1000,
            check: {
                path: check.path,
                port: check.port === "traffic-port" ? undefined : Number(check.port),
                tls: check.protocol === "HTTPS",
                intervalMs: check.interval * 1000,
                timeoutMs: check.timeout * 1000,
                healthyThreshold: check.healthyThreshold,
                unhealthyThreshold: check.unhealthyThreshold,
                matches: matcherOf(check.matcher),
            },
        });
    }
    return found;
}

/** ARNs of the groups a listener forwards to. */
export function groupsOf(listener: ListenerModel): readonly string[] {
    return listener.action.kind === "forward" ? listener.action.groups.map(({ arn }) => arn) : [];
}

/** Codes such as `200`, `200,202` or `200-299`. */
export function matcherOf(text: string): (status: number) => boolean {
    const ranges = text.split(",").map((part) => {
        const [from, to] = part.trim().split("-").map(Number);
        return { from: from ?? NaN, to: to ?? from ?? NaN };
    });
    return (status) => ranges.some(({ from, to }) => status >= from && status <= to);
}

function actionOf(action: z.infer<typeof actionSchema>): Action {
    if (action.redirect !== undefined && action.type === "redirect") {
        const { statusCode, ...target } = action.redirect;
        return { kind: "redirect", status: statusCode === "HTTP_302" ? 302 : 301, ...target };
    }
    if (action.fixedResponse !== undefined && action.type === "fixed-response") {
        const { statusCode, contentType, messageBody } = action.fixedResponse;
        return { kind: "fixed", status: Number(statusCode), contentType, body: messageBody };
    }
    return {
        kind: "forward",
        groups:
            action.forward?.targetGroups ??
            (action.targetGroupArn === undefined
                ? []
                : [{ arn: action.targetGroupArn, weight: 1 }]),
    };
}

function certificateNames(store: Store, arn: string | undefined): readonly string[] {
    const resource = store.find(
        "aws:acm/certificate:Certificate",
        (candidate) => candidate.outputs["arn"] === arn,
    );
    if (resource === undefined) {
        return [];
    }
    const read = certificateSchema.parse(properties(resource));
    return [read.domainName, ...read.subjectAlternativeNames];
}

/** Policies that start at TLS 1.3 say so; every other one serves 1.2, and here nothing older. */
function oldestTls(policy: string | undefined): "TLSv1.2" | "TLSv1.3" {
    return policy !== undefined && /^ELBSecurityPolicy-TLS13-1-3(-|$)/.test(policy)
        ? "TLSv1.3"
        : "TLSv1.2";
}

function suffixOf(arn: string): string {
    const resource = arn.split(":").slice(5).join(":");
    return resource.replace(/^loadbalancer\//, "");
}
