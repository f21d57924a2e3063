import * as globalaccelerator from "@pulumi/aws/globalaccelerator";
import * as pulumi from "@pulumi/pulumi";

import { AcceleratorLogs } from "./acceleratorLogs";
import { acceleratorProblems } from "./acceleratorProblems";
import { aliasPair } from "./aliasPair";
import { domainNames } from "./domainNames";
import { refuseProblems } from "./errors";

/** A region as the accelerator sees it. */
export interface AcceleratedRegion {
    readonly region: string;
    /** Must be dual-stack. */
    readonly loadBalancerArn: pulumi.Input<string>;
    /**
     * Percent of the connections nearest to the region that it takes, 0 to 100; the rest goes to the
     * next nearest.
     * @default the dial it has; 100 to begin with
     */
    readonly dialPercent?: number;
}

export interface AcceleratorArgs {
    readonly accountId: string;
    readonly zoneId: string;
    /** Domain of the hosted zone, without a final dot. */
    readonly domain: string;
    readonly regions: readonly AcceleratedRegion[];
    readonly healthPath: string;
    /** The stack's own region, where the logs are kept. */
    readonly logRegion: string;
    readonly logRetentionDays: number;
    /** Keeps the accelerator, its addresses and its logs from being deleted by Pulumi. */
    readonly deletionProtection: boolean;
}

/** AWS's own default; the provider would send 0, and 0 takes nothing. */
const weight = 128;

/**
 * The second way in: `direct.<domain>`, two fixed addresses of each family that are announced from
 * everywhere and lead to the nearest region. It shares nothing with the first way but the load
 * balancers: its control plane is in us-west-2, and its answers do not change when regions do, so
 * clients that ignore DNS time to live follow it all the same.
 *
 * How a region leaves it:
 *
 * - **Lost**, or without a healthy target: by itself, in about half a minute. Global Accelerator goes
 *   by the load balancers' own target health, and needs no call for that.
 * - **Failing grayly, or voted out**: not by itself. Its targets pass their checks, and Global
 *   Accelerator reads neither Route 53's health checks nor the votes. Its dial is set to 0, in the
 *   settle lane: one call to us-west-2, never part of an evacuation. Tasks could fail their target
 *   checks as long as their region is out instead, but then their service would replace them one
 *   after the other, and the region would be cold when it is called back.
 *
 * A dial of 0 is no lock: when the region a client was sent to has nothing healthy, the three nearest
 * others are tried whatever their dials. Established connections stay where they are.
 *
 * The client's address is kept, which the dual-stack addresses demand. It makes Global Accelerator
 * put network interfaces and a security group, `GlobalAccelerator`, into each region's VPC; delete the
 * group by hand before the VPC. A client should use one way in at a time: AWS warns that two
 * connections from one port, one through each, can collide at the load balancer.
 *
 * Costs $0.025 an hour and a premium for traffic.
 *
 * @see https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoint-groups-health-check-options.html
 */
export class Accelerator extends pulumi.ComponentResource {
    /** The name that leads to it. */
    readonly directName: string;
    /** Percent by region, as deployed. */
    readonly dials: Readonly<Record<string, pulumi.Output<number>>>;

    constructor(name: string, args: AcceleratorArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:Accelerator", name, {}, opts);
        refuseProblems("accelerator", acceleratorProblems(args.regions), this);

        const accelerator = this.createAccelerator(name, args);
        const listener = new globalaccelerator.Listener(
            name,
            {
                acceleratorArn: accelerator.arn,
                protocol: "TCP",
                portRanges: [{ fromPort: 443, toPort: 443 }],
                // A client reads what it has just written: it must not be drawn to another region,
                // where that is yet to arrive, with each new connection while a dial is between 0
                // and 100.
                clientAffinity: "SOURCE_IP",
            },
            { parent: this },
        );
        this.directName = domainNames(args.domain).direct;
        aliasPair(
            `${name}-direct`,
            {
                zoneId: args.zoneId,
                name: this.directName,
                target: {
                    // The other name has IPv4 addresses alone.
                    name: accelerator.dualStackDnsName,
                    zoneId: accelerator.hostedZoneId,
                    // There is nothing else to answer with.
                    evaluateTargetHealth: false,
                },
            },
            { parent: this },
        );
        this.dials = Object.fromEntries(
            [...args.regions]
                .sort((a, b) => (a.region < b.region ? -1 : 1))
                .map((region) => [region.region, this.createGroup(name, args, listener, region)]),
        );

        this.registerOutputs({ directName: this.directName, dials: this.dials });
    }

    private createAccelerator(name: string, args: AcceleratorArgs): globalaccelerator.Accelerator {
        const logs = new AcceleratorLogs(
            `${name}-logs`,
            { ...args, region: args.logRegion },
            { parent: this },
        );
        return new globalaccelerator.Accelerator(
            name,
            {
                name: "meridian",
                ipAddressType: "DUAL_STACK",
                enabled: true,
                attributes: {
                    flowLogsEnabled: true,
                    flowLogsS3Bucket: logs.bucketName,
                    flowLogsS3Prefix: logs.prefix,
                },
            },
            // Its addresses go with it, and nobody gets them back.
            { parent: this, protect: args.deletionProtection },
        );
    }

    /** Returns the group's dial, as deployed. */
    private createGroup(
        name: string,
        args: AcceleratorArgs,
        listener: globalaccelerator.Listener,
        { region, loadBalancerArn, dialPercent }: AcceleratedRegion,
    ): pulumi.Output<number> {
        const group = new globalaccelerator.EndpointGroup(
            `${name}-${region}`,
            {
                listenerArn: listener.arn,
                endpointGroupRegion: region,
                trafficDialPercentage: dialPercent ?? 100,
                // AWS asks a load balancer's target groups in place of these; they would hold for
                // any other kind of endpoint.
                healthCheckProtocol: "HTTPS",
                healthCheckPort: 443,
                healthCheckPath: args.healthPath,
                healthCheckIntervalSeconds: 10,
                thresholdCount: 3,
                endpointConfigurations: [
                    { endpointId: loadBalancerArn, weight, clientIpPreservationEnabled: true },
                ],
            },
            {
                parent: this,
                // A dial latches like a share: one that nobody configured stays as it is.
                ignoreChanges: dialPercent === undefined ? ["trafficDialPercentage"] : [],
            },
        );
        return group.trafficDialPercentage.apply((dial) => dial ?? 100);
    }
}
