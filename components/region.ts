import * as pulumi from "@pulumi/pulumi";

import { aliasPair } from "./aliasPair";
import { bucketNameOf } from "./bucketNames";
import { CacheGround } from "./cacheGround";
import { Certificate } from "./certificate";
import { DatabasePlace } from "./databasePlace";
import { ConflictDetector } from "./conflictDetector";
import { domainNames } from "./domainNames";
import { refuseProblems } from "./errors";
import { EventReplication } from "./eventReplication";
import { FailoverAutomation } from "./failoverAutomation";
import { LoadBalancer } from "./loadBalancer";
import { Network } from "./network";
import { NoticeTopic } from "./noticeTopic";
import { HomeKeeping } from "./homeKeeping";
import { Observer } from "./observer";
import { ReceiptKeyRotator } from "./receiptKeyRotator";
import { RegionAlarms, type AlarmThresholds } from "./regionAlarms";
import { RegionBuckets } from "./regionBuckets";
import { RegionKeys } from "./regionKeys";
import { RegionOverview } from "./regionOverview";
import { regionProblems } from "./regionProblems";
import { Service } from "./service";
import { ServiceEndpoints } from "./serviceEndpoints";
import { serviceEnvironment } from "./serviceEnvironment";
import { ServiceSecurityGroup } from "./serviceSecurityGroup";
import { Votes, type Vote } from "./votes";

export interface RegionArgs {
    readonly region: string;
    readonly accountId: string;
    /** Every region of the platform, this one among them. */
    readonly regions: readonly string[];
    /** How many of the other regions must agree that one is lost. */
    readonly quorum: number;
    /** Domain of the hosted zone, without a final dot. */
    readonly domain: string;
    readonly zoneId: string;
    /** At least three. Their order is the address plan: append, never reorder. */
    readonly availabilityZones: readonly string[];
    /** A /16. */
    readonly vpcCidr: string;
    /** Container image in this region's ECR. */
    readonly image: string;
    readonly minimumTasks: number;
    readonly maximumTasks: number;
    /** The global table, whose replica here the service uses; another stack creates it. */
    readonly tableName: string;
    /** Names of that table's indexes. */
    readonly tableIndexes: readonly string[];
    /** What this region says of the others; it keeps what it said of those that are absent. */
    readonly votes: Readonly<Record<string, Vote>>;
    readonly alarms: AlarmThresholds;
    readonly observer: {
        /** Percent of failed probes from which on a region counts as failing. */
        readonly failedProbePercent: number;
    };
    readonly decider: {
        /** How long each observer must have seen a failure. */
        readonly dwellSeconds: number;
        /** How long it must be gone before a recovery is announced. */
        readonly clearSeconds: number;
    };
    /** People who receive alarms and notices. */
    readonly emails: readonly string[];
    /** Requests outside the catalogue that one address may send in five minutes, 10 or more. */
    readonly requestsPerFiveMinutes: number;
    readonly logRetentionDays: number;
    /**
     * Keeps keys, buckets, tables and the load balancer from being deleted, by AWS and by Pulumi. To
     * destroy a region, turn it off and deploy that first.
     */
    readonly deletionProtection: boolean;
}

const containerPort = 8080;
const healthPath = "/health";

/**
 * One region, complete in itself: it serves, watches the others, votes on them and decides without
 * any call to another region or to a global control plane. It looks nothing up: a lookup would run on
 * every update, and an evacuation would hang on the very thing that failed.
 *
 * Refuses an image of another region's registry, fewer than three zones, and votes that could take
 * two regions out of service at once.
 *
 * @example
 * new Region("meridian", { region: "eu-west-1", regions: ["eu-west-1", "us-east-1"], quorum: 1, ... });
 */
export class Region extends pulumi.ComponentResource {
    readonly loadBalancer: LoadBalancer;
    readonly service: Service;
    /** Where the region's cluster of the global database goes. */
    readonly database: DatabasePlace;
    readonly votes: Votes;
    readonly keys: RegionKeys;
    readonly buckets: RegionBuckets;
    readonly cache: CacheGround;
    readonly alarms: RegionAlarms;
    readonly observer: Observer;
    readonly automation: FailoverAutomation;
    readonly events: EventReplication;
    readonly receiptKeyRotator: ReceiptKeyRotator;
    readonly conflictDetector: ConflictDetector;
    /** Where the region's alarms are published. */
    readonly alarmTopicArn: pulumi.Output<string>;

    constructor(name: string, args: RegionArgs, opts?: pulumi.ComponentResourceOptions) {
        // No inputs of its own, here and in every component: a new vote must change one object in the
        // update's plan, and not also each component that the vote passes through.
        super("meridian:components:Region", name, {}, opts);
        refuseProblems(`region ${args.region}`, regionProblems(args), this);

        const parent = { parent: this };
        this.keys = new RegionKeys(`${name}-keys`, args, parent);
        const network = new Network(
            `${name}-network`,
            { ...args, logKeyArn: this.keys.operationsKeyArn },
            parent,
        );
        this.alarmTopicArn = this.createAlarmTopic(`${name}-alarm-notices`, args);
        this.buckets = new RegionBuckets(
            `${name}-buckets`,
            {
                ...args,
                peers: others(args.regions, args.region),
                keyArn: this.keys.dataKeyArn,
                topicArn: this.alarmTopicArn,
            },
            parent,
        );
        this.cache = new CacheGround(
            `${name}-cache`,
            {
                ...args,
                vpcId: network.vpcId,
                subnetIds: network.privateSubnetIds,
                logKeyArn: this.keys.operationsKeyArn,
            },
            parent,
        );
        this.loadBalancer = this.createEntrance(name, args, network);
        const serviceGroup = this.createServiceGroup(name, args, network);
        this.database = new DatabasePlace(
            `${name}-database`,
            {
                ...args,
                vpcId: network.vpcId,
                subnetIds: network.privateSubnetIds,
                logKeyArn: this.keys.operationsKeyArn,
                serviceGroupId: serviceGroup.group.securityGroupId,
            },
            parent,
        );
        this.service = this.createService(name, args, network, serviceGroup);
        this.votes = new Votes(
            `${name}-votes`,
            { ...args, candidates: others(args.regions, args.region) },
            parent,
        );
        this.alarms = new RegionAlarms(
            `${name}-alarms`,
            {
                loadBalancerArnSuffix: this.loadBalancer.arnSuffix,
                targetGroupArnSuffix: this.loadBalancer.targetGroupArnSuffix,
                thresholds: args.alarms,
                minimumTasks: args.minimumTasks,
                topicArn: this.alarmTopicArn,
            },
            parent,
        );
        new RegionOverview(
            `${name}-overview`,
            {
                ...args,
                peers: others(args.regions, args.region),
                alarms: this.alarms,
                thresholds: args.alarms,
                loadBalancerArnSuffix: this.loadBalancer.arnSuffix,
                targetGroupArnSuffix: this.loadBalancer.targetGroupArnSuffix,
                backupKeyArn: this.keys.dataKeyArn,
                topicArn: this.alarmTopicArn,
            },
            parent,
        );
        this.observer = this.createObserver(`${name}-observer`, args);
        this.automation = new FailoverAutomation(
            `${name}-automation`,
            {
                ...args,
                ...args.decider,
                dataKeyArn: this.keys.dataKeyArn,
                operationsKeyArn: this.keys.operationsKeyArn,
                alarmTopicArn: this.alarmTopicArn,
            },
            parent,
        );
        this.events = new EventReplication(
            `${name}-events`,
            {
                ...args,
                dataKeyArn: this.keys.dataKeyArn,
                operationsKeyArn: this.keys.operationsKeyArn,
                alarmTopicArn: this.alarmTopicArn,
            },
            parent,
        );

        this.receiptKeyRotator = new ReceiptKeyRotator(
            `${name}-receipt-keys`,
            {
                ...args,
                dataKeyArn: this.keys.dataKeyArn,
                operationsKeyArn: this.keys.operationsKeyArn,
                alarmTopicArn: this.alarmTopicArn,
            },
            parent,
        );

        this.conflictDetector = new ConflictDetector(
            `${name}-conflicts`,
            {
                ...args,
                dataKeyArn: this.keys.dataKeyArn,
                operationsKeyArn: this.keys.operationsKeyArn,
                alarmTopicArn: this.alarmTopicArn,
            },
            parent,
        );

        new HomeKeeping(
            `${name}-homes`,
            {
                ...args,
                dataKeyArn: this.keys.dataKeyArn,
                operationsKeyArn: this.keys.operationsKeyArn,
                alarmTopicArn: this.alarmTopicArn,
            },
            parent,
        );

        this.registerOutputs({ alarmTopicArn: this.alarmTopicArn });
    }

    private createEntrance(name: string, args: RegionArgs, network: Network): LoadBalancer {
        const names = domainNames(args.domain);
        const certificate = new Certificate(
            `${name}-certificate`,
            {
                zoneId: args.zoneId,
                sharedNames: [names.application, names.write, names.direct],
                ownNames: [names.region(args.region), names.origin(args.region)],
            },
            { parent: this },
        );
        const loadBalancer = new LoadBalancer(
            `${name}-load-balancer`,
            {
                ...args,
                vpcId: network.vpcId,
                subnetIds: network.publicSubnetIds,
                certificateArn: certificate.arn,
                logKeyArn: this.keys.operationsKeyArn,
                containerPort,
                healthPath,
            },
            { parent: this },
        );
        aliasPair(
            `${name}-origin`,
            {
                zoneId: args.zoneId,
                name: names.origin(args.region),
                target: {
                    name: loadBalancer.dnsName,
                    zoneId: loadBalancer.zoneId,
                    // Observers ask for this region and no other, above all when it is unwell.
                    evaluateTargetHealth: false,
                },
            },
            { parent: this },
        );
        return loadBalancer;
    }

    private createServiceGroup(
        name: string,
        args: RegionArgs,
        network: Network,
    ): { readonly group: ServiceSecurityGroup; readonly endpoints: ServiceEndpoints } {
        const endpoints = new ServiceEndpoints(
            `${name}-endpoints`,
            {
                ...args,
                ...bucketsOf(args),
                vpcId: network.vpcId,
                subnetIds: network.privateSubnetIds,
                routeTableId: network.privateRouteTableId,
            },
            { parent: this },
        );
        const group = new ServiceSecurityGroup(
            `${name}-service-access`,
            {
                vpcId: network.vpcId,
                containerPort,
                loadBalancerGroupId: this.loadBalancer.securityGroupId,
                endpointsGroupId: endpoints.securityGroupId,
                cacheGroupId: this.cache.securityGroupId,
                prefixListIds: endpoints.prefixListIds,
            },
            { parent: this },
        );
        return { group, endpoints };
    }

    private createService(
        name: string,
        args: RegionArgs,
        network: Network,
        { group, endpoints }: ReturnType<Region["createServiceGroup"]>,
    ): Service {
        const buckets = bucketsOf(args);
        return new Service(
            `${name}-service`,
            {
                ...args,
                ...buckets,
                containerPort,
                environment: serviceEnvironment({ ...args, ...buckets, containerPort }),
                subnetIds: network.privateSubnetIds,
                securityGroupId: group.securityGroupId,
                targetGroupArn: this.loadBalancer.targetGroupArn,
                loadBalancerArnSuffix: this.loadBalancer.arnSuffix,
                targetGroupArnSuffix: this.loadBalancer.targetGroupArnSuffix,
                dataKeyArn: this.keys.dataKeyArn,
                logKeyArn: this.keys.operationsKeyArn,
            },
            // A task cannot start before it can pull its image and write its log.
            { parent: this, dependsOn: [endpoints, group] },
        );
    }

    private createAlarmTopic(name: string, args: RegionArgs): pulumi.Output<string> {
        return new NoticeTopic(
            name,
            {
                region: args.region,
                accountId: args.accountId,
                topicName: "meridian-alarms",
                displayName: `Meridian alarms in ${args.region}`,
                keyArn: this.keys.operationsKeyArn,
                alarmsPublish: true,
                bucketsPublish: true,
                emails: args.emails,
            },
            { parent: this },
        ).arn;
    }

    private createObserver(name: string, args: RegionArgs): Observer {
        const names = domainNames(args.domain);
        return new Observer(
            name,
            {
                region: args.region,
                accountId: args.accountId,
                targets: Object.fromEntries(
                    others(args.regions, args.region).map((observed) => [
                        observed,
                        `https://${names.origin(observed)}`,
                    ]),
                ),
                failedProbePercent: args.observer.failedProbePercent,
                operationsKeyArn: this.keys.operationsKeyArn,
                alarmTopicArn: this.alarmTopicArn,
                logRetentionDays: args.logRetentionDays,
            },
            { parent: this },
        );
    }
}

function others(regions: readonly string[], region: string): readonly string[] {
    return regions.filter((other) => other !== region).sort();
}

/** Names of the buckets that the service uses. */
function bucketsOf({ region, accountId }: RegionArgs): {
    readonly mediaBucket: string;
    readonly ordersBucket: string;
} {
    return {
        mediaBucket: bucketNameOf("media", region, accountId),
        ordersBucket: bucketNameOf("orders", region, accountId),
    };
}
