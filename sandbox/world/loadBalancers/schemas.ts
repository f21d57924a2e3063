import { z } from "zod";

/** What the data plane reads of the resources, in the shape of the Pulumi types. */

const number = z.coerce.number();
export const balancerSchema = z.object({
    arn: z.string(),
    arnSuffix: z.string().optional(),
    dnsName: z.string(),
    loadBalancerType: z.string().default("application"),
    dropInvalidHeaderFields: z.boolean().default(false),
    idleTimeout: number.default(60),
});
export const actionSchema = z.object({
    type: z.string(),
    order: number.default(1),
    targetGroupArn: z.string().optional(),
    forward: z
        .object({ targetGroups: z.array(z.object({ arn: z.string(), weight: number.default(1) })) })
        .optional(),
    redirect: z
        .object({
            statusCode: z.string(),
            protocol: z.string().default("#{protocol}"),
            port: z.string().default("#{port}"),
            host: z.string().default("#{host}"),
            path: z.string().default("/#{path}"),
            query: z.string().default("#{query}"),
        })
        .optional(),
    fixedResponse: z
        .object({
            statusCode: z.string().default("200"),
            contentType: z.string().default("text/plain"),
            messageBody: z.string().default(""),
        })
        .optional(),
});
export const listenerSchema = z.object({
    arn: z.string(),
    loadBalancerArn: z.string(),
    port: number,
    protocol: z.string().default("HTTP"),
    sslPolicy: z.string().optional(),
    certificateArn: z.string().optional(),
    defaultActions: z.array(actionSchema),
});
export const certificateSchema = z.object({
    arn: z.string(),
    domainName: z.string(),
    subjectAlternativeNames: z.array(z.string()).default([]),
});
// Defaults: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
export const groupSchema = z.object({
    arn: z.string(),
    arnSuffix: z.string().optional(),
    deregistrationDelay: number.default(300),
    healthCheck: z
        .object({
            path: z.string().default("/"),
            port: z.string().default("traffic-port"),
            protocol: z.string().default("HTTP"),
            interval: number.default(30),
            timeout: number.default(5),
            healthyThreshold: number.default(5),
            unhealthyThreshold: number.default(2),
            matcher: z.string().default("200"),
        })
        .prefault({}),
});
