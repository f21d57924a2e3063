import type { Props } from "../../../sandbox/world/store";
import type { SmallWorld } from "../../support/smallWorld";

export const account = "111122223333";

/** An account that can be filled by hand. */
export type Declaring = Pick<SmallWorld, "declare">;

export interface EstateOptions {
    /** @default "us-east-1" */
    readonly region?: string;
    /** Further names on its certificate. */
    readonly names?: readonly string[];
    readonly idleTimeout?: number;
    readonly dropInvalidHeaderFields?: boolean;
    readonly deregistrationDelay?: number;
}

/** A load balancer with an HTTPS listener that forwards and an HTTP one that redirects. */
export interface Estate {
    readonly region: string;
    readonly balancerArn: string;
    readonly groupArn: string;
    readonly dnsName: string;
    /** CloudWatch dimension values. */
    readonly suffix: { readonly balancer: string; readonly group: string };
}

/** Puts what a region needs in the account by hand, as its control planes would have it. */
export function declareEstate(world: Declaring, options: EstateOptions = {}): Estate {
    const region = options.region ?? "us-east-1";
    const arn = (rest: string): string =>
        `arn:aws:elasticloadbalancing:${region}:${account}:${rest}`;
    const suffix = {
        balancer: "app/shop/50dc6c495c0c9188",
        group: "targetgroup/shop/73e2d6bc24d8a067",
    };
    const balancerArn = arn(`loadbalancer/${suffix.balancer}`);
    const groupArn = arn(suffix.group);
    const dnsName = `shop-1234567890.${region}.elb.amazonaws.com`;
    const certificateArn = `arn:aws:acm:${region}:${account}:certificate/1`;

    world.declare(
        "aws:acm/certificate:Certificate",
        region,
        certificateArn,
        {
            domainName: "app.example.com",
            subjectAlternativeNames: [`${region}.origin.example.com`, ...(options.names ?? [])],
        },
        { arn: certificateArn },
    );
    world.declare(
        "aws:lb/loadBalancer:LoadBalancer",
        region,
        balancerArn,
        {
            name: "shop",
            loadBalancerType: "application",
            dropInvalidHeaderFields: options.dropInvalidHeaderFields ?? true,
            ...(options.idleTimeout === undefined ? {} : { idleTimeout: options.idleTimeout }),
        },
        { arn: balancerArn, arnSuffix: suffix.balancer, dnsName },
    );
    world.declare(
        "aws:lb/targetGroup:TargetGroup",
        region,
        groupArn,
        {
            name: "shop",
            port: 8080,
            protocol: "HTTP",
            targetType: "ip",
            deregistrationDelay: options.deregistrationDelay ?? 20,
            healthCheck: {
                path: "/health",
                interval: 10,
                timeout: 5,
                healthyThreshold: 2,
                unhealthyThreshold: 3,
                matcher: "200",
            },
        },
        { arn: groupArn, arnSuffix: suffix.group },
    );
    declareListener(world, region, balancerArn, 443, {
        protocol: "HTTPS",
        sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
        certificateArn,
        defaultActions: [{ type: "forward", targetGroupArn: groupArn }],
    });
    declareListener(world, region, balancerArn, 80, {
        protocol: "HTTP",
        defaultActions: [
            {
                type: "redirect",
                redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
            },
        ],
    });
    return { region, balancerArn, groupArn, dnsName, suffix };
}

function declareListener(
    world: Declaring,
    region: string,
    loadBalancerArn: string,
    port: number,
    inputs: Props,
): void {
    const arn = `${loadBalancerArn.replace(":loadbalancer/", ":listener/")}/${port}`;
    world.declare(
        "aws:lb/listener:Listener",
        region,
        arn,
        {
            loadBalancerArn,
            port,
            ...inputs,
        },
        { arn },
    );
}

export interface ServiceOptions {
    readonly environment: Readonly<Record<string, string>>;
    readonly port: number;
    readonly revision?: number;
    readonly desiredCount?: number;
    readonly image?: string;
    readonly stopTimeout?: number;
}

/** Puts an ECS service and its task definition in the account; returns the service's ARN. */
export function declareService(
    world: Declaring,
    estate: Pick<Estate, "region" | "groupArn">,
    options: ServiceOptions,
): string {
    const { region, groupArn } = estate;
    const revision = options.revision ?? 1;
    const definitionArn = `arn:aws:ecs:${region}:${account}:task-definition/shop:${revision}`;
    const serviceArn = `arn:aws:ecs:${region}:${account}:service/main/shop`;
    world.declare(
        "aws:ecs/taskDefinition:TaskDefinition",
        region,
        definitionArn,
        {
            family: "shop",
            containerDefinitions: JSON.stringify([
                {
                    name: "shop",
                    image: options.image ?? `${account}.dkr.ecr.${region}.amazonaws.com/shop:1.0.0`,
                    essential: true,
                    portMappings: [{ containerPort: options.port }],
                    environment: Object.entries(options.environment).map(([name, value]) => ({
                        name,
                        value,
                    })),
                    stopTimeout: options.stopTimeout ?? 30,
                },
            ]),
        },
        { arn: definitionArn, revision },
    );
    world.declare(
        "aws:ecs/service:Service",
        region,
        serviceArn,
        {
            name: "shop",
            cluster: `arn:aws:ecs:${region}:${account}:cluster/main`,
            taskDefinition: definitionArn,
            desiredCount: options.desiredCount ?? 3,
            loadBalancers: [
                { targetGroupArn: groupArn, containerName: "shop", containerPort: options.port },
            ],
            deploymentCircuitBreaker: { enable: true, rollback: true },
        },
        { arn: serviceArn },
    );
    return serviceArn;
}
